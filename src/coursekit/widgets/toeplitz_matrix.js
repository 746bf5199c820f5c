// Cross-correlation as a matrix: each output is one row times the input.

const TITLE = "Cross-correlation as a matrix";
const NAMES = ["x", "kernel", "stride", "step"];
const MOST = { length: 12, image: 6, taps: 5, kernel: 4, stride: 4 };

// A signal is an image with one row; `flat` remembers which of the two was given.
function read(model) {
  const [x, kernel, stride] = ["x", "kernel", "stride"].map((name) => model.get(name));
  const flat = !Array.isArray(x[0]);
  const s = { flat, stride, x: flat ? [x] : x, kernel: flat ? [kernel] : kernel };
  s.walk = slide(s.x, s.kernel, stride);
  s.full = slide(s.x, s.kernel, 1);
  s.step = within(model.get("step"), Math.max(0, s.walk.steps - 1));
  return s;
}

// Row r of the matrix for stride 1. A stride keeps the rows whose position it visits;
// `step` is then the output's place, and null in a row that is dropped.
function matrixRow(s, r) {
  const { i, j } = s.full.at(r);
  const entries = s.x.map((row, p) =>
    row.map((_, q) => s.kernel[p - i]?.[q - j] ?? null),
  );
  const kept = s.flat ? j % s.stride === 0 : i % s.stride === 0 && j % s.stride === 0;
  const step = kept ? (i / s.stride) * s.walk.columns + j / s.stride : null;
  return { i, j, entries, step };
}

const outputName = (s, { i, j }) => (s.flat ? `y[${j}]` : `y[${i}, ${j}]`);

// Grids ---------------------------------------------------------------------------

function editable(noun, grid, flat, kind, edit) {
  const name = (i, j) => (flat ? `${noun} ${j}` : `${noun} row ${i}, column ${j}`);
  const boxes = grid.map((row, i) => row.map((_, j) => cell(name(i, j), (value) => edit(i, j, value))));
  const nodes = boxes.map((row) => row.map((box) => make("div", { class: "ck-cell" }, box.input)));
  const node = make("div", { class: `ck-grid ${kind}`, style: `--columns: ${grid[0].length}` }, ...nodes.flat());
  const put = (values) => boxes.forEach((row, i) => row.forEach((box, j) => box.put(values[i][j])));
  return { node, nodes, put };
}

function samples(s, edit) {
  if (s.flat) {
    const grid = editable("signal sample", s.x, true, "ck-input", edit);
    const cells = grid.nodes[0];
    return { cells, put: grid.put };
  }
  const cells = s.x.flat().map(() => make("span", { class: "ck-flat", "aria-hidden": "true" }));
  return { cells, put: (values) => values.flat().forEach((value, n) => { cells[n].textContent = show(value); }) };
}

function rowButton(s, r, go, look) {
  const row = matrixRow(s, r);
  const spans = row.entries.map((line) =>
    line.map((_, q) => make("span", { class: `ck-entry${!s.flat && q === 0 ? " ck-block-left" : ""}` })),
  ).flat();
  spans.at(-1).classList.add("ck-last");
  const name = make("span", { class: "ck-name" });
  const y = make("span", { class: "ck-y" });
  const kept = row.step !== null;
  const node = make(
    kept ? "button" : "div",
    { type: kept ? "button" : undefined, class: `ck-line ck-row${kept ? "" : " ck-dropped"}`, onclick: kept ? () => go(row.step) : undefined, onpointerenter: kept ? (event) => look(event, row.step) : undefined },
    name, ...spans, make("span", {}, kept ? "=" : ""), kept ? y : make("span", {}),
  );
  if (!s.flat && row.j === 0) node.classList.add("ck-block-top");
  if (r === s.full.steps - 1) node.classList.add("ck-bottom");
  return { node, name, spans, y, r };
}

