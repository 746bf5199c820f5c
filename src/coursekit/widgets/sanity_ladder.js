// The ladder, climbed by a small network with a mistake that the reader chooses.

const CHOICES = ["mistake", "rate", "seed"];
const MOST_SEED = 9;
const LIMITS = [1e-3, 100]; // of the losses that the picture shows
const TICKS = { losses: [0.001, 0.01, 0.1, 1, 10, 100], steps: [0, 50, 100, 150, 200] };
const RUNGS = [
  ["Loss before training", `ln 10 ≈ 2.303, by less than ${ASKED.start}`],
  ["Largest error of a gradient", "less than 1e−6 of its largest number"],
  ["Ten digits, last loss", `less than ${ASKED.heart} after ${BY_HEART.epochs} steps`],
  ["New digits read right", `more than ${100 * ASKED.others} %`],
];

// Remembers what a function of words and numbers has returned.
function remembering(compute) {
  const known = new Map();
  return (...given) => {
    const key = given.join();
    if (!known.has(key)) known.set(key, compute(...given));
    return known.get(key);
  };
}

// Climbs for a mistake, a learning rate and a seed.
function climber(digits) {
  const before = remembering((mistake, seed) => beforeTraining(digits, mistake, seed));
  const after = remembering((mistake, rate, seed) => afterTraining(digits, mistake, rate, seed));
  return (mistake, rate, seed) => {
    const found = { ...before(mistake, seed), ...after(mistake, rate, seed) };
    return { ...found, holds: holding(found) };
  };
}

function read(model, climb) {
  const s = Object.fromEntries(CHOICES.map((name) => [name, model.get(name)]));
  const [name, what] = model.get("mistakes")[s.mistake];
  const own = climb(s.mistake, s.rate, s.seed);
  return { ...s, name, what, own, right: climb("none", s.rate, s.seed) };
}

// Words ----------------------------------------------------------------------------

function few(value, digits) {
  if (!Number.isFinite(value)) return "no number";
  const size = Math.abs(value);
  if (size >= 1e4 || (size > 0 && size < 1e-3)) {
    return value.toExponential(digits - 1).replace("-", "−").replace("e+", "e");
  }
  return String(Number(value.toPrecision(digits)));
}

const measured = ({ first, errors, losses, accuracy }) => [
  few(first, 4),
  few(Math.max(...Object.values(errors)), 1),
  few(losses.at(-1), 2),
  `${Math.round(100 * accuracy)} %`,
];

const capital = (text) => text[0].toUpperCase() + text.slice(1);

// "rung 3", "rungs 1, 3 and 4"
function rungs(places) {
  const numbers = places.map((n) => n + 1);
  const last = numbers.pop();
  return numbers.length ? `rungs ${numbers.join(", ")} and ${last}` : `rung ${last}`;
}

function verdict({ mistake, own, right }) {
  const fails = range(RUNGS.length).filter((n) => !own.holds[n]);
  const isBroken = mistake !== "none";
  if (!fails.length) {
    return `All four rungs hold.${isBroken ? " The ladder does not see this mistake." : ""}`;
  }
  if (!isBroken) return `${capital(rungs(fails))} ${verb(fails, "fail")}: the learning rate is wrong.`;
  const later = range(RUNGS.length).filter((n) => n > fails[0] && own.holds[n]);
  const anyway = fails.filter((n) => !right.holds[n]);
  return [
    `Rung ${fails[0] + 1} fails first.`,
    later.length && `${capital(rungs(later))} ${verb(later, "hold")} all the same.`,
    anyway.length && `Without the mistake ${rungs(anyway)} ${verb(anyway, "fail")}, too: the learning rate is wrong.`,
  ].filter(Boolean).join(" ");
}

const verb = (places, word) => (places.length === 1 ? `${word}s` : word);

function spoken(s) {
  const values = measured(s.own);
  const each = RUNGS.map(([name], n) => `${name}: ${values[n]}, ${s.own.holds[n] ? "holds" : "fails"}.`);
  return `${s.what} Learning rate ${s.rate}. ${each.join(" ")} ${verdict(s)}`;
}

