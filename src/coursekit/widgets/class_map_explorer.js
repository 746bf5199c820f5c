// A class activation map, taken apart into the channels that it is the sum of.

const CHOICES = ["chosen", "label", "other", "view", "off", "cell"];
const VIEWS = { map: "Map of l", difference: "Difference" };

// What belongs to one row of weights, or to the difference of two.
function sideOf(f, on, every, weights, bias, name) {
  const map = classMap(f, weights, on);
  const pooled = pooledFirst(f, weights, on);
  return { ...name, weights, bias, map, pooled, mean: average(map), z: pooledFirst(f, weights, every) + bias };
}

function read(model, { pictures, features }) {
  const s = Object.fromEntries(CHOICES.map((name) => [name, model.get(name)]));
  const [weight, bias, names] = ["weight", "bias", "names"].map((name) => model.get(name));
  const [f, picture] = [features[s.chosen], pictures[s.chosen]];
  const every = range(f.length);
  const on = every.filter((c) => !s.off.includes(c));
  const [k, l] = [s.label, s.other];
  const side = (n) => sideOf(f, on, every, weight[n], bias[n], { minuend: names[n] });
  const less = weight[k].map((w, c) => w - weight[l][c]);
  const both = { minuend: names[k], subtrahend: names[l] };
  const second = () => sideOf(f, on, every, less, bias[k] - bias[l], both);
  const sides = [side(k), s.view === "map" ? side(l) : second()];
  const sizes = sides.map(({ weights, map }) => Math.max(reach(f, weights), largest(map)));
  const order = contributions(f, weight[k]);
  return { ...s, f, picture, on, every, names, sides, order, limit: Math.max(...sizes) || 1 };
}

const sizeOfMaps = ({ f }) => [f[0].length, f[0][0].length];

// The two classes with the largest logits.
function winners(model, f) {
  const bias = model.get("bias");
  const all = model.get("weight").map((w, k) => pooledFirst(f, w, range(f.length)) + bias[k]);
  const sorted = range(all.length).sort((k, l) => all[l] - all[k] || k - l);
  return { all, label: sorted[0], other: sorted[1] };
}

// Words ----------------------------------------------------------------------------

const withIndex = (letter, name) => make("span", { class: "ck-symbol" }, letter, make("sub", {}, name));

// "M₇", or "M₇ − M₃"
function symbol(letter, { minuend, subtrahend }) {
  if (subtrahend === undefined) return [withIndex(letter, minuend)];
  return [withIndex(letter, minuend), " − ", withIndex(letter, subtrahend)];
}

const plainly = ({ minuend, subtrahend }) =>
  subtrahend === undefined ? `class ${minuend}` : `class ${minuend} less class ${subtrahend}`;

const inBrackets = (value) => (few(value).startsWith("−") ? `(${few(value)})` : few(value));

// Two decimals of a sum need not be the sum of two decimals.
const written = (value) => Number(few(value).replace("−", "-"));
const equals = (a, b) => (Math.abs(written(a) + written(b) - written(a + b)) < 1e-6 ? "=" : "≈");

function titleOf(side) {
  return make("p", { class: "ck-label" }, ...symbol("M", side), `, ${plainly(side)}`);
}

const channelsOn = ({ on, every }) => {
  if (on.length === every.length) return `all ${count(every.length, "channel")}`;
  return on.length ? `${on.length} of ${count(every.length, "channel")}` : "no channel";
};

// "mean(M₇) + b₇ = 3.48 + (−0.19) = 3.29 = z₇"
function equation(s, side) {
  const { mean, bias, z } = side;
  const name = make("span", { class: "ck-name" }, "mean(");
  name.append(...symbol("M", side), ") + ", ...symbol("b", side), " = ");
  const line = make("p", { class: "ck-sum" }, name);
  line.append(make("span", { class: "ck-symbol" }, `${few(mean)} + ${inBrackets(bias)}`), " ");
  const all = s.on.length === s.every.length;
  const total = make("span", { class: "ck-total" }, `${equals(mean, bias)} ${few(mean + bias)}`);
  if (all) total.append(" = ", ...symbol("z", side));
  line.append(total);
  if (!all) line.append("; ", make("span", { class: "ck-whole" }, "all channels: ", ...symbol("z", side), ` = ${few(z)}`));
  return line;
}

