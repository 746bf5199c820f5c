// A kernel slides over a grid: the window, the products, and the output so far.

const NAMES = ["x", "kernel", "stride", "padding", "mode", "step"];
const MOST = { input: 8, kernel: 5, stride: 4, padding: 3 };
const MODES = { correlation: "Cross-correlation", convolution: "Convolution" };

function read(model) {
  const given = Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
  const applied = given.mode === "convolution" ? flipped(given.kernel) : given.kernel;
  const grid = padded(given.x, given.padding);
  const walk = slide(grid, applied, given.stride);
  const step = within(given.step, Math.max(0, walk.steps - 1));
  return { ...given, applied, grid, walk, step, here: walk.fits ? walk.at(step) : null };
}

const shapeOf = ({ x, kernel, stride, padding }) =>
  [sizeOf(x), sizeOf(kernel), stride, padding].join();

// Words ----------------------------------------------------------------------------

function sizes({ x, kernel, stride, padding, walk }) {
  const along = (size, taps, out) => {
    return `⌊(${size} + 2·${padding} − ${taps}) / ${stride}⌋ + 1 = ${out}`;
  };
  const height = along(x.length, kernel.length, walk.rows);
  const width = along(x[0].length, kernel[0].length, walk.columns);
  return `Output height ${height}; width ${width}.`;
}

function tooLarge({ kernel, grid, padding }) {
  const what = padding ? "padded input" : "input";
  const sizes = `The kernel (${sizeOf(kernel)}) is larger than the ${what} (${sizeOf(grid)})`;
  return `${sizes}, so it has no position. Use a smaller kernel, a larger input or more padding.`;
}

function words(s) {
  if (!s.here) return [warning(tooLarge(s))];
  const where = s.padding ? "padded input" : "input";
  const left = leftOver(s.stride, s.walk.left, where);
  return [sum(`output[${s.here.i}, ${s.here.j}]`, s.here), note(sizes(s)), ...left];
}

function spoken(s) {
  if (!s.here) return tooLarge(s);
  const { i, j, total } = s.here;
  return `Position ${s.step + 1} of ${s.walk.steps}. Output row ${i}, column ${j}: ${show(total)}.`;
}

// The figure -----------------------------------------------------------------------

function fields(model, link) {
  const edit = (name) => (i, j, value) => {
    const grid = model.get(name).map((row) => [...row]);
    grid[i][j] = value;
    link.write({ [name]: grid });
  };
  const resize = (name, fill) => {
    const resized = resizer(fill);
    return (rows, columns) => {
      const grid = model.get(name);
      const size = [rows ?? grid.length, columns ?? grid[0].length];
      link.write({ [name]: resized(grid, ...size), step: 0 });
    };
  };
  const set = (name) => (value) => link.write({ [name]: value, step: 0 });
  return {
    edit,
    mode: choice("Operation", MODES, (mode) => link.write({ mode })),
    stride: wholeNumber("Stride", 1, MOST.stride, set("stride")),
    padding: wholeNumber("Padding", 0, MOST.padding, set("padding")),
    x: sizeBoxes("Input", MOST.input, resize("x", digit)),
    kernel: sizeBoxes("Kernel", MOST.kernel, resize("kernel", zero)),
  };
}

function layout(root, field, steps) {
  const [input, kernel, turned, output, text] = Array.from({ length: 5 }, () => make("div"));
  const scrolls = { input: scroller("Input grid", input), output: scroller("Output grid", output) };
  const turnedPanel = panel("Flipped, as it slides", null, turned);
  root.append(
    make(
      "div",
      { class: "ck-controls" },
      ...[field.mode, field.stride, field.padding].map((one) => one.node),
    ),
    make(
      "div",
      { class: "ck-panels" },
      panel("Input", field.x.node, scrolls.input.node),
      beside(
        panel("Kernel", field.kernel.node, kernel),
        turnedPanel,
        panel("Output", null, scrolls.output.node),
      ),
    ),
    steps.node,
    text,
  );
  return { input, kernel, turned, turnedPanel, output, text, scrolls };
}

function render({ model, el }) {
  const { root, say } = frame(el, "Slide a kernel over a grid");
  const link = bind(model, NAMES, () => paint());
  const go = (step) => link.write({ step });
  const state = () => {
    const { step, walk } = read(model);
    return { step, steps: walk.steps };
  };
  const ended = () => say(spoken(read(model)));
  const steps = transport({ state, go, ended, reset: link.reset });
  const field = fields(model, link);
  const places = layout(root, field, steps);
  let [shape, grids, drawn] = ["", null, false];

  function build(s) {
    const name = (k, l) => `kernel row ${k}, column ${l}`;
    grids = {
      input: windowGrid("input", s.grid, s.padding, field.edit("x")),
      kernel: kernelGrid(s.kernel, name, field.edit("kernel")),
      output: outputGrid(s.walk, go),
    };
    Object.entries(grids).forEach(([part, grid]) => places[part].replaceChildren(grid.node));
    shape = shapeOf(s);
  }

  function paint() {
    const s = read(model);
    if (shape !== shapeOf(s)) build(s);
    ["mode", "stride", "padding", "x", "kernel"].forEach((name) => field[name].put(s[name]));
    paintWindow(grids.input, s.grid, s.applied, s.here, s.walk.left);
    grids.kernel.put(s.kernel);
    places.turnedPanel.hidden = s.mode !== "convolution";
    places.turned.replaceChildren(flippedGrid(s.applied));
    paintOutput(grids.output, s.walk, s);
    places.text.replaceChildren(...words(s));
    steps.paint();
    if (drawn && !steps.playing()) say(spoken(s));
    drawn = true;
    if (s.here) revealPlace(places.scrolls, grids, s, s.kernel[0].length);
  }

  walkByArrows(root, { state: () => read(model), steps, go, cells: () => grids.output.cells });

  paint();
  return () => {
    steps.stop();
    link.release();
    Object.values(places.scrolls).forEach((scroll) => scroll.release());
  };
}

export default { render };
