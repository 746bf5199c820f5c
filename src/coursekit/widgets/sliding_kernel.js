// A kernel slides over a grid: the window, the products, and the output so far.

const TITLE = "Slide a kernel over a grid";
const NAMES = ["x", "kernel", "stride", "padding", "mode", "step"];
const MOST = { input: 8, kernel: 5, stride: 4, padding: 3 };

function read(model) {
  const given = Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
  const applied = given.mode === "convolution" ? flipped(given.kernel) : given.kernel;
  const grid = padded(given.x, given.padding);
  const walk = slide(grid, applied, given.stride);
  return { ...given, applied, grid, walk, step: within(given.step, Math.max(0, walk.steps - 1)) };
}

// Grids ---------------------------------------------------------------------------

function inputGrid(s, edit) {
  const cells = s.grid.map((row, i) =>
    row.map((_, j) => {
      const [r, c] = [i - s.padding, j - s.padding];
      const weight = make("span", { class: "ck-weight", "aria-hidden": "true" });
      const inside = s.x[r]?.[c] !== undefined;
      const box = inside ? cell(`input row ${r}, column ${c}`, (value) => edit(r, c, value)) : null;
      const node = make("div", { class: inside ? "ck-cell" : "ck-cell ck-pad" }, inside ? box.input : "0", weight);
      return { node, weight, put: (value) => box?.put(value) };
    }),
  );
  const outline = make("div", { class: "ck-window", "aria-hidden": "true" });
  const node = make("div", { class: "ck-grid ck-input", style: `--columns: ${s.grid[0].length}` }, ...cells.flat().map((c) => c.node), outline);
  return { cells, node, outline };
}

function paintInput(grid, s) {
  const { walk, stride, applied } = s;
  const here = walk.fits ? walk.at(s.step) : null;
  const [covered, across] = [s.grid.length - walk.left[0], s.grid[0].length - walk.left[1]];
  grid.cells.forEach((row, i) =>
    row.forEach((one, j) => {
      const weight = here && applied[i - here.top]?.[j - here.start];
      one.put(s.grid[i][j]);
      one.weight.textContent = weight === undefined || weight === null ? "" : `×${show(weight)}`;
      one.node.classList.toggle("ck-on", Boolean(one.weight.textContent));
      one.node.classList.toggle("ck-left-over", walk.fits && stride > 1 && (i >= covered || j >= across));
    }),
  );
  grid.outline.hidden = !here;
  if (!here) return;
  const place = { top: here.top, left: here.start, height: applied.length, width: applied[0].length };
  Object.entries(place).forEach(([name, value]) => grid.outline.style.setProperty(`--${name}`, value));
}

function kernelGrid(s, edit) {
  const boxes = s.kernel.map((row, k) =>
    row.map((_, l) => cell(`kernel row ${k}, column ${l}`, (value) => edit(k, l, value))),
  );
  const nodes = boxes.flat().map((box) => make("div", { class: "ck-cell" }, box.input));
  const node = make("div", { class: "ck-grid ck-kernel", style: `--columns: ${s.kernel[0].length}` }, ...nodes);
  return { boxes, node };
}

function flippedGrid(s) {
  const nodes = s.applied.flat().map((value) => make("div", { class: "ck-cell ck-fixed" }, show(value)));
  const label = `flipped kernel: ${s.applied.map((row) => row.map(show).join(" ")).join("; ")}`;
  return make("div", { class: "ck-grid ck-kernel", role: "img", "aria-label": label, style: `--columns: ${s.kernel[0].length}` }, ...nodes);
}

function outputGrid(s, go) {
  const cells = Array.from({ length: s.walk.steps }, (_, step) =>
    make("button", { type: "button", class: "ck-cell ck-out", onclick: () => go(step) }),
  );
  const node = make("div", { class: "ck-grid", role: "group", "aria-label": `Output, ${s.walk.rows} × ${s.walk.columns}`, style: `--columns: ${s.walk.columns}` }, ...cells);
  return { cells, node };
}

function paintOutput(grid, s) {
  grid.cells.forEach((button, step) => {
    const { i, j, total } = s.walk.at(step);
    const known = step <= s.step;
    button.textContent = known ? show(total) : "";
    button.tabIndex = step === s.step ? 0 : -1;
    button.classList.toggle("ck-on", step === s.step);
    button.setAttribute("aria-label", `output row ${i}, column ${j}: ${known ? show(total) : "not computed yet"}`);
    if (step === s.step) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  });
}

// Words ---------------------------------------------------------------------------

function sizes(s) {
  const along = (name, size, kernel, out) =>
    `${name} ⌊(${size} + 2·${s.padding} − ${kernel}) / ${s.stride}⌋ + 1 = ${out}`;
  const rows = along("Output height", s.x.length, s.kernel.length, s.walk.rows);
  return `${rows}; ${along("width", s.x[0].length, s.kernel[0].length, s.walk.columns)}.`;
}

function leftOver(s) {
  const [rows, columns] = s.walk.left;
  const parts = [];
  if (rows) parts.push(`${count(rows, "row")} at the bottom`);
  if (columns) parts.push(`${count(columns, "column")} on the right`);
  const verb = rows + columns === 1 ? "is" : "are";
  const what = s.padding ? " of the padded input" : "";
  return `Stride ${s.stride} does not fit: ${parts.join(" and ")}${what} ${verb} left over.`;
}

function tooLarge(s) {
  const size = (grid) => `${grid.length} × ${grid[0].length}`;
  const what = s.padding ? "padded input" : "input";
  return `The kernel (${size(s.kernel)}) is larger than the ${what} (${size(s.grid)}), so it has no position. Use a smaller kernel, a larger input or more padding.`;
}

