// A window pools a grid: what lies in it, what is made of it, and the output so far.

const NAMES = ["x", "kernel_size", "stride", "padding", "kind", "step"];
const MOST = { input: 8, window: 4, stride: 4, padding: 2 };

// What the border holds, what is made of the numbers in a window, and how it is written.
const KINDS = {
  max: {
    name: "Max",
    border: -Infinity,
    pool: (numbers) => Math.max(...numbers),
    parts: ["max(", ", ", ")", ""],
  },
  average: {
    name: "Average",
    border: 0,
    pool: (numbers) => numbers.reduce((sum, a) => sum + a, 0) / numbers.length,
    parts: ["(", " + ", ") / ", ""],
  },
  L2: {
    name: "L2",
    border: 0,
    pool: (numbers) => Math.sqrt(numbers.reduce((sum, a) => sum + a * a, 0)),
    parts: ["√(", " + ", ")", "²"],
  },
};

const named = Object.fromEntries(Object.entries(KINDS).map(([kind, { name }]) => [kind, name]));
const shown = (value) => (value === -Infinity ? "−∞" : bracketed(value));

function read(model) {
  const s = Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
  const padding = s.kind === "L2" ? 0 : s.padding; // PyTorch's lp_pool2d has none
  const [rows, columns] = [s.x.length, s.x[0].length].map((size) => size + 2 * padding);
  const { border, pool } = KINDS[s.kind];
  const grid = table(rows, columns, (i, j) => s.x[i - padding]?.[j - padding] ?? border);
  const ones = table(s.kernel_size, s.kernel_size, () => 1);
  const half = padding <= s.kernel_size / 2;
  const walk = half ? slide(grid, ones, s.stride) : slide([[0]], [[0, 0]], 1);
  const at = (step) => {
    const here = walk.at(step);
    const numbers = here.terms.flat().map(([number]) => number);
    return { ...here, numbers, total: pool(numbers) };
  };
  const step = within(s.step, Math.max(0, walk.steps - 1));
  const here = walk.fits ? at(step) : null;
  return { ...s, padding, half, grid, ones, walk: { ...walk, at }, step, here };
}

const shapeOf = ({ x, kernel_size, stride, padding, kind }) =>
  [sizeOf(x), kernel_size, stride, padding, kind].join();

// Words ----------------------------------------------------------------------------

function noWindow({ half, kernel_size: size, padding, grid }) {
  if (!half) {
    const rule = `The padding (${padding}) is more than half the window (${size}).`;
    return `${rule} A window might lie in the border alone. Use less padding or a larger window.`;
  }
  const what = padding ? "padded input" : "input";
  const sizes = `The window (${size} × ${size}) is larger than the ${what} (${sizeOf(grid)})`;
  return `${sizes}, so it has no position. Use a smaller window or a larger input.`;
}

// "output[0, 0] = max(1, 1, 5, 6) = 6".
function calculation({ kind, here, kernel_size: size }) {
  const [open, between, close, power] = KINDS[kind].parts;
  const span = (look, ...children) => make("span", { class: look }, ...children);
  const line = make("p", { class: "ck-sum" });
  line.append(span("ck-name", `output[${here.i}, ${here.j}] = `), open);
  here.numbers.forEach((number, n) => {
    line.append(n ? between : "", span("ck-a", shown(number)), power);
  });
  line.append(kind === "average" ? `${close}${size * size}` : close);
  const exact = Math.abs(here.total - Number(here.total.toFixed(4))) < 1e-9;
  line.append(span("ck-total", ` ${exact ? "=" : "≈"} ${show(here.total)}`));
  return line;
}

function sizes({ x, kernel_size, stride, padding, walk }) {
  const along = (size, out) => {
    return `⌊(${size} + 2·${padding} − ${kernel_size}) / ${stride}⌋ + 1 = ${out}`;
  };
  const height = along(x.length, walk.rows);
  const width = along(x[0].length, walk.columns);
  const overlap = kernel_size > stride ? " Windows overlap." : "";
  return `Output height ${height}; width ${width}.${overlap}`;
}

function words(s) {
  if (!s.here) return [warning(noWindow(s))];
  const where = s.padding ? "padded input" : "input";
  return [calculation(s), note(sizes(s)), ...leftOver(s.stride, s.walk.left, where)];
}

function spoken(s) {
  if (!s.here) return noWindow(s);
  const { i, j, total } = s.here;
  return `Position ${s.step + 1} of ${s.walk.steps}. Output row ${i}, column ${j}: ${show(total)}.`;
}

// The figure -----------------------------------------------------------------------

// The window carries no weights; where the largest number wins, it is marked.
function paintPool(drawn, s) {
  paintWindow(drawn, s.grid, s.ones, s.here, s.walk.left);
  widen(drawn.node, s.x.flat());
  drawn.cells.forEach((row, i) =>
    row.forEach(({ box, weight, node }, j) => {
      weight.textContent = "";
      if (!box) node.firstChild.data = s.kind === "max" ? "−∞" : "0";
      const on = node.classList.contains("ck-on");
      const wins = on && s.kind === "max" && s.grid[i][j] === s.here.total;
      node.classList.toggle("ck-wins", wins);
    }),
  );
}

function fields(model, link) {
  const set = (name) => (value) => link.write({ [name]: value, step: 0 });
  const resized = resizer(digit);
  const resize = (rows, columns) => {
    const x = model.get("x");
    link.write({ x: resized(x, rows ?? x.length, columns ?? x[0].length), step: 0 });
  };
  const edit = (i, j, value) => {
    const x = model.get("x").map((row) => [...row]);
    x[i][j] = value;
    link.write({ x });
  };
  return {
    edit,
    kind: choice("Pooling", named, (kind) => link.write({ kind })),
    kernel_size: wholeNumber("Window", 1, MOST.window, set("kernel_size")),
    stride: wholeNumber("Stride", 1, MOST.stride, set("stride")),
    padding: wholeNumber("Padding", 0, MOST.padding, set("padding")),
    x: sizeBoxes("Input", MOST.input, resize),
  };
}

function layout(root, field, steps) {
  const [input, output, text] = Array.from({ length: 3 }, () => make("div"));
  const scrolls = { input: scroller("Input grid", input), output: scroller("Output grid", output) };
  const controls = ["kind", "kernel_size", "stride", "padding"].map((name) => field[name].node);
  root.classList.add("ck-pooling");
  root.append(
    make("div", { class: "ck-controls" }, ...controls),
    make(
      "div",
      { class: "ck-panels" },
      panel("Input", field.x.node, scrolls.input.node),
      panel("Output", null, scrolls.output.node),
    ),
    steps.node,
    text,
  );
  return { input, output, text, scrolls };
}

function render({ model, el }) {
  const { root, say } = frame(el, "Pool a grid");
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
    grids = {
      input: windowGrid("input", s.grid, s.padding, field.edit),
      output: outputGrid(s.walk, go),
    };
    Object.entries(grids).forEach(([part, grid]) => places[part].replaceChildren(grid.node));
    shape = shapeOf(s);
  }

  function paint() {
    const s = read(model);
    if (shape !== shapeOf(s)) build(s);
    ["kind", "kernel_size", "stride", "x"].forEach((name) => field[name].put(s[name]));
    field.padding.put(model.get("padding"));
    field.padding.node.hidden = s.kind === "L2";
    paintPool(grids.input, s);
    paintOutput(grids.output, s.walk, s);
    places.text.replaceChildren(...words(s));
    steps.paint();
    if (drawn && !steps.playing()) say(spoken(s));
    drawn = true;
    if (s.here) revealPlace(places.scrolls, grids, s, s.kernel_size);
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
