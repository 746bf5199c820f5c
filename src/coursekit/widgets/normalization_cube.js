// A batch as a block of numbers: those that share one mean with a chosen one light up.

const NAMES = ["x", "norm", "num_groups", "view", "step"];
const VIEWS = { values: "Values", normalised: "Normalised" };
const EPS = 1e-5;

// What the places that share have in common; how many share, and how many means there are.
const NORMS = {
  batch: {
    name: "Batch",
    key: ({ c }) => c,
    share: ({ N, P }) => [["N", N], ["HW", P]],
    means: ({ C }) => [["C", C]],
  },
  layer: {
    name: "Layer",
    key: ({ n }) => n,
    share: ({ C, P }) => [["C", C], ["HW", P]],
    means: ({ N }) => [["N", N]],
  },
  instance: {
    name: "Instance",
    key: ({ n, c }) => `${n} ${c}`,
    share: ({ P }) => [["HW", P]],
    means: ({ N, C }) => [["N", N], ["C", C]],
  },
  group: {
    name: "Group",
    key: ({ n, c }, size) => `${n} ${Math.floor(c / size)}`,
    share: ({ C, P, G }) => [["C / G", C / G], ["HW", P]],
    means: ({ N, G }) => [["N", N], ["G", G]],
  },
};

const named = Object.fromEntries(Object.entries(NORMS).map(([norm, { name }]) => [norm, name]));
const divisorsOf = (n) => range(n).map((i) => i + 1).filter((i) => n % i === 0);

function read(model) {
  const s = Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
  const [N, C, P] = [s.x.length, s.x[0].length, s.x[0][0].length];
  const G = divisorsOf(C).filter((n) => n <= s.num_groups).at(-1);
  const places = range(N * C * P).map((step) => {
    const [n, c, p] = [Math.floor(step / (C * P)), Math.floor(step / P) % C, step % P];
    return { step, n, c, p, value: s.x[n][c][p] };
  });
  const sets = Object.fromEntries(
    Object.keys(NORMS).map((norm) => [norm, statistics(places, norm, C / G)]),
  );
  return { ...s, N, C, P, G, places, sets, steps: places.length, step: within(s.step, places.length - 1) };
}

// For each place the set it belongs to: { places, mean, variance }.
function statistics(places, norm, size) {
  const sets = new Map();
  const keys = places.map((place) => NORMS[norm].key(place, size));
  places.forEach((place, at) => {
    if (!sets.has(keys[at])) sets.set(keys[at], []);
    sets.get(keys[at]).push(place);
  });
  const average = (numbers) => numbers.reduce((sum, a) => sum + a, 0) / numbers.length;
  const made = new Map();
  sets.forEach((some, key) => {
    const mean = average(some.map(({ value }) => value));
    const variance = average(some.map(({ value }) => (value - mean) ** 2));
    made.set(key, { places: some, mean, variance });
  });
  return { of: ({ step }) => made.get(keys[step]), size: made.size };
}

const normalised = ({ value }, { mean, variance }) => (value - mean) / Math.sqrt(variance + EPS);

// Words ----------------------------------------------------------------------------

const indices = ({ n, c, p }) => `[${n}, ${c}, ${p}]`;
const nearly = (value) => (Math.abs(value - Number(value.toFixed(4))) < 1e-9 ? "=" : "≈");

const how = (text) => make("span", { class: "ck-how" }, text); // a phone has no room for it

// "N · HW = 4 · 6 = 24"
function product(factors) {
  const [names, sizes] = [0, 1].map((k) => factors.map((one) => one[k]).join(" · "));
  const before = factors.length > 1 ? `${names} = ${sizes} = ` : `${names} = `;
  const total = factors.reduce((all, [, n]) => all * n, 1);
  return [how(before), String(total)];
}

function calculation(s, place) {
  const set = s.sets[s.norm].of(place);
  const out = normalised(place, set);
  const less = set.mean < 0 ? `(${show(set.mean)})` : show(set.mean);
  const span = (look, text) => make("span", { class: look }, text);
  const name = span("ck-name", `x̂${indices(place)} = (x − μ) / √(v + ε) = `);
  const term = span("ck-term", "(");
  term.append(span("ck-a", show(place.value)), ` − ${less}) / √(${show(set.variance)} + ε)`);
  const total = span("ck-total", `${nearly(out)} ${show(out)}`);
  return make("p", { class: "ck-sum" }, name, term, " ", total);
}

function sentence(s, place) {
  const set = s.sets[s.norm].of(place);
  const which = `${named[s.norm]} norm${s.norm === "group" ? `, ${count(s.G, "group")}` : ""}`;
  const share = `${count(set.places.length, "number")} share one mean`;
  const std = `standard deviation ${show(Math.sqrt(set.variance))}`;
  const [mean, out] = [show(set.mean), show(normalised(place, set))];
  const becomes = `${show(place.value)} becomes ${out}`;
  return `${which}: ${share} with x${indices(place)}; mean ${mean}, ${std}; ${becomes}.`;
}