// The other way round: the numbers under the small maps.
function pooling(s) {
  const [side] = s.sides;
  const { pooled, bias } = side;
  const line = make("p", { class: "ck-sum ck-pooled" }, "Pooled first, weighed then: ");
  line.append(`the numbers of ${channelsOn(s)} add up to ${few(pooled)}, the mean of `, ...symbol("M", side));
  line.append(`, and with the bias to the same ${few(pooled + bias)}.`);
  return line;
}

// What both maps hold at a cell, and which two channels have most part in the first.
function reading(s, cell) {
  if (!cell) return ["Point at a cell, or go there with the arrow keys, to read it."];
  const [i, j] = cell;
  const [first, second] = s.sides.map((side) => [...symbol("M", side), ` = ${few(side.map[i][j])}`]);
  const parts = s.on.map((c) => ({ c, adds: s.sides[0].weights[c] * s.f[c][i][j] })).filter(({ adds }) => adds);
  const sorted = parts.sort((a, b) => Math.abs(b.adds) - Math.abs(a.adds));
  const most = sorted.slice(0, 2).flatMap(({ c, adds }, n) => [n ? ", " : " (", withIndex("f", c), ` ${signed(adds)}`]);
  const end = most.length ? [parts.length > 2 ? ", …)" : ")"] : [];
  return [`Row ${i}, column ${j}: `, ...first, ...most, ...end, ", ", ...second, "."];
}

function spoken(s, cell) {
  const sums = s.sides.map((side) => {
    const logit = s.on.length === s.every.length ? ", the logit" : `; all channels give ${few(side.z)}`;
    return `${plainly(side)}: mean ${few(side.mean)}, with the bias ${few(side.mean + side.bias)}${logit}`;
  });
  if (!cell) return `With ${channelsOn(s)}. ${sums.join(". ")}.`;
  const values = s.sides.map((side) => `${plainly(side)} ${few(side.map[cell[0]][cell[1]])}`);
  return `Row ${cell[0]}, column ${cell[1]}: ${values.join(", ")}.`;
}

// The parts ------------------------------------------------------------------------

// One picture of several, with a small image above its words.
function thumbnails(titles, pictures, choose) {
  const radios = choice("Picture", { ...titles }, (n) => choose(Number(n)));
  radios.node.classList.add("ck-thumbs");
  [...radios.node.querySelectorAll("label")].forEach((label, n) => label.prepend(photo(pictures[n])));
  return { node: radios.node, put: (n) => radios.put(String(n)) };
}

// The channels, those that add most to the logit of class k first.
function channelTiles(s, path, toggle) {
  const [{ weights, minuend }] = s.sides;
  const maps = s.order.map(({ c }) => s.f[c].map((row) => row.map((value) => weights[c] * value)));
  const limit = Math.max(...maps.map(largest)) || 1;
  const nodes = s.order.map(({ c, adds }, n) => {
    const words = `channel ${c} adds ${few(adds)} to the logit of class ${minuend}`;
    const tag = make("span", { class: "ck-tag" }, withIndex("f", c));
    const text = make("span", { class: "ck-words-of" }, tag, make("span", {}, signed(adds)));
    const look = { type: "button", class: "ck-channel", "aria-label": words, onclick: () => toggle(c, n) };
    return make("button", look, smallMap(maps[n], limit, s.picture, path), text);
  });
  const label = `Channels, those that add most to the logit of class ${minuend} first`;
  const node = make("div", { class: "ck-channels", role: "group", "aria-label": label }, ...nodes);
  return { nodes, node, limit };
}

function paintTiles(drawn, s, stop) {
  drawn.nodes.forEach((node, n) => {
    node.setAttribute("aria-pressed", String(s.on.includes(s.order[n].c)));
    node.tabIndex = n === stop ? 0 : -1;
  });
}

