// One row of pixels and every place of a kernel on it, one line for each output. A
// transposed convolution is drawn as the convolution it equals: zeros between the
// pixels, stride 1, the kernel reversed.

const LIMITS = {
  size: ["Input size", 1, 12],
  kernel_size: ["Kernel size", 1, 5],
  stride: ["Stride", 1, 4],
  padding: ["Padding", 0, 4],
  dilation: ["Dilation", 1, 3],
  output_padding: ["Output padding", 0, 3],
};
const NAMES = [...Object.keys(LIMITS), "transposed", "step"];
const MODES = { convolution: "Convolution", transposed: "Transposed" };
const RULES = {
  convolution: "⌊(size + 2·padding − dilation·(kernel_size − 1) − 1) / stride⌋ + 1",
  transposed:
    "(size − 1)·stride − 2·padding + dilation·(kernel_size − 1) + output_padding + 1",
};
const ZEROS = { pad: "padding", gap: "zeros between", extra: "output padding" };

// What is drawn: `cells` from left to right, `begin` is the column of output 0's first
// tap, `hop` the columns from one output's to the next, `left` the columns at each end
// that no window covers, and `ghost` says whether a window without room is drawn.
function convolution(s) {
  const found = places(s.size, s);
  const { whole, span, count, left, fits } = found;
  const next = count * s.stride; // where one more window would begin
  const over = fits && left === 0 ? 0 : next + span - whole;
  const cells = Array.from({ length: whole + over }, (_, column) => {
    const index = column - s.padding;
    if (column >= whole) return { kind: "beyond" };
    return index >= 0 && index < s.size ? { kind: "pixel", index } : { kind: "pad" };
  });
  const drawn = { cells, begin: 0, hop: s.stride, left: [0, left], ghost: over > 0 };
  return { ...found, ...drawn };
}

function transposed(s) {
  const span = spanOf(s);
  const length = (s.size - 1) * s.stride + 1; // the row with zeros between its pixels
  const pad = span - 1 - s.padding;
  const [before, after] = [Math.max(0, pad), Math.max(0, pad + s.output_padding)];
  const count = Math.max(0, length + 2 * pad + s.output_padding - span + 1);
  const fits = count > 0 && s.output_padding < Math.max(s.stride, s.dilation);
  const cells = Array.from({ length: before + length + after }, (_, column) => {
    const at = column - before;
    if (at < 0) return { kind: "pad" };
    if (at >= length) return { kind: at - length < pad ? "pad" : "extra" };
    return at % s.stride ? { kind: "gap" } : { kind: "pixel", index: at / s.stride };
  });
  const cut = [-pad, -pad - s.output_padding].map((n) => (fits ? Math.max(0, n) : 0));
  const drawn = { cells, begin: before - pad, hop: 1, left: cut, ghost: false };
  return { ...drawn, fits, span, pad, count: fits ? count : 0 };
}

function read(model) {
  const s = Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
  const row = s.transposed ? transposed(s) : convolution(s);
  const step = within(s.step, Math.max(0, row.count - 1));
  return { ...s, row, step };
}

const modeOf = (s) => (s.transposed ? "transposed" : "convolution");

const shapeOf = (s) => Object.keys(LIMITS).map((name) => s[name]).join() + s.transposed;

// The taps of one output: the column each lies on, its weight, and what it meets.
function taps({ row, kernel_size, dilation, transposed }, output) {
  const first = row.begin + output * row.hop;
  return Array.from({ length: kernel_size }, (_, k) => {
    const column = first + k * dilation;
    return { column, weight: transposed ? kernel_size - 1 - k : k, cell: row.cells[column] };
  });
}

// Words ----------------------------------------------------------------------------

const size = (value) => make("span", { class: "ck-a" }, String(value));
const taken = (value) => make("span", { class: "ck-b" }, String(value));
const result = (value) => make("span", { class: "ck-total" }, String(value));
const hundredths = (value) => show(Number(value.toFixed(2)));