// One line for each norm: the same number under all of them.
function comparison(s, place) {
  const heads = ["Norm", "Numbers that share", "Means in all", "Mean", "Standard deviation", "Normalised"];
  const rows = Object.entries(NORMS).map(([norm, { name, share, means }]) => {
    const set = s.sets[norm].of(place);
    const words = norm === "group" ? [name, how(`, G = ${s.G}`)] : [name];
    const numbers = [set.mean, Math.sqrt(set.variance), normalised(place, set)].map(show);
    const cells = [product(share(s)), product(means(s)), ...numbers.map((text) => [text])];
    const row = make("tr", { class: norm === s.norm ? "ck-on" : "" });
    if (norm === s.norm) row.setAttribute("aria-current", "true");
    row.append(make("th", { scope: "row" }, ...words), ...cells.map((parts) => make("td", {}, ...parts)));
    return row;
  });
  const titles = heads.map((title) => make("th", { scope: "col" }, title));
  const chosen = `x${indices(place)} = ${show(place.value)}`;
  const caption = make("caption", {}, `The number ${chosen} under every norm`);
  const head = make("thead", {}, make("tr", {}, ...titles));
  return make("table", { class: "ck-compare" }, caption, head, make("tbody", {}, ...rows));
}

const RULE =
  "The variance v is the biased one, divided by the count; ε = 0.00001. " +
  "Scale γ and shift β are left out.";

const LEGEND =
  "Columns are channels, rows are pixels. " +
  "The chosen number is green; those that share its mean are blue.";

// The block ------------------------------------------------------------------------

const [SIDE, BACK] = [22, 12]; // pixels of a small cube, and from one image to the next

// The faces that can be seen: the front, the top and the right of the block.
function faces(s, acts) {
  const [left, top] = [22, 22 + s.N * BACK];
  const corner = (n, c, p) => `${left + c * SIDE + n * BACK},${top + p * SIDE - n * BACK}`;
  const face = (place, kind, ...corners) => {
    const points = corners.map((at) => corner(...at)).join(" ");
    const node = svg("polygon", { class: `ck-side ck-${kind}`, points });
    return { place, node: tracing(node, place, acts) };
  };
  return s.places.flatMap((place) => {
    const { n, c, p } = place;
    const [front, upper, right] = [n === 0, p === 0, c === s.C - 1];
    const found = [];
    const add = (kind, ...corners) => found.push(face(place, kind, ...corners));
    if (front) add("front", [0, c, p], [0, c + 1, p], [0, c + 1, p + 1], [0, c, p + 1]);
    if (upper) add("upper", [n, c, 0], [n, c + 1, 0], [n + 1, c + 1, 0], [n + 1, c, 0]);
    const [near, far] = [[n, c + 1], [n + 1, c + 1]];
    if (right) add("right", [...near, p], [...far, p], [...far, p + 1], [...near, p + 1]);
    return found;
  });
}

function blockNode(s, acts) {
  const sides = faces(s, acts);
  const [wide, high] = [s.C * SIDE + s.N * BACK, s.P * SIDE + s.N * BACK];
  const [bottom, middle] = [22 + high, 22 + s.N * BACK + (s.P * SIDE) / 2];
  const slanted = { x: 26 + s.C * SIDE + s.N * BACK * 0.5, y: bottom - s.N * BACK * 0.5 + 12 };
  const names = [
    lettering("channels C →", { x: 22, y: bottom + 15 }),
    lettering("← pixels HW", { transform: `translate(14 ${middle}) rotate(-90)`, "text-anchor": "middle" }),
    lettering("images N ↗", slanted),
  ];
  const size = [Math.max(22 + wide + 4, slanted.x + 76), bottom + 22];
  const node = drawing("ck-block-of-numbers", "img", "", ...size, ...sides.map((one) => one.node), ...names);
  return { node, sides };
}

// The images, a grid of buttons each; one of all takes the tab.
function imageGrids(s, acts) {
  const cells = s.places.map((place) => {
    const look = { type: "button", class: "ck-cell ck-number" };
    return tracing(make("button", look), place, acts);
  });
  const images = range(s.N).map((n) => {
    const rows = range(s.P).flatMap((p) => range(s.C).map((c) => cells[(n * s.C + c) * s.P + p]));
    const node = gridNode("", s.C, ...rows);
    node.setAttribute("role", "group");
    node.setAttribute("aria-label", `Image ${n}: channels to the right, pixels down`);
    return panel(`Image ${n}`, null, node);
  });
  return { cells, node: make("div", { class: "ck-images" }, ...images) };
}