// All, none, one less and one more; `go(off)` switches channels off.
function switches(state, go, reset) {
  const button = (name, onclick, ...signs) =>
    make("button", { type: "button", class: "ck-button", onclick }, ...signs, make("span", {}, name));
  const isOn = (s) => s.order.filter(({ c }) => s.on.includes(c)).map(({ c }) => c);
  const less = () => go([...state().off, ...isOn(state()).slice(-1)]);
  const more = () => {
    const { order, off } = state();
    if (!off.length) return go(order.slice(1).map(({ c }) => c));
    const next = order.find(({ c }) => off.includes(c)).c;
    return go(off.filter((c) => c !== next));
  };
  const none = button("None", () => go(state().every));
  const back = button("Back", less, icon("Back"));
  const buttons = [none, back, button("Step", more, icon("Step")), button("All", () => go([]))];
  const words = make("span", { class: "ck-place" });
  const again = make("button", { type: "button", class: "ck-button ck-reset", onclick: reset }, "Reset");
  const look = { class: "ck-transport", role: "group", "aria-label": "Channels that are on" };
  const paint = (s) => {
    const text = channelsOn(s);
    words.textContent = `${text[0].toUpperCase()}${text.slice(1)} on`;
    [none, back].forEach((node) => node.setAttribute("aria-disabled", String(!s.on.length)));
    buttons[3].setAttribute("aria-disabled", String(!s.off.length));
  };
  return { node: make("div", look, ...buttons, words, again), paint };
}

// A bar of the colours, from what takes from a logit to what adds to it.
function scaleBar() {
  const [low, high] = [make("span"), make("span")];
  const bar = make("span", { class: "ck-bar" }, make("span", { class: "ck-minus" }), make("span", { class: "ck-plus" }));
  const node = make("p", { class: "ck-scale" }, "against ", low, bar, high, " for");
  const put = (limit) => {
    [low.textContent, high.textContent] = [few(-limit), signed(limit)];
  };
  return { node, put };
}

// The figure -----------------------------------------------------------------------

function fields(model, link, { pictures, features }) {
  const entries = model.get("names").map((name, k) => [k, name]);
  const asked = (label, key) =>
    picker(label, Object.fromEntries(entries), (k) => link.write({ [key]: Number(k) }));
  return {
    chosen: thumbnails(model.get("titles"), pictures, (chosen) => {
      const { label, other } = winners(model, features[chosen]);
      link.write({ chosen, label, other, off: [], cell: [] });
    }),
    label: asked("Class k", "label"),
    other: asked("Class l", "other"),
    view: choice("Second map", VIEWS, (view) => link.write({ view })),
  };
}

// Writes the logits of a picture beside the names of the classes.
function putLogits(field, names, all) {
  [field.label, field.other].forEach(({ node }) =>
    [...node.querySelectorAll("option")].forEach((option, k) => {
      option.textContent = `${names[k]}: z = ${few(all[k])}`;
    }),
  );
}

function layout(root, field, scale, steps) {
  const names = ["titles", "maps", "sums"].flatMap((name) => [0, 1].map((n) => `${name}${n}`));
  const places = Object.fromEntries([...names, "pooled", "channels"].map((name) => [name, make("div")]));
  places.read = make("p", { class: "ck-note ck-reading" });
  const sides = [0, 1].map((n) => {
    const look = { class: "ck-side" };
    return make("div", look, ...["titles", "maps", "sums"].map((name) => places[`${name}${n}`]));
  });
  const controls = (...nodes) => make("div", { class: "ck-controls" }, ...nodes);
  root.classList.add("ck-cam");
  root.append(
    controls(field.chosen.node),
    controls(field.label.node, field.other.node, field.view.node),
    make("div", { class: "ck-sides" }, ...sides),
    scale.node,
    places.read,
    steps.node,
    places.channels,
    places.pooled,
  );
  return places;
}

