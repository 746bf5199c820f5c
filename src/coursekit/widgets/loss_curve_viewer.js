// Recorded runs at one learning rate: every seed, their middle, and what can be read off.

const DATA = ["names", "rates", "seeds", "losses", "accuracies", "loss_every", "t_value"];
const CHOICES = ["rate", "quantity", "middle", "logarithmic", "shown", "step"];
const QUANTITIES = { loss: "Training loss", accuracy: "Held-out accuracy" };
const MIDDLES = { median: "Median, quartiles", mean: "Mean, 95 % interval" };
const LOOKS = ["ck-first", "ck-second"];
const CLASSES = 10; // digits
const LINEAR = 4; // the largest loss on the linear axis
const LOGARITHMIC = [1e-3, 10];

// "2.57 2.4 inf" is a run that diverged after two points.
const numbersOf = (line) => line.split(" ").map((word) => (word === "inf" ? Infinity : Number(word)));

function read(model) {
  const s = Object.fromEntries([...DATA, ...CHOICES].map((name) => [name, model.get(name)]));
  const all = s.losses.flat(2).map((line) => numbersOf(line).length);
  const epochs = Math.max(...s.accuracies.flat(2).map((line) => numbersOf(line).length));
  const losses = Math.max(...all);
  const points = s.quantity === "loss" ? losses : epochs;
  const rate = within(s.rate, s.rates.length - 1);
  const norms = s.names.map((name, m) => {
    const runs = s.seeds.map((seed, k) => runOf(s, rate, m, k, losses, epochs));
    const summary = range(points).map((n) => summaryOf(s, runs.map((run) => run.values[n])));
    return { name, look: LOOKS[m], on: s.shown[m], runs, summary };
  });
  const each = (s.loss_every * losses) / epochs; // steps in an epoch
  const step = within(s.step, points - 1);
  return { ...s, rate, norms, points, each, losses, epochs, steps: points, step };
}

// After it has diverged, a run's loss is infinite, and its accuracy stays as it is.
function runOf(s, rate, m, k, losses, epochs) {
  const loss = numbersOf(s.losses[rate][m][k]);
  const accuracy = numbersOf(s.accuracies[rate][m][k]);
  const diverged = loss.at(-1) === Infinity ? loss.length : null; // at this point, from 1
  const long = (values, length, filler) => range(length).map((n) => values[n] ?? filler);
  const values =
    s.quantity === "loss" ? long(loss, losses, Infinity) : long(accuracy, epochs, accuracy.at(-1));
  const recorded = s.quantity === "loss" ? loss.length : accuracy.length;
  return { seed: s.seeds[k], values, recorded, diverged };
}

const summaryOf = (s, values) => (s.middle === "median" ? quartiles(values) : interval(values, s.t_value));

// Words ----------------------------------------------------------------------------

const THREE = 3; // digits, as in the record

function few(value) {
  if (!Number.isFinite(value)) return "diverged";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e4 || size < 1e-3) return value.toExponential(1).replace("-", "−").replace("e+", "e");
  return String(Number(value.toPrecision(THREE))).replace("-", "−");
}

// A point of the loss is the mean of some steps; a point of the accuracy is an epoch.
function when(s, n) {
  if (s.quantity === "accuracy") return `epoch ${n + 1}`;
  const [first, last] = [n * s.loss_every + 1, (n + 1) * s.loss_every];
  return first === last ? `step ${last}` : `steps ${first} to ${last}`;
}

function spread(s, { low, high }) {
  const to = Number.isFinite(high) ? few(high) : "∞";
  return Number.isFinite(low) ? `${few(low)} to ${to}` : "none";
}

function reading(s, { summary }, n) {
  const at = summary[n];
  if (!Number.isFinite(at.mid)) return s.middle === "median" ? "diverged" : "no mean, a run has diverged";
  return `${few(at.mid)} (${spread(s, at)})`;
}

function sentence(s, n) {
  const on = s.norms.filter((norm) => norm.on);
  const words = on.map((norm) => `${norm.name} ${reading(s, norm, n)}`);
  const what = `${QUANTITIES[s.quantity]} at learning rate ${s.rates[s.rate]}, ${when(s, n)}`;
  return `${what}: ${words.join("; ") || "nothing is shown"}.`;
}