function words(s) {
  if (!s.walk.fits) return [make("p", { class: "ck-note ck-warning" }, tooLarge(s))];
  const here = s.walk.at(s.step);
  const notes = [sum(`output[${here.i}, ${here.j}]`, here), make("p", { class: "ck-note" }, sizes(s))];
  if (s.walk.left.some(Boolean)) notes.push(make("p", { class: "ck-note ck-warning" }, leftOver(s)));
  return notes;
}

function spoken(s) {
  if (!s.walk.fits) return tooLarge(s);
  const { i, j, total } = s.walk.at(s.step);
  return `Position ${s.step + 1} of ${s.walk.steps}. Output row ${i}, column ${j}: ${show(total)}.`;
}

// Controls ------------------------------------------------------------------------

function modeChoice(choose) {
  const name = `mode-${Math.random().toString(36).slice(2)}`;
  const inputs = ["correlation", "convolution"].map((value) =>
    make("input", { type: "radio", name, value, onchange: () => choose(value) }),
  );
  const texts = ["Cross-correlation", "Convolution"];
  const labels = inputs.map((input, i) => make("label", { class: "ck-choice" }, input, make("span", {}, texts[i])));
  const node = make("fieldset", { class: "ck-choices" }, make("legend", { class: "ck-hidden" }, "Operation"), ...labels);
  return { node, put: (mode) => inputs.forEach((input) => { input.checked = input.value === mode; }) };
}

function render({ model, el }) {
  const { root, say } = frame(el, TITLE);
  const link = bind(model, NAMES, () => paint());
  const edited = (name) => (i, j, value) => {
    const grid = model.get(name).map((row) => [...row]);
    grid[i][j] = value;
    link.write({ [name]: grid });
  };
  const resize = (name, fill) => (rows, columns) => {
    const grid = model.get(name);
    link.write({ [name]: resized(grid, rows ?? grid.length, columns ?? grid[0].length, fill), step: 0 });
  };
  const go = (step) => link.write({ step });

  const mode = modeChoice((value) => link.write({ mode: value }));
  const stride = wholeNumber("Stride", 1, MOST.stride, (value) => link.write({ stride: value, step: 0 }));
  const padding = wholeNumber("Padding", 0, MOST.padding, (value) => link.write({ padding: value, step: 0 }));
  const inputSize = sizeBoxes("Input", MOST.input, MOST.input, resize("x", digit));
  const kernelSize = sizeBoxes("Kernel", MOST.kernel, MOST.kernel, resize("kernel", () => 0));
  const state = () => {
    const s = read(model);
    return { step: s.step, steps: s.walk.steps };
  };
  const steps = transport(state, go, () => say(spoken(read(model))));

  const holders = Object.fromEntries(["input", "kernel", "flipped", "output"].map((name) => [name, make("div", {})]));
  const inputScroll = scroller("Input grid", holders.input);
  const outputScroll = scroller("Output grid", holders.output);
  const flippedPanel = panel("Flipped", null, holders.flipped);
  const text = make("div", { class: "ck-words" });
  root.append(
    make("div", { class: "ck-controls" }, mode.node, stride.node, padding.node),
    make(
      "div",
      { class: "ck-panels" },
      panel("Input", inputSize.node, inputScroll.node),
      panel("Kernel", kernelSize.node, holders.kernel),
      flippedPanel,
      panel("Output", null, outputScroll.node),
    ),
    steps.node,
    text,
  );

  let [shape, grids] = ["", {}];
  const build = (s) => {
    grids = { input: inputGrid(s, edited("x")), kernel: kernelGrid(s, edited("kernel")), output: outputGrid(s, go) };
    Object.entries(grids).forEach(([name, grid]) => holders[name].replaceChildren(grid.node));
  };
  const shapeOf = (s) => [s.x.length, s.x[0].length, s.kernel.length, s.kernel[0].length, s.stride, s.padding].join();

  function paint() {
    const s = read(model);
    if (shape !== shapeOf(s)) build(s);
    shape = shapeOf(s);
    mode.put(s.mode);
    stride.put(s.stride);
    padding.put(s.padding);
    inputSize.put(s.x);
    kernelSize.put(s.kernel);
    paintInput(grids.input, s);
    grids.kernel.boxes.forEach((row, k) => row.forEach((box, l) => box.put(s.kernel[k][l])));
    flippedPanel.hidden = s.mode !== "convolution";
    holders.flipped.replaceChildren(flippedGrid(s));
    paintOutput(grids.output, s);
    const wide = Math.max(widest(s.grid), widest(s.kernel), ...Array.from({ length: s.walk.steps }, (_, n) => show(s.walk.at(n).total).length));
    root.style.setProperty("--wide", `${9 * wide + 14}px`);
    text.replaceChildren(...words(s));
    steps.paint();
    if (s.walk.fits) {
      inputScroll.reveal(grids.input.outline);
      outputScroll.reveal(grids.output.cells[s.step]);
    }
    if (!steps.playing()) say(spoken(s));
  }

  arrows(root, ([down, right]) => {
    const { walk, step } = read(model);
    if (!walk.fits) return;
    steps.stop();
    const { i, j } = walk.at(step);
    const row = within(i + down, walk.rows - 1);
    const target = row * walk.columns + within(j + right, walk.columns - 1);
    const follow = grids.output.cells.includes(document.activeElement);
    go(target);
    if (follow) grids.output.cells[target].focus({ preventScroll: true });
  });

  paint();
  return () => {
    steps.stop();
    link.release();
    inputScroll.release();
    outputScroll.release();
  };
}

export default { render };