// Where an arrow leads from one tile of several rows.
function onwards(nodes, at, [down, right]) {
  const columns = nodes.filter((node) => node.offsetTop === nodes[0].offsetTop).length;
  return Math.max(0, within(at + right + down * columns, nodes.length - 1));
}

function render({ model, el }) {
  const { root, say } = frame(el, "Take a class activation map apart");
  const link = bind(model, CHOICES, () => paint());
  const [pictures, features] = ["pictures", "features"].map((name) => model.get(name).map(unpacked));
  const data = { pictures, features };
  let [pictured, tiled, drawn, tiles, stop] = [null, "", [], null, 0];
  let [hovered, painted, saidCell] = [null, false, "null"];
  const acts = {
    look(event, cell) {
      if (event.pointerType === "touch") return;
      hovered = cell;
      paint();
    },
    take(cell) {
      hovered = null;
      link.write({ cell });
    },
    // The first cell, if the keyboard brings the focus and none was chosen before.
    enter: (grid) => grid.matches(":focus-visible") && !model.get("cell").length && acts.take([0, 0]),
  };
  const toggle = (c, n) => {
    stop = n;
    const off = model.get("off");
    link.write({ off: off.includes(c) ? off.filter((one) => one !== c) : [...off, c] });
  };
  const steps = switches(() => read(model, data), (off) => link.write({ off }), link.reset);
  const field = fields(model, link, data);
  const scale = scaleBar();
  const places = layout(root, field, scale, steps);

  function build(s) {
    const path = inkOf(s.picture);
    if (pictured !== s.chosen) {
      drawn = range(2).map(() => mapGrid(s.picture, path, sizeOfMaps(s), acts));
      drawn.forEach(({ node }, n) => places[`maps${n}`].replaceChildren(node));
      putLogits(field, s.names, winners(model, s.f).all);
    }
    tiles = channelTiles(s, path, toggle);
    places.channels.replaceChildren(tiles.node);
    [pictured, tiled, stop] = [s.chosen, `${s.chosen} ${s.label}`, 0];
  }

  function paint() {
    const s = read(model, data);
    if (tiled !== `${s.chosen} ${s.label}`) build(s);
    const kept = s.cell.length ? s.cell : null;
    const cell = hovered ?? kept;
    ["chosen", "label", "other", "view"].forEach((name) => field[name].put(s[name]));
    drawn.forEach((one, n) => {
      const words = `Map of ${plainly(s.sides[n])}, ${sizeOfMaps(s).join(" × ")} cells`;
      paintMap(one, s.sides[n].map, s.limit, cell, words);
      places[`titles${n}`].replaceChildren(titleOf(s.sides[n]));
      places[`sums${n}`].replaceChildren(equation(s, s.sides[n]));
    });
    places.pooled.replaceChildren(pooling(s), note(legend(s, tiles)));
    places.read.replaceChildren(...reading(s, cell));
    scale.put(s.limit);
    paintTiles(tiles, s, stop);
    steps.paint(s);
    if (painted && hovered === null) say(spoken(s, String(kept) === saidCell ? null : kept));
    [painted, saidCell] = [true, String(kept)];
  }

  arrows(root, (move, target) => {
    const at = tiles.nodes.indexOf(target);
    if (at >= 0) {
      stop = onwards(tiles.nodes, at, move);
      paintTiles(tiles, read(model, data), stop);
      tiles.nodes[stop].focus();
    } else if (target.matches(".ck-map")) {
      const s = read(model, data);
      acts.take(sizeOfMaps(s).map((n, axis) => within((s.cell[axis] ?? 0) + move[axis], n - 1)));
    }
  });

  paint();
  return () => link.release();
}

const legend = ({ picture, sides }, { limit }) =>
  `Small maps: each channel times its weight for class ${sides[0].minuend}, on a scale of their own that ends ` +
  `at ${few(limit)}. The numbers are means over the places. ` +
  (picture.length > 1 ? "The picture stands behind the maps in grey." : "The outlines are the ink.");

export default { render };
