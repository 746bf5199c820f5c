// Grids of numbers: the input with its window, the kernel, the output, and the sum.

const gridNode = (kind, columns, ...children) =>
  make("div", { class: `ck-grid ${kind}`, style: `--columns: ${columns}` }, ...children);

// Something that lights up what belongs to it: `look(event, pick)` shows it while the
// pointer is there, `take(pick)` keeps it.
function tracing(node, pick, { look, take }) {
  node.addEventListener("pointerenter", (event) => look(event, pick));
  node.addEventListener("click", () => take(pick));
  node.addEventListener("focus", () => take(pick));
  return node;
}

// Makes room for the longest number in a grid.
function widen(node, values) {
  const characters = Math.max(1, ...values.map((value) => show(value).length));
  node.style.setProperty("--wide", `${9 * characters + 14}px`);
}

// One editable number. While it is empty or half typed the old one stands.
function cell(label, changed) {
  const input = make("input", { type: "number", step: "any", "aria-label": label });
  input.addEventListener("input", () => {
    if (Number.isFinite(input.valueAsNumber)) changed(input.valueAsNumber);
  });
  input.addEventListener("blur", () => {
    input.value = input.dataset.value;
  });
  const put = (value) => {
    input.dataset.value = value;
    if (input.valueAsNumber !== value && document.activeElement !== input) input.value = value;
  };
  return { input, put };
}

// The input, padded, with an outline that slides over it.
function windowGrid(noun, grid, padding, edit) {
  const cells = grid.map((row, i) =>
    row.map((_, j) => {
      const [r, c] = [i - padding, j - padding];
      const last = [grid.length - 2 * padding, row.length - 2 * padding];
      const inside = r >= 0 && c >= 0 && r < last[0] && c < last[1];
      const label = `${noun} row ${r}, column ${c}`;
      const box = inside ? cell(label, (value) => edit(r, c, value)) : null;
      const weight = make("span", { class: "ck-weight", "aria-hidden": "true" });
      const kind = inside ? "ck-cell" : "ck-cell ck-pad";
      return { box, weight, node: make("div", { class: kind }, box?.input ?? "0", weight) };
    }),
  );
  const outline = make("div", { class: "ck-window", "aria-hidden": "true" });
  const nodes = cells.flat().map((one) => one.node);
  return { cells, outline, node: gridNode("ck-input", grid[0].length, ...nodes, outline) };
}

// `here` is the position to show, or null; `left` counts rows and columns left over.
function paintWindow(drawn, grid, kernel, here, left) {
  const ends = [grid.length - left[0], grid[0].length - left[1]];
  drawn.cells.forEach((row, i) =>
    row.forEach(({ box, weight, node }, j) => {
      const w = here ? kernel[i - here.top]?.[j - here.start] : undefined;
      box?.put(grid[i][j]);
      weight.textContent = w === undefined ? "" : `×${show(w)}`;
      node.classList.toggle("ck-on", w !== undefined);
      node.classList.toggle("ck-left-over", i >= ends[0] || j >= ends[1]);
    }),
  );
  widen(drawn.node, [...grid.flat(), ...kernel.flat()]);
  drawn.outline.hidden = here === null;
  if (here === null) return;
  const size = { height: kernel.length, width: kernel[0].length };
  const place = { top: here.top, left: here.start, ...size };
  Object.entries(place).forEach(([name, value]) => {
    drawn.outline.style.setProperty(`--${name}`, value);
  });
}

function revealWindow(scroll, drawn, here, columns) {
  const [first, last] = [here.start, here.start + columns - 1].map((j) => drawn.cells[0][j].node);
  scroll.reveal(first.offsetLeft - 4, last.offsetLeft + last.offsetWidth + 12);
}

function kernelGrid(kernel, name, edit) {
  const boxes = kernel.map((row, k) =>
    row.map((_, l) => cell(name(k, l), (value) => edit(k, l, value))),
  );
  const nodes = boxes.flat().map((box) => make("div", { class: "ck-cell" }, box.input));
  const node = gridNode("ck-kernel", kernel[0].length, ...nodes);
  const put = (values) => {
    boxes.forEach((row, k) => row.forEach((box, l) => box.put(values[k][l])));
    widen(node, values.flat());
  };
  return { node, put };
}