function paintRow(button, s, shown) {
  const row = matrixRow(s, button.r);
  row.entries.flat().forEach((weight, n) => {
    const span = button.spans[n];
    const block = s.kernel[Math.floor(n / s.x[0].length) - row.i];
    span.textContent = show(weight ?? 0);
    span.classList.toggle("ck-tap", weight !== null);
    span.classList.toggle("ck-band", !s.flat && block !== undefined);
  });
  if (row.step === null) {
    button.name.textContent = "dropped";
    return;
  }
  const here = s.walk.at(row.step);
  const name = outputName(s, here);
  button.name.textContent = name;
  button.y.textContent = show(here.total);
  button.node.tabIndex = row.step === s.step ? 0 : -1;
  button.node.classList.toggle("ck-on", row.step === shown);
  const numbers = row.entries.flat().map((weight) => show(weight ?? 0)).join(" ");
  button.node.setAttribute("aria-label", `Row ${numbers}, ${name} is ${show(here.total)}`);
  if (row.step === s.step) button.node.setAttribute("aria-current", "step");
  else button.node.removeAttribute("aria-current");
}

// Words ---------------------------------------------------------------------------

function shape(s) {
  const [rows, columns] = [s.walk.steps, s.x.flat().length];
  const dropped = s.full.steps - s.walk.steps;
  const parts = [`The matrix has ${count(rows, "row")}, one for each output, and ${count(columns, "column")}, one for each ${s.flat ? "sample" : "pixel"}.`];
  if (dropped) parts.push(`Stride ${s.stride} keeps ${rows} of the ${s.full.steps} rows that stride 1 has.`);
  if (!s.flat) parts.push(`Each outlined block is a Toeplitz matrix of one kernel row, ${s.x[0].length} columns wide; blocks repeat along diagonals.`);
  return parts.join(" ");
}

function tooLong(s) {
  const size = (grid) => (s.flat ? count(grid[0].length, "number") : `${grid.length} × ${grid[0].length}`);
  return `The kernel (${size(s.kernel)}) is larger than the ${s.flat ? "signal" : "image"} (${size(s.x)}), so the matrix has no rows. Use a smaller kernel or a larger ${s.flat ? "signal" : "image"}.`;
}

function words(s, shown) {
  if (!s.walk.fits) return [make("p", { class: "ck-note ck-warning" }, tooLong(s))];
  const here = s.walk.at(shown);
  return [sum(outputName(s, here), here), make("p", { class: "ck-note" }, shape(s))];
}

function spoken(s) {
  if (!s.walk.fits) return tooLong(s);
  const here = s.walk.at(s.step);
  return `Row ${s.step + 1} of ${s.walk.steps}. ${outputName(s, here)} is ${show(here.total)}.`;
}

// The figure ----------------------------------------------------------------------