// Each line of the calculation after the rule: the formula, and what was done.
function convolutionLines(s) {
  const { row, stride, padding, dilation } = s;
  const [start, end] = [["⌊(", size(s.size), " + 2·", size(padding)], ` / ${stride}⌋ + 1`];
  const minus = [" − ", taken(dilation), "·(", taken(s.kernel_size), " − 1) − 1)"];
  const whole = padding ? `${row.whole} pixels with padding` : count(row.whole, "pixel");
  const lines = [
    [[...start, ...minus, end], "the numbers put in"],
    [["⌊(", size(row.whole), " − ", taken(row.span), `)${end}`], `${whole}, window ${row.span}`],
  ];
  if (!row.fits) return lines;
  const [ratio, free] = [row.free / stride, count(row.free, "pixel")];
  const rounded = row.left[1] ? "rounded down: whole steps only" : "it fits exactly";
  return [
    ...lines,
    [[`⌊${row.free}${end}`], `${free} right of the first window`],
    [[`⌊${hundredths(ratio)}⌋ + 1`], `steps of ${stride} to the right`],
    [[`${Math.floor(ratio)} + 1`], rounded],
    [[result(row.count)], `${count(row.count, "window")}, one output each`],
  ];
}

function transposedLines(s) {
  const { row, stride, padding, dilation, output_padding } = s;
  const parts = [(s.size - 1) * stride, 2 * padding, dilation * (s.kernel_size - 1)];
  const start = ["(", size(s.size), ` − 1)·${stride} − 2·`, size(padding), " + "];
  const end = [taken(dilation), "·(", taken(s.kernel_size), ` − 1) + ${output_padding} + 1`];
  const lines = [
    [[...start, ...end], "the numbers put in"],
    [[`${parts[0]} − ${parts[1]} + ${parts[2]} + ${output_padding} + 1`], "multiplied out"],
  ];
  return row.fits ? [...lines, [[result(row.count)], "outputs"]] : lines;
}

function calculation(s) {
  const node = (formula, why) => {
    const text = make("span", { class: "ck-formula" }, ...formula);
    return make("li", {}, make("span", {}, "="), text, make("span", { class: "ck-why" }, why));
  };
  const lines = s.transposed ? transposedLines(s) : convolutionLines(s);
  const nodes = [node([RULES[modeOf(s)]], ""), ...lines.map((line) => node(...line))];
  const list = make("ol", { class: "ck-working", "aria-label": "Step by step" }, ...nodes);
  return [make("p", { class: "ck-label" }, "Output size"), list];
}

function legend({ transposed, stride }) {
  if (!transposed) return "Each line below the pixels is one place of the kernel and gives one output.";
  const zeros = `${count(stride - 1, "zero")} (stride − 1) between neighbouring pixels`;
  return `With ${zeros}, the reversed kernel moves in steps of 1: each line gives one output.`;
}

function refusal(s) {
  if (!s.transposed) return tooLong(s.size, s, s.row);
  const { stride, dilation, output_padding, padding } = s;
  if (output_padding >= Math.max(stride, dilation)) {
    const values = `it is ${output_padding}, with stride ${stride} and dilation ${dilation}`;
    return `The output padding must be smaller than the stride or than the dilation, but ${values}.`;
  }
  const full = (s.size - 1) * stride + s.row.span + output_padding;
  const taken = `The padding (${padding}) takes 2·${padding} pixels from an output of ${full}`;
  return `${taken}, and nothing is left. Use less padding.`;
}

const ENDS = [null, ["pixel", "at the end"]];

// Pixels that no window reads though windows lie on both sides of them.
function skipped(s) {
  const read = new Set();
  for (let j = 0; j < s.row.count; j += 1) taps(s, j).forEach(({ column }) => read.add(column));
  const end = s.row.whole - s.row.left[1];
  return s.row.cells.filter(({ kind }, c) => kind === "pixel" && c < end && !read.has(c));
}

function remarks(s) {
  const { row, stride } = s;
  if (!row.fits) return [warning(refusal(s))];
  if (s.transposed) return row.pad < 0 ? [note(cutOff(s))] : [];
  const where = s.padding ? "padded input" : "input";
  const left = leftOver(stride, [0, row.left[1]], where, ENDS);
  const exact = `${row.free} / ${stride} + 1 = ${hundredths(row.free / stride + 1)}`;
  const unbroken = exact.replaceAll(" ", "\u00a0");
  left.forEach((line) => line.append(` Without rounding, ${unbroken}.`));
  const missed = skipped(s).flatMap(({ index }, n) => [n ? ", " : "", indexed("x", index)]);
  if (!missed.length) return left;
  const line = note("The windows step over pixels that none of them reads: ");
  line.append(...missed, ".");
  return [...left, line];
}