function flippedGrid(kernel) {
  const nodes = kernel.flat().map((w) => make("div", { class: "ck-cell ck-fixed" }, show(w)));
  const node = gridNode("ck-kernel", kernel[0].length, ...nodes);
  widen(node, kernel.flat());
  const rows = kernel.map((row) => row.map(show).join(" ")).join("; ");
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", `Flipped kernel, row by row: ${rows}`);
  return node;
}

// The output, one button a number. One of them is in the tab order; arrows move it.
function outputGrid(walk, go) {
  const cells = Array.from({ length: walk.steps }, (_, step) =>
    make("button", { type: "button", class: "ck-cell ck-out", onclick: () => go(step) }),
  );
  const node = gridNode("", Math.max(1, walk.columns), ...cells);
  node.setAttribute("role", "group");
  node.setAttribute("aria-label", `Output, ${walk.rows} × ${walk.columns}`);
  if (!walk.steps) node.append(make("p", { class: "ck-note" }, "none"));
  return { cells, node };
}

// Bring the window into view, and the number that comes of it.
function revealPlace(scrolls, grids, { here, step }, columns) {
  revealWindow(scrolls.input, grids.input, here, columns);
  const now = grids.output.cells[step];
  scrolls.output.reveal(now.offsetLeft - 4, now.offsetLeft + now.offsetWidth + 12);
}

// Arrow keys walk over the output; a number that has the focus hands it on.
function walkByArrows(root, { state, steps, go, cells }) {
  arrows(root, (move, target) => {
    const s = state();
    if (!s.here) return;
    steps.stop();
    const step = moved(s.walk, s.step, move);
    go(step);
    if (cells().includes(target)) cells()[step].focus();
  });
}

// Numbers up to `known` are shown; `shown` lights up, `step` takes the tab.
function paintOutput(drawn, walk, { step, shown = step, known = step }) {
  drawn.cells.forEach((button, n) => {
    const { i, j, total } = walk.at(n);
    const text = n <= known ? show(total) : "";
    button.textContent = text;
    button.tabIndex = n === step ? 0 : -1;
    button.classList.toggle("ck-on", n === shown);
    button.classList.toggle("ck-unknown", n > known);
    const value = text || "not computed yet";
    button.setAttribute("aria-label", `output row ${i}, column ${j}: ${value}`);
    mark(button, n === step);
  });
  widen(drawn.node, totals(walk));
}

function mark(node, current) {
  if (current) node.setAttribute("aria-current", "step");
  else node.removeAttribute("aria-current");
}

// "0·0 + 1·1 + 3·2 + 4·3 = 19": one span a kernel row, so that lines break between rows.
function sum(name, here) {
  const line = make("p", { class: "ck-sum" }, make("span", { class: "ck-name" }, `${name} = `));
  here.terms.forEach((row, k) => {
    const span = make("span", { class: "ck-terms" });
    row.forEach(([a, b], l) => {
      if (k + l > 0) span.append(" + ");
      span.append(make("span", { class: "ck-a" }, bracketed(a)), "·");
      span.append(make("span", { class: "ck-b" }, bracketed(b)));
    });
    line.append(span);
  });
  line.append(make("span", { class: "ck-total" }, ` = ${show(here.total)}`));
  return line;
}

const SIDES = [
  ["row", "at the bottom"],
  ["column", "on the right"],
];

// What the stride leaves uncovered along each axis: one sentence, or none.
function leftOver(stride, left, where, sides = SIDES) {
  const parts = left.map((n, axis) => n && `${count(n, sides[axis][0])} ${sides[axis][1]}`);
  const what = parts.filter(Boolean).join(" and ");
  const verb = left[0] + left[1] === 1 ? "is" : "are";
  const text = `Stride ${stride} does not fit: ${what} of the ${where} ${verb} left over.`;
  return what ? [warning(text)] : [];
}

const note = (text) => make("p", { class: "ck-note" }, text);
const warning = (text) => make("p", { class: "ck-note ck-warning" }, text);