function render({ model, el }) {
  const { root, say } = frame(el, TITLE);
  const link = bind(model, NAMES, () => paint());
  let hovered = null;
  const put = (name, grid, more = {}) => {
    const { flat } = read(model);
    link.write({ [name]: flat ? grid[0] : grid, ...more });
  };
  const edited = (name) => (i, j, value) => {
    const grid = read(model)[name].map((row) => [...row]);
    grid[i][j] = value;
    put(name, grid);
  };
  const resize = (name, fill) => (rows, columns) => {
    const grid = read(model)[name];
    put(name, resized(grid, rows ?? grid.length, columns ?? grid[0].length, fill), { step: 0 });
  };
  const go = (step) => {
    hovered = null;
    link.write({ step });
  };
  const look = (event, step) => {
    if (event.pointerType === "touch" || steps.playing()) return;
    hovered = step;
    paint();
  };

  const { flat } = read(model);
  const stride = wholeNumber("Stride", 1, MOST.stride, (value) => link.write({ stride: value, step: 0 }));
  const hide = make("input", { type: "checkbox", onchange: () => paint() });
  const hideLabel = make("label", { class: "ck-check" }, hide, make("span", {}, "Remove dropped rows"));
  const inputSize = sizeBoxes(flat ? "Signal" : "Image", flat ? 1 : MOST.image, flat ? MOST.length : MOST.image, resize("x", digit));
  const kernelSize = sizeBoxes("Kernel", flat ? 1 : MOST.kernel, flat ? MOST.taps : MOST.kernel, resize("kernel", () => 0));
  const state = () => {
    const s = read(model);
    return { step: s.step, steps: s.walk.steps };
  };
  const steps = transport(state, go, () => say(spoken(read(model))));
  const holders = { image: make("div", {}), kernel: make("div", {}), matrix: make("div", {}) };
  const scroll = scroller("Matrix", holders.matrix);
  const text = make("div", { class: "ck-words" });
  root.append(
    make("div", { class: "ck-controls" }, stride.node, hideLabel),
    make("div", { class: "ck-panels" }, panel(flat ? "Signal" : "Image", inputSize.node, holders.image), panel("Kernel", kernelSize.node, holders.kernel)),
    scroll.node, steps.node, text,
  );

  let [built, parts] = ["", {}];
  const build = (s) => {
    const top = samples(s, edited("x"));
    const image = s.flat ? null : editable("image", s.x, false, "ck-input", edited("x"));
    const kernel = editable(s.flat ? "kernel weight" : "kernel", s.kernel, s.flat, "ck-kernel", edited("kernel"));
    const rows = Array.from({ length: s.full.steps }, (_, r) => rowButton(s, r, go, look));
    const head = make("div", { class: "ck-line ck-samples ck-input" }, make("span", { class: "ck-name", "aria-hidden": "true" }, "x"), ...top.cells);
    const entry = s.flat ? "var(--cell)" : "max(2rem, var(--wide, 0px))";
    const matrix = make("div", { class: `ck-matrix${s.flat ? "" : " ck-blocks"}`, style: `--columns: ${s.x.flat().length}; --entry: ${entry}; --tall: ${s.flat ? "2.25rem" : "1.75rem"}` }, head, ...rows.map((row) => row.node));
    matrix.addEventListener("pointerleave", () => { hovered = null; paint(); });
    parts = { top, image, kernel, rows };
    holders.image.replaceChildren(...(image ? [image.node] : []));
    holders.kernel.replaceChildren(kernel.node);
    holders.matrix.replaceChildren(matrix);
  };
  const shapeOf = (s) => [s.x.length, s.x[0].length, s.kernel.length, s.kernel[0].length, s.stride].join();
  const light = (nodes, s, here) =>
    nodes.forEach((row, i) =>
      row.forEach((node, j) => {
        const on = here && s.kernel[i - here.top]?.[j - here.start] !== undefined;
        node.classList.toggle("ck-on", Boolean(on));
      }),
    );

  function paint() {
    const s = read(model);
    if (built !== shapeOf(s)) {
      hovered = null;
      build(s);
    }
    built = shapeOf(s);
    const shown = hovered ?? s.step;
    const here = s.walk.fits ? s.walk.at(shown) : null;
    const width = s.x[0].length;
    const wide = Math.max(widest(s.x), widest(s.kernel), ...Array.from({ length: s.walk.steps }, (_, n) => show(s.walk.at(n).total).length));
    root.style.setProperty("--wide", `${9 * wide + 12}px`);
    stride.put(s.stride);
    inputSize.put(s.x);
    kernelSize.put(s.kernel);
    [parts.top, parts.image].forEach((part) => part?.put(s.x));
    parts.kernel.put(s.kernel);
    light(s.x.map((_, i) => parts.top.cells.slice(i * width, (i + 1) * width)), s, here);
    if (parts.image) light(parts.image.nodes, s, here);
    parts.rows.forEach((row) => {
      paintRow(row, s, shown);
      row.node.hidden = hide.checked && row.node.classList.contains("ck-dropped");
    });
    hideLabel.hidden = s.full.steps === s.walk.steps;
    text.replaceChildren(...words(s, shown));
    steps.paint();
    if (!steps.playing()) say(spoken(s));
  }

  arrows(root, ([down, right]) => {
    const { walk, step } = read(model);
    if (!walk.fits) return;
    steps.stop();
    const target = within(step + (down || right), walk.steps - 1);
    const kept = parts.rows.filter((row) => !row.node.classList.contains("ck-dropped"));
    const follow = kept.some((row) => row.node === document.activeElement);
    go(target);
    if (follow) kept[target].node.focus({ preventScroll: true });
  });

  paint();
  return () => {
    steps.stop();
    link.release();
    scroll.release();
  };
}

export default { render };