function readout(s, n) {
  const line = make("p", { class: "ck-sum" }, make("span", { class: "ck-name" }, `${when(s, n)}: `));
  const on = s.norms.filter((norm) => norm.on);
  on.forEach((norm, at) => {
    const value = make("span", { class: `ck-reading ${norm.look}` }, `${norm.name} ${reading(s, norm, n)}`);
    line.append(at ? "; " : "", value);
  });
  if (!on.length) line.append("choose at least one norm above");
  return line;
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

// How many runs are lost, and when.
function divergence(s) {
  const sentences = s.norms.filter((norm) => norm.on).map(({ name, runs }) => {
    const ended = runs.filter((run) => run.diverged !== null);
    if (!ended.length) return `${name}: no run of ${runs.length} diverged.`;
    const steps = ended.map((run) => run.diverged * s.loss_every);
    const [first, last] = [Math.min(...steps), Math.max(...steps)];
    const by = first === last ? `by step ${first}` : `the first by step ${first}, the last by step ${last}`;
    const which = ended.map((run) => run.seed).join(", ");
    const seeds = `seed${ended.length > 1 ? "s" : ""} ${which}`;
    const lost = `${ended.length} of ${runs.length} runs diverged (${seeds})`;
    return `${name}: ${lost}, ${by}; their loss was no number any more.`;
  });
  return sentences.map(capital).join(" ");
}

function remarks(s) {
  const [, top] = limits(s);
  const runs = s.norms.filter((norm) => norm.on).flatMap((norm) => norm.runs);
  const beyond = runs.filter(({ values }) => values.some((value) => value > top && Number.isFinite(value)));
  const lost = runs.some((run) => run.diverged !== null);
  const after = {
    loss: "A run that has diverged counts as infinite.",
    accuracy: "A run that has diverged keeps its last accuracy.",
  }[s.quantity];
  const go = `${count(beyond.length, "run")} ${beyond.length === 1 ? "goes" : "go"}`;
  const above = `${go} above the picture; the table has the numbers.`;
  const guess = s.quantity === "loss" ? `ln ${CLASSES} ≈ ${few(Math.log(CLASSES))}` : few(1 / CLASSES);
  const more = [lost && after, beyond.length && above];
  return [divergence(s), ...more, `The dotted line, ${guess}, is guessing.`].filter(Boolean).join(" ");
}

// Tables ---------------------------------------------------------------------------

function tables(s, n) {
  const names = s.norms.map((norm) => norm.name);
  const valuesOf = (k) => s.norms.map(({ runs }) => few(runs[k].values[n]));
  const one = s.seeds.map((seed, k) => [`seed ${seed}`, ...valuesOf(k)]);
  const kind = MIDDLES[s.middle].split(",")[0];
  one.push([kind.toLowerCase(), ...s.norms.map((norm) => reading(s, norm, n))]);
  const ends = range(s.epochs).map((e) => (s.quantity === "accuracy" ? e : lossPoint(s, e)));
  const along = ends.map((end) => {
    return [capital(when(s, end)), ...s.norms.map((norm) => reading(s, norm, end))];
  });
  const what = `${QUANTITIES[s.quantity]}, learning rate ${s.rates[s.rate]}`;
  const both = MIDDLES[s.middle].toLowerCase().replace(", ", " and ");
  const heads = [s.quantity === "loss" ? "Steps" : "Epoch", ...names];
  return [
    tableOf(`${what}, ${when(s, n)}, run by run`, ["Run", ...names], one),
    tableOf(`${what}, ${both} at the end of each epoch`, heads, along),
  ];
}

// The last point of the loss in an epoch, and the epoch of a point.
const lossPoint = (s, epoch) => Math.floor(((epoch + 1) * s.each) / s.loss_every) - 1;
const epochOf = (s, point) => Math.min(s.epochs - 1, Math.floor((point * s.loss_every) / s.each));

// The plot -------------------------------------------------------------------------

function limits(s) {
  if (s.quantity === "accuracy") return [0, 1];
  return s.logarithmic ? LOGARITHMIC : [0, LINEAR];
}

function ticksDown(s) {
  if (s.quantity === "accuracy") return [0, 0.2, 0.4, 0.6, 0.8, 1];
  return s.logarithmic ? [0.001, 0.01, 0.1, 1, 10] : range(LINEAR + 1);
}

// Where point n lies across: at its last step, or at its epoch.
function across(s, box) {
  const total = s.quantity === "accuracy" ? s.epochs : s.points * s.loss_every;
  const to = scale([0, total], [box.left, box.right]);
  const at = (n) => to(s.quantity === "accuracy" ? n + 1 : (n + 1) * s.loss_every);
  const apart = s.quantity === "accuracy" ? 1 : 50;
  const ticks = range(Math.floor(total / apart) + 1).map((n) => apart * n);
  return { x: at, ticks: ticks.map((value) => [to(value), String(value)]) };
}

function plotOf(s, n, width) {
  const height = width < 480 ? 250 : 310;
  const box = { left: 46, top: 24, right: width - 16, bottom: height - 40 };
  const { x, ticks } = across(s, box);
  const y = scale(limits(s), [box.bottom, box.top], s.quantity === "loss" && s.logarithmic);
  const log = s.quantity === "loss" && s.logarithmic ? ", logarithmic" : "";
  const names = [s.quantity === "loss" ? "step" : "epoch", `${QUANTITIES[s.quantity].toLowerCase()}${log}`];
  const frame = axesOf(box, ticks, ticksDown(s).map((value) => [y(value), String(value)]), names);
  const inner = curvesOf(s, n, { x, y }, box);
  const [wide, high] = [box.right - box.left, box.bottom - box.top];
  const size = { x: box.left, y: box.top, width: wide, height: high, overflow: "hidden" };
  const viewBox = `${box.left} ${box.top} ${wide} ${high}`;
  const window = svg("svg", { ...size, viewBox, "aria-hidden": "true" }, ...inner);
  const node = drawing("ck-curves", "img", sentence(s, n), width, height, ...frame, window);
  const nearest = (at) => {
    const place = (at / node.getBoundingClientRect().width) * width;
    const far = range(s.points).map((k) => Math.abs(x(k) - place));
    return far.indexOf(Math.min(...far));
  };
  return { node, nearest };
}

// Bands below, then runs, then middles; last what is read off.
function curvesOf(s, n, scales, box) {
  const on = s.norms.filter((norm) => norm.on);
  const { x, y } = scales;
  const guess = y(s.quantity === "loss" ? Math.log(CLASSES) : 1 / CLASSES);
  const level = svg("line", { class: "ck-guess", x1: box.left, x2: box.right, y1: guess, y2: guess });
  const bands = on.map(({ summary, look }) => bandOf(summary, `ck-band ${look}`, scales));
  const runs = on.flatMap(({ runs, look }) =>
    runs.map((run) => lineOf(run.values.slice(0, run.recorded), `ck-run ${look}`, scales)),
  );
  const crosses = s.quantity === "loss" ? on.flatMap(({ runs, look }) => lost(runs, look, x, box)) : [];
  const middles = on.map(({ summary, look }) =>
    lineOf(summary.map(({ mid }) => mid), `ck-middle ${look}`, scales),
  );
  const hair = svg("line", { class: "ck-hair", x1: x(n), x2: x(n), y1: box.top, y2: box.bottom });
  const dots = on
    .filter(({ summary }) => Number.isFinite(summary[n].mid))
    .map(({ summary, look }) => {
      const place = { cx: x(n), cy: y(summary[n].mid), r: 4.5 };
      return svg("circle", { class: `ck-dot ${look}`, ...place });
    });
  return [level, ...bands, ...runs, ...crosses, ...middles, hair, ...dots];
}

// A cross at the top where a run has diverged.
function lost(runs, look, x, box) {
  return runs
    .filter((run) => run.diverged !== null)
    .map((run) => {
      const [at, top] = [x(run.diverged - 1), box.top + 8];
      return svg("path", { class: `ck-cross ${look}`, d: `M${at - 4} ${top - 4}l8 8m0 -8l-8 8` });
    });
}

// The figure -----------------------------------------------------------------------

function fields(model, link) {
  const rates = model.get("rates");
  const s = () => read(model);
  const quantity = (value) => {
    const now = s();
    if (value === now.quantity) return;
    const step = value === "accuracy" ? epochOf(now, now.step) : lossPoint(now, now.step);
    link.write({ quantity: value, step });
  };
  const show = (m) => (on) => link.write({ shown: model.get("shown").map((old, k) => (k === m ? on : old)) });
  return {
    rate: slider("Learning rate", { most: rates.length - 1 }, (n) => String(rates[n]), (rate) => link.write({ rate })),
    quantity: choice("Quantity", QUANTITIES, quantity),
    middle: choice("Middle", MIDDLES, (middle) => link.write({ middle })),
    shown: model.get("names").map((name, m) => tick(name, show(m), LOOKS[m])),
    logarithmic: tick("Logarithmic axis", (logarithmic) => link.write({ logarithmic })),
  };
}

function putFields(field, s) {
  field.rate.put(s.rate);
  field.quantity.put(s.quantity);
  field.middle.put(s.middle);
  field.shown.forEach((one, m) => one.put(s.shown[m]));
  field.logarithmic.put(s.logarithmic);
  field.logarithmic.node.hidden = s.quantity !== "loss";
}

function controlsOf(field) {
  field.rate.node.append(field.rate.text);
  const rows = [
    [field.rate.node, ...field.shown.map((one) => one.node)],
    [field.quantity.node, field.logarithmic.node, field.middle.node],
  ];
  return rows.map((row) => make("div", { class: "ck-controls" }, ...row));
}

function render({ model, el }) {
  const { root, say } = frame(el, "Recorded runs, learning rate by learning rate");
  const link = bind(model, CHOICES, () => paint());
  let [plot, hovered, painted] = [null, null, false];
  const go = (step) => {
    hovered = null;
    link.write({ step });
  };
  const ended = () => say(sentence(read(model), read(model).step));
  const steps = transport({ state: () => read(model), go, ended, reset: link.reset, noun: "Point" });
  const field = fields(model, link);
  const cursor = slider("Read at", { most: 1 }, (n) => when(read(model), n), (step) => {
    steps.stop();
    go(step);
  });
  const [place, text] = [make("div", { class: "ck-plot-place" }), make("div")];
  const readings = make("div", { class: "ck-two" });
  const scroll = scroller("Tables", readings);
  const summary = make("summary", {}, "The numbers as tables");
  const details = make("details", { class: "ck-details" }, summary, scroll.node);
  cursor.node.classList.add("ck-cursor");
  root.classList.add("ck-viewer");
  root.append(...controlsOf(field), place, cursor.node, text, steps.node, details);

  const pointed = (event) => plot.nearest(event.clientX - plot.node.getBoundingClientRect().left);
  place.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || steps.playing()) return;
    hovered = pointed(event);
    paint();
  });
  place.addEventListener("pointerleave", () => {
    hovered = null;
    paint();
  });
  place.addEventListener("click", (event) => {
    steps.stop();
    go(pointed(event));
  });

  function paint() {
    const s = read(model);
    const n = hovered === null ? s.step : within(hovered, s.points - 1);
    putFields(field, s);
    cursor.put(s.step, s.points - 1);
    plot = plotOf(s, n, Math.max(280, place.clientWidth || 640));
    place.replaceChildren(plot.node);
    text.replaceChildren(readout(s, n), note(remarks(s)));
    readings.replaceChildren(...tables(s, n));
    steps.paint();
    const quiet = hovered !== null || steps.playing() || document.activeElement === cursor.input;
    if (painted && !quiet) say(`${sentence(s, n)} ${divergence(s)}`);
    painted = true;
  }

  let width = 0;
  const watch = new ResizeObserver(() => {
    if (place.clientWidth === width) return;
    width = place.clientWidth;
    paint();
  });
  watch.observe(place);
  arrows(root, ([down, right]) => {
    const s = read(model);
    steps.stop();
    go(within(s.step + (right || -down), s.points - 1));
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