// The parts ------------------------------------------------------------------------

function ladder({ own }) {
  const values = measured(own);
  const first = own.holds.indexOf(false);
  const lines = RUNGS.map(([name, asked], n) => {
    const [sign, word] = own.holds[n] ? ["✓", "holds"] : ["✗", n === first ? "fails first" : "fails"];
    const head = [make("span", { class: "ck-rung" }, `${n + 1}. ${name}`), make("span", { class: "ck-asked" }, asked)];
    const mark = make("span", { "aria-hidden": "true" }, sign);
    return make(
      "tr",
      { class: `${own.holds[n] ? "ck-holds" : "ck-fails"}${n === first ? " ck-here" : ""}` },
      make("th", { scope: "row" }, ...head),
      make("td", { class: "ck-measured" }, values[n]),
      make("td", { class: "ck-verdict" }, mark, ` ${word}`),
    );
  });
  const titles = ["Rung, and what it asks", "Measured", "Result"];
  const head = make("tr", {}, ...titles.map((text) => make("th", { scope: "col" }, text)));
  const caption = make("caption", { class: "ck-hidden" }, "The four rungs");
  return make("table", { class: "ck-rungs" }, caption, make("thead", {}, head), make("tbody", {}, ...lines));
}

// The error of each gradient, the wrong ones marked.
function errorsOf({ own }) {
  const line = note("Rung 2, gradient by gradient: ");
  Object.entries(own.errors).forEach(([name, error], n) => {
    const isWrong = !(error < ASKED.gradients);
    const text = `${name} ${few(error, 1)}${isWrong ? ", wrong" : ""}`;
    line.append(n ? "; " : "", make("span", { class: isWrong ? "ck-wrong" : "ck-error" }, text));
  });
  return line;
}

// Losses with ten digits: with the mistake, without it, and the two levels.
function plotOf(s, width) {
  const height = width < 480 ? 230 : 270;
  const box = { left: 46, top: 24, right: width - 16, bottom: height - 40 };
  const x = scale([0, BY_HEART.epochs], [box.left, box.right]);
  const y = scale(LIMITS, [box.bottom, box.top], true);
  const [across, down] = [TICKS.steps.map((n) => [x(n), String(n)]), TICKS.losses.map((n) => [y(n), String(n)])];
  const frame = axesOf(box, across, down, ["step", "loss with ten digits, logarithmic"]);
  const levels = [Math.log(CLASSES), ASKED.heart].map((value) => {
    return svg("line", { class: "ck-guess", x1: box.left, x2: box.right, y1: y(value), y2: y(value) });
  });
  const curve = (losses, look) => lineOf(losses, `ck-middle ${look}`, { x: (n) => x(n + 1), y });
  const broken = s.mistake === "none" ? [] : [curve(s.own.losses, "ck-own")];
  const [wide, high] = [box.right - box.left, box.bottom - box.top];
  const size = { x: box.left, y: box.top, width: wide, height: high, overflow: "hidden" };
  const inside = svg(
    "svg",
    { ...size, viewBox: `${box.left} ${box.top} ${wide} ${high}`, "aria-hidden": "true" },
    ...levels,
    ...broken,
    curve(s.right.losses, "ck-right"),
  );
  return drawing("ck-curves", "img", curvesInWords(s), width, height, ...frame, inside);
}

function curvesInWords(s) {
  const way = ({ losses }) => `from ${few(losses[0], 3)} to ${few(losses.at(-1), 2)}`;
  const broken = s.mistake === "none" ? "" : ` With it, it goes ${way(s.own)}.`;
  return `Loss with ten digits: without a mistake it goes ${way(s.right)}.${broken}`;
}