function cutOff({ row }) {
  return `The padding is larger than the reach of the kernel: ${count(-row.pad, "place")} at each end is cut off, pixels included.`;
}

function terms(s, output) {
  const met = taps(s, output);
  const shown = s.transposed ? met.filter(({ cell }) => cell.kind === "pixel") : met;
  const parts = shown.flatMap(({ weight, cell }, n) => {
    const w = make("span", { class: "ck-b" }, indexed("w", weight));
    const x = cell.kind === "pixel" ? indexed("x", cell.index) : "0";
    return [n ? " + " : "", w, "·", make("span", { class: "ck-a" }, x)];
  });
  return parts.length ? parts : ["0, for no pixel reaches it"];
}

function sumLine(s) {
  const name = make("span", { class: "ck-total" }, indexed("y", s.step));
  return make("p", { class: "ck-sum" }, name, " = ", ...terms(s, s.step));
}

function spoken(s) {
  if (!s.row.fits) return refusal(s);
  const met = taps(s, s.step).filter(({ cell }) => cell.kind === "pixel");
  const pixels = met.map(({ cell }) => cell.index).join(", ") || "none";
  return `Output ${s.step} of size ${s.row.count} reads pixels ${pixels}.`;
}

// The drawing ----------------------------------------------------------------------

const across = (from, length, more = "") => `grid-column: ${from + 1} / span ${length}; ${more}`;

// Names of stretches of the row, such as the padding, above its cells.
function stretches(cells) {
  const runs = [];
  cells.forEach(({ kind }, column) => {
    const group = kind === "gap" ? "pixel" : kind;
    const last = runs.at(-1);
    if (last?.group === group) last.length += 1;
    else runs.push({ group, from: column, length: 1 });
  });
  const words = { pixel: "input", pad: "pad", extra: "extra", beyond: "" };
  return runs
    .filter(({ group }) => words[group])
    .map(({ group, from, length }) => {
      const look = { class: `ck-stretch ck-of-${group}`, style: across(from, length) };
      return make("span", look, make("span", {}, words[group]));
    });
}

function cellNode({ kind, index }, column) {
  const text = { pixel: () => indexed("x", index), beyond: () => "" }[kind]?.() ?? "0";
  const look = { class: `ck-spot ck-is-${kind}`, style: across(column, 1), title: ZEROS[kind] };
  return make("span", look, text);
}

function windowNode(s, output, kind = "") {
  const met = taps(s, output);
  const frame = across(met[0].column, s.row.span);
  const marks = met.map(({ column, weight }) => {
    const look = { class: `ck-mark ${kind}`, style: across(column, 1) };
    return make("span", look, indexed("w", weight));
  });
  return [make("span", { class: `ck-reach ${kind}`, style: frame }), ...marks];
}

// Columns that no window covers, hatched in every line and named below the last.
function leftNodes({ row }, kind = "ck-rest", text = "") {
  const ends = [
    [0, row.left[0]],
    [row.cells.filter((cell) => cell.kind !== "beyond").length - row.left[1], row.left[1]],
  ];
  return ends
    .filter(([, length]) => length)
    .map(([from, length]) => make("span", { class: kind, style: across(from, length) }, text));
}

function lane(s, output, go) {
  const y = make("span", { class: "ck-y" }, indexed("y", output));
  const act = { type: "button", class: "ck-lane", onclick: () => go(output) };
  const first = s.row.begin + output * s.row.hop;
  const [end, gap] = [first + s.row.span, s.row.cells.length - first - s.row.span];
  const lead = gap ? [make("span", { class: "ck-lead", style: across(end, gap) })] : [];
  const parts = [...lead, ...leftNodes(s), ...windowNode(s, output)];
  return make("button", act, ...parts, make("span", { class: "ck-goes" }, y));
}

