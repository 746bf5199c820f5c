// Plain layers beside layers with shortcuts: what depth does to signal and gradient.

const NAMES = ["depth", "norm", "factor", "draw", "shown"];
const NORMS = { none: "No norm", batch: "Batch norm" };
const FACTORS = { least: 0.1, most: 1.5, step: 0.05 };
const KINDS = [
  { name: "plain", title: "Plain", look: "ck-first", shortcut: false },
  { name: "with shortcuts", title: "With shortcuts", look: "ck-second", shortcut: true },
];
const SIZES = { signals: "size of the signal, forward →", gradients: "← size of the gradient, backward" };
const MOST_DRAWS = 99;
const EACH = 5; // layers from one line of the table to the next

function read(model) {
  const s = Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
  const kinds = KINDS.map((kind, k) => ({ ...kind, on: s.shown[k], ...through(s, kind.shortcut) }));
  return { ...s, kinds, on: kinds.filter((kind) => kind.on) };
}

// Words ------------------------------------------------------------------------------

const DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const raised = (n) => String(n).replace(/./g, (sign) => DIGITS[sign] ?? "⁻");

// "0.0123", "8,740" or "2.3 · 10⁵".
function few(value) {
  if (value === 0 || (value >= 1e-3 && value < 9999.5)) {
    const text = String(Number(value.toPrecision(3)));
    return value < 1000 ? text : text.replace(/(?=...$)/, ",");
  }
  const [mantissa, power] = value.toExponential(1).split("e");
  return `${mantissa}\u00a0·\u00a010${raised(Number(power))}`;
}

function change(value) {
  if (value === 0) return "has vanished";
  if (Math.abs(value - 1) < 0.05) return "has kept its size";
  if (value > 1) return `has grown to ${few(value)} times its size`;
  const part = value < 0.1 && value >= 1e-4 ? `1/${few(1 / value)}` : few(value);
  return `has shrunk to ${part} of its size`;
}

const signalEnd = (kind) => kind.signals.at(-1) / kind.signals[0];
const gradientEnd = (kind) => kind.gradients[0] / kind.gradients.at(-1);

function told(s, kind) {
  const after = `after ${count(s.depth, "layer")} the signal ${change(signalEnd(kind))}`;
  return `${kind.title}: ${after}; on its way back the gradient ${change(gradientEnd(kind))}.`;
}

const sentence = (s) => s.on.map((kind) => told(s, kind)).join(" ") || "Nothing is shown.";

function readout(s) {
  const lines = s.on.map((kind) => {
    const name = make("span", { class: `ck-reading ${kind.look}` }, kind.title);
    return make("p", { class: "ck-sum" }, name, told(s, kind).slice(kind.title.length));
  });
  return lines.length ? lines : [make("p", { class: "ck-sum" }, "Choose at least one kind above.")];
}

const nearly = (value) => `${few(value) === String(value) ? "=" : "≈"} ${few(value)}`;

function formulas(s) {
  const { norm, factor, depth } = s;
  const [plain, residual] = KINDS.map(({ shortcut }) => nearly(expected(s, shortcut, depth)));
  const stray = "A single draw strays from it.";
  if (norm === "none") {
    const one = `${factor}${raised(depth)} ${plain}`;
    const two = `√(1 + ${factor}²)${raised(depth)} ${residual}`;
    return `Dotted, by the formula: ${one} for plain layers, ${two} with shortcuts. ${stray}`;
  }
  const added = `√(1 + ${depth} · ${factor}²) ${residual}`;
  return (
    `Dotted, by the formula: a signal of ${factor} after each plain layer, and of ${added} ` +
    `at the end of those with shortcuts. ${stray}`
  );
}

const scaled = (factor) => `${factor} × He's${factor === 0.4 ? ", near PyTorch's" : ""}`;

// Table ------------------------------------------------------------------------------

function tableOfSizes(s) {
  const layers = range(s.depth + 1).filter((l) => l % EACH === 0 || l === s.depth);
  const heads = s.on.flatMap(({ name }) => [`Signal, ${name}`, `Gradient, ${name}`]);
  const lines = layers.map((l) => {
    return [String(l), ...s.on.flatMap((kind) => [few(kind.signals[l]), few(kind.gradients[l])])];
  });
  return tableOf("Sizes after so many layers", ["Layers", ...heads], lines);
}

// The plots --------------------------------------------------------------------------

const tenTo = (power) => ({ 0: "1", 1: "10" })[power] ?? `10${raised(power)}`;

// Powers of ten for both axes: from a multiple of the step to another, round about 1.
function powers(s) {
  const values = s.on.flatMap((kind) => [...kind.signals, ...kind.gradients]);
  const logs = values.map(Math.log10).filter(Number.isFinite);
  const [low, high] = [Math.min(-1, ...logs), Math.max(1, ...logs)];
  const around = (step) => [Math.floor(low / step), Math.ceil(high / step)];
  const step = [1, 2, 5, 10].find((each) => around(each)[1] - around(each)[0] <= 6) ?? 20;
  const [from, to] = around(step);
  return range(to - from + 1).map((n) => (from + n) * step);
}