function legend({ mistake }) {
  const sample = (look, words) =>
    make("span", { class: "ck-key" }, make("span", { class: `ck-sample ${look}`, "aria-hidden": "true" }), words);
  const broken = mistake === "none" ? [] : [sample("ck-own", "with the mistake")];
  const levels = sample("ck-dots", `ln 10, and ${ASKED.heart}`);
  return make("p", { class: "ck-legend" }, ...broken, sample("ck-right", "without a mistake"), levels);
}

// A table with the first entry of each line as its head.
function tableOf(words, heads, lines) {
  const row = ([head, ...cells]) =>
    make("tr", {}, make("th", { scope: "row" }, head), ...cells.map((text) => make("td", {}, text)));
  const titles = heads.map((text) => make("th", { scope: "col" }, text));
  const head = make("thead", {}, make("tr", {}, ...titles));
  return make("table", { class: "ck-losses" }, make("caption", {}, words), head, make("tbody", {}, ...lines.map(row)));
}

function numbers(s) {
  const steps = range(11).map((n) => Math.max(1, (n * BY_HEART.epochs) / 10));
  const isBroken = s.mistake !== "none";
  const lines = steps.map((n) => {
    const both = isBroken ? [s.own, s.right] : [s.right];
    return [String(n), ...both.map(({ losses }) => few(losses[n - 1], 3))];
  });
  const heads = ["Step", ...(isBroken ? ["with the mistake"] : []), "without a mistake"];
  return tableOf("Loss with ten digits", heads, lines);
}

// The figure -----------------------------------------------------------------------

function fields(model, link) {
  const names = Object.entries(model.get("mistakes")).map(([key, [name]]) => [key, name]);
  const rates = model.get("rates");
  const words = Object.fromEntries(rates.map((value, n) => [n, String(value)]));
  const rate = picker("Learning rate", words, (n) => link.write({ rate: rates[n] }));
  return {
    mistake: picker("Mistake", Object.fromEntries(names), (mistake) => link.write({ mistake })),
    rate: { node: rate.node, put: (value) => rate.put(rates.indexOf(value)) },
    seed: wholeNumber("Seed", 0, MOST_SEED, (seed) => link.write({ seed })),
  };
}

function layout(root, field, reset) {
  const again = make("button", { type: "button", class: "ck-button ck-reset", onclick: reset }, "Reset");
  const places = Object.fromEntries(["what", "ladder", "errors", "plot", "table"].map((name) => [name, make("div")]));
  const text = make("p", { class: "ck-sum" });
  const scroll = scroller("Losses", places.table);
  const summary = make("summary", {}, "The curves as a table");
  places.plot.className = "ck-plot-place";
  root.classList.add("ck-ladder");
  root.append(
    make("div", { class: "ck-controls" }, ...Object.values(field).map(({ node }) => node), again),
    places.what,
    places.ladder,
    text,
    places.errors,
    places.plot,
    make("details", { class: "ck-details" }, summary, scroll.node),
  );
  return { ...places, text, scroll };
}

function render({ model, el }) {
  const { root, say } = frame(el, "Climb the ladder with a mistake");
  const link = bind(model, CHOICES, () => paint());
  const climb = climber(digitsOf(model.get("digits")));
  const field = fields(model, link);
  const places = layout(root, field, link.reset);
  let painted = false;

  function paint() {
    const s = read(model, climb);
    CHOICES.forEach((name) => field[name].put(s[name]));
    places.what.replaceChildren(make("p", { class: "ck-what" }, s.what));
    places.ladder.replaceChildren(ladder(s));
    places.text.textContent = verdict(s);
    places.errors.replaceChildren(errorsOf(s));
    places.plot.replaceChildren(legend(s), plotOf(s, Math.max(260, places.plot.clientWidth || 640)));
    places.table.replaceChildren(numbers(s));
    if (painted) say(spoken(s));
    painted = true;
  }

  let width = 0;
  const watch = new ResizeObserver(() => {
    if (places.plot.clientWidth === width) return;
    width = places.plot.clientWidth;
    paint();
  });
  watch.observe(places.plot);
  paint();
  return () => {
    link.release();
    places.scroll.release();
    watch.disconnect();
  };
}

export default { render };