function drawing(s, go) {
  const cells = s.row.cells.map(cellNode);
  const lanes = Array.from({ length: s.row.count }, (_, output) => lane(s, output, go));
  const head = make("div", { class: "ck-lane ck-names" }, ...stretches(s.row.cells));
  const goes = make("span", { class: "ck-goes" }, "output");
  const top = make("div", { class: "ck-lane ck-top" }, ...cells, goes);
  const rows = [head, top, ...lanes];
  if (s.row.ghost) {
    const end = make("span", { class: "ck-goes" }, "no room");
    const marks = windowNode(s, s.row.count, "ck-ghost");
    rows.push(make("div", { class: "ck-lane" }, ...leftNodes(s), ...marks, end));
  }
  const names = leftNodes(s, "ck-rest-name", s.transposed ? "cut off" : "left over");
  if (names.length) rows.push(make("div", { class: "ck-lane ck-names" }, ...names));
  const style = `--columns: ${cells.length}`;
  return { cells, lanes, node: make("div", { class: "ck-lanes", style }, ...rows) };
}

function paintDrawing(drawn, s) {
  const read = new Set(s.row.fits ? taps(s, s.step).map(({ column }) => column) : []);
  drawn.cells.forEach((node, column) => node.classList.toggle("ck-on", read.has(column)));
  drawn.lanes.forEach((node, output) => {
    node.classList.toggle("ck-on", output === s.step);
    node.tabIndex = output === s.step ? 0 : -1;
    mark(node, output === s.step);
    const words = taps(s, output).map(({ weight, cell }) => {
      return `w${weight} on ${cell.kind === "pixel" ? `x${cell.index}` : "a zero"}`;
    });
    node.setAttribute("aria-label", `output ${output}: ${words.join(", ")}`);
  });
}

// The figure -----------------------------------------------------------------------

function fields(link) {
  const set = (name) => (value) => link.write({ [name]: value, step: 0 });
  const boxes = Object.entries(LIMITS).map(([name, [label, least, most]]) => {
    return [name, wholeNumber(label, least, most, set(name))];
  });
  const change = (mode) => link.write({ transposed: mode === "transposed", step: 0 });
  return { ...Object.fromEntries(boxes), mode: choice("Operation", MODES, change) };
}

function render({ model, el }) {
  const { root, say } = frame(el, "Places of a kernel, one for each output");
  const link = bind(model, NAMES, () => paint());
  const go = (step) => link.write({ step });
  const state = () => {
    const { step, row } = read(model);
    return { step, steps: row.count };
  };
  const steps = transport({ state, go, ended: () => say(spoken(read(model))), reset: link.reset });
  const field = fields(link);
  const [guide, stage, text] = [note(""), make("div"), make("div")];
  const scroll = scroller("Places of the kernel", stage);
  const controls = [field.mode, ...Object.keys(LIMITS).map((name) => field[name])];
  const nodes = controls.map((one) => one.node);
  root.append(make("div", { class: "ck-controls" }, ...nodes), guide, scroll.node, steps.node, text);
  let [shape, drawn] = ["", null];

  function paint() {
    const s = read(model);
    const again = shape !== "";
    if (shape !== shapeOf(s)) {
      drawn = drawing(s, go);
      stage.replaceChildren(drawn.node);
      shape = shapeOf(s);
    }
    guide.textContent = legend(s);
    field.mode.put(modeOf(s));
    Object.keys(LIMITS).forEach((name) => field[name].put(s[name]));
    field.output_padding.node.hidden = !s.transposed;
    paintDrawing(drawn, s);
    text.replaceChildren(...(s.row.fits ? [sumLine(s)] : []), ...calculation(s), ...remarks(s));
    steps.paint();
    if (again && !steps.playing()) say(spoken(s));
    if (s.row.fits) reveal(s);
  }

  function reveal(s) {
    const marks = [...drawn.lanes[s.step].querySelectorAll(".ck-mark")];
    const [first, last] = [marks[0], marks.at(-1)];
    const end = drawn.lanes[s.step].querySelector(".ck-goes").offsetWidth;
    scroll.reveal(first.offsetLeft - 4, last.offsetLeft + last.offsetWidth + 4, 0, end);
  }

  arrows(root, (move, target) => {
    const s = read(model);
    if (!s.row.fits) return;
    steps.stop();
    const step = within(s.step + (move[0] || move[1]), s.row.count - 1);
    go(step);
    if (drawn.lanes.includes(target)) drawn.lanes[step].focus({ preventScroll: true });
  });

  paint();
  return () => {
    steps.stop();
    link.release();
    scroll.release();
  };
}

export default { render };