function plotOf(s, which, ticks, width) {
  const box = { left: 44, top: 24, right: width - 12, bottom: 210 };
  const x = scale([0, DEEPEST], [box.left, box.right]);
  const y = scale([ticks[0], ticks.at(-1)], [box.bottom, box.top]);
  const across = range(DEEPEST / 10 + 1).map((n) => [x(10 * n), String(10 * n)]);
  const down = ticks.map((power) => [y(power), tenTo(power)]);
  const frame = axesOf(box, across, down, ["layer", SIZES[which]]);
  const hair = svg("line", { class: "ck-hair", x1: x(s.depth), x2: x(s.depth), y1: box.top, y2: box.bottom });
  const lines = s.on.flatMap((kind) => linesOf(s, kind, which, { x, y }));
  const size = { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top };
  const viewBox = Object.values(size).join(" ");
  const window = svg("svg", { ...size, viewBox, overflow: "hidden", "aria-hidden": "true" }, hair, ...lines);
  const dots = s.on.map((kind) => dotOf(s, kind, which, { x, y }));
  const what = which === "signals" ? "Signal" : "Gradient";
  const ends = s.on.map((kind) => `${kind.name} from ${few(kind[which][0])} to ${few(kind[which].at(-1))}`);
  const label = `${what} over layers 0 to ${s.depth}, logarithmic: ${ends.join(", ") || "nothing"}`;
  return drawing("ck-curves", "img", label, width, 250, ...frame, window, ...dots);
}

const logarithmic = ({ x, y }) => ({ x, y: (value) => y(Math.log10(value)) });

// A curve, and what the formula says where there is one.
function linesOf(s, kind, which, scales) {
  const line = lineOf(kind[which], `ck-middle ${kind.look}`, logarithmic(scales));
  if (which === "gradients" && s.norm === "batch") return [line];
  const layers = range(s.depth + 1).map((l) => (which === "signals" ? l : s.depth - l));
  const law = layers.map((l) => expected(s, kind.shortcut, l));
  return [line, lineOf(law, "ck-guess", logarithmic(scales))];
}

// Where a curve ends: the signal at the last layer, the gradient before the first.
function dotOf(s, kind, which, scales) {
  const end = which === "signals" ? s.depth : 0;
  const place = { cx: scales.x(end), cy: logarithmic(scales).y(kind[which][end]), r: 4.5 };
  return svg("circle", { class: `ck-dot ${kind.look}`, ...place });
}

// The figure -------------------------------------------------------------------------

function fields(model, link) {
  const set = (name) => (value) => link.write({ [name]: value });
  const show = (k) => (on) => link.write({ shown: model.get("shown").map((old, n) => (n === k ? on : old)) });
  const layers = (depth) => count(depth, "layer");
  return {
    depth: slider("Depth", { least: 1, most: DEEPEST }, layers, set("depth")),
    factor: slider("Scale of the weights", FACTORS, scaled, set("factor")),
    norm: choice("Norm", NORMS, set("norm")),
    draw: wholeNumber("Random draw", 1, MOST_DRAWS, set("draw")),
    shown: KINDS.map(({ name, look }, k) => tick(name, show(k), look)),
  };
}

function putFields(field, s) {
  ["depth", "factor", "norm", "draw"].forEach((name) => field[name].put(s[name]));
  field.shown.forEach((one, k) => one.put(s.shown[k]));
}

function controlsOf(field) {
  [field.depth, field.factor].forEach(({ node, text }) => node.append(text));
  const rows = [
    [field.depth.node, field.norm.node],
    [field.factor.node, field.draw.node],
    field.shown.map(({ node }) => node),
  ];
  return rows.map((row) => make("div", { class: "ck-controls" }, ...row));
}

function render({ model, el }) {
  const { root, say } = frame(el, "Signal and gradient through depth");
  const link = bind(model, NAMES, () => paint());
  let [spoken, width] = ["", 0];
  const state = () => ({ step: model.get("depth") - 1, steps: DEEPEST });
  const go = (step) => link.write({ depth: step + 1 });
  const ended = () => say(sentence(read(model)));
  const steps = transport({ state, go, ended, reset: link.reset, noun: "Depth" });
  const field = fields(model, link);
  const [place, text] = [make("div", { class: "ck-pair" }), make("div")];
  const numbers = make("div", { class: "ck-two" });
  const scroll = scroller("Table", numbers);
  const summary = make("summary", {}, "The numbers as a table");
  const details = make("details", { class: "ck-details" }, summary, scroll.node);
  root.classList.add("ck-viewer", "ck-depth");
  root.append(...controlsOf(field), place, text, steps.node, details);

  function paint() {
    const s = read(model);
    putFields(field, s);
    const room = Math.max(280, place.clientWidth || 640);
    const wide = room < 560 ? room : Math.floor((room - 16) / 2);
    const ticks = powers(s);
    place.replaceChildren(...Object.keys(SIZES).map((which) => plotOf(s, which, ticks, wide)));
    text.replaceChildren(...readout(s), make("p", { class: "ck-note" }, formulas(s)));
    numbers.replaceChildren(tableOfSizes(s));
    steps.paint();
    if (spoken && !steps.playing() && spoken !== sentence(s)) say(sentence(s));
    spoken = sentence(s);
  }

  const watch = new ResizeObserver(() => {
    if (place.clientWidth === width) return;
    width = place.clientWidth;
    paint();
  });
  watch.observe(place);
  arrows(root, ([down, right]) => {
    steps.stop();
    go(within(state().step + (right || -down), DEEPEST - 1));
  });
  paint();
  return () => {
    steps.stop();
    link.release();
    scroll.release();
    watch.disconnect();
  };
}

export default { render };