function paintNumbers(drawn, s, place) {
  const set = s.sets[s.norm].of(place);
  const lit = new Set(set.places.map(({ step }) => step));
  const valueOf = (one) => (s.view === "values" ? one.value : normalised(one, s.sets[s.norm].of(one)));
  s.places.forEach((one) => {
    const [node, value] = [drawn.grids.cells[one.step], valueOf(one)];
    const [on, here] = [lit.has(one.step), one.step === place.step];
    node.textContent = show(Number(value.toFixed(1)));
    node.tabIndex = one.step === s.step ? 0 : -1;
    node.classList.toggle("ck-on", on);
    node.classList.toggle("ck-here", here);
    const shares = here ? ", chosen" : on ? ", shares the mean" : "";
    const where = `image ${one.n}, channel ${one.c}, pixel ${one.p}`;
    node.setAttribute("aria-label", `${where}: ${show(value)}${shares}`);
    mark(node, one.step === s.step);
  });
  drawn.block.sides.forEach(({ place: one, node }) => {
    node.classList.toggle("ck-on", lit.has(one.step));
    node.classList.toggle("ck-here", one.step === place.step);
  });
  const words = "A block of numbers: channels to the right, pixels down, images to the back";
  drawn.block.node.setAttribute("aria-label", `${words}; ${lit.size} of ${s.steps} light up.`);
}

// The figure -----------------------------------------------------------------------

function fields(model, link) {
  const set = (name) => (value) => link.write({ [name]: value });
  const groups = Object.fromEntries(divisorsOf(model.get("x")[0].length).map((n) => [n, n]));
  const radios = choice("Groups", groups, (n) => link.write({ num_groups: Number(n) }));
  const title = make("span", { class: "ck-label", "aria-hidden": "true" }, "Groups");
  return {
    norm: choice("Norm", named, set("norm")),
    groups: { node: make("span", { class: "ck-field" }, title, radios.node), put: radios.put },
    view: choice("Show", VIEWS, set("view")),
  };
}

// One channel or one pixel on; beyond the last channel the next image begins.
function neighbour(s, [down, right]) {
  if (!Number.isFinite(down)) return down < 0 ? 0 : s.steps - 1;
  const { n, c, p } = s.places[s.step];
  const column = within(n * s.C + c + right, s.N * s.C - 1);
  return column * s.P + within(p + down, s.P - 1);
}

function render({ model, el }) {
  const { root, say } = frame(el, "Which numbers share one mean");
  const link = bind(model, NAMES, () => paint());
  let [shape, drawn, hovered, painted] = ["", null, null, false];
  const go = (step) => {
    hovered = null;
    link.write({ step });
  };
  const acts = {
    look(event, place) {
      if (event.pointerType === "touch" || steps.playing()) return;
      hovered = place.step;
      paint();
    },
    take(place) {
      steps.stop();
      go(place.step);
    },
  };
  const ended = () => say(sentence(read(model), read(model).places[read(model).step]));
  const steps = transport({ state: () => read(model), go, ended, reset: link.reset, noun: "Number" });
  const field = fields(model, link);
  const [block, numbers, text] = range(3).map(() => make("div"));
  const scroll = scroller("Comparison of the norms", make("div", { class: "ck-wide" }));
  root.classList.add("ck-norms");
  const controls = Object.values(field).map((one) => one.node);
  const pictures = make("div", { class: "ck-panels" }, panel("Block", null, block));
  pictures.append(make("div", { class: "ck-beside" }, numbers));
  root.append(make("div", { class: "ck-controls" }, ...controls), pictures, steps.node, text, scroll.node);
  root.append(note(RULE));
  pictures.addEventListener("pointerleave", () => {
    hovered = null;
    paint();
  });

  function build(s) {
    drawn = { block: blockNode(s, acts), grids: imageGrids(s, acts) };
    block.replaceChildren(drawn.block.node);
    numbers.replaceChildren(drawn.grids.node, note(LEGEND));
    shape = [s.N, s.C, s.P].join();
  }

  function paint() {
    const s = read(model);
    if (shape !== [s.N, s.C, s.P].join()) build(s);
    const place = s.places[hovered ?? s.step];
    field.norm.put(s.norm);
    field.view.put(s.view);
    field.groups.put(String(s.G));
    field.groups.node.hidden = s.norm !== "group";
    paintNumbers(drawn, s, place);
    text.replaceChildren(calculation(s, place));
    scroll.node.firstChild.replaceChildren(comparison(s, place));
    steps.paint();
    if (painted && hovered === null && !steps.playing()) say(sentence(s, place));
    painted = true;
  }

  arrows(root, (move, target) => {
    const s = read(model);
    const step = neighbour(s, move);
    steps.stop();
    go(step);
    if (drawn.grids.cells.includes(target)) drawn.grids.cells[step].focus();
  });

  paint();
  return () => {
    steps.stop();
    link.release();
    scroll.release();
  };
}

export default { render };
