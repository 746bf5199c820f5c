// The way back through a convolution: what each number of the upstream gradient sends
// to the pixels and to the weights.

const NAMES = [
  ...["x", "kernel", "grad_out", "stride", "padding", "dilation"],
  ...["mode", "number", "place"],
];
const MOST = { input: 6, kernel: 3, stride: 3, padding: 2, dilation: 3, number: 9 };
const MODES = { one: "One", several: "Several" };

// With one number it stands at `place`; several stand in `grad_out`, which keeps what a
// smaller output has no room for.
function read(model) {
  const s = Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
  const grid = padded(s.x, s.padding);
  const extent = [s.kernel, s.kernel[0]].map((taps) => s.dilation * (taps.length - 1) + 1);
  const walk = slide(grid, table(...extent, zero), s.stride);
  const place = [walk.rows, walk.columns].map((size, axis) => {
    return within(s.place[axis], Math.max(0, size - 1));
  });
  const one = (i, j) => (i === place[0] && j === place[1] ? s.number : 0);
  const many = (i, j) => s.grad_out[i]?.[j] ?? 0;
  const upstream = table(walk.rows, walk.columns, s.mode === "one" ? one : many);
  const step = place[0] * walk.columns + place[1];
  return { ...s, grid, extent, walk, place, step, upstream, ...backward({ ...s, grid, upstream }) };
}

// The parts ------------------------------------------------------------------------

const button = (kind, name) =>
  make("button", { type: "button", class: `ck-cell ${kind}`, "data-name": name });

// Writes a number into its button, and says it with the name of its place.
function write(node, value) {
  node.textContent = show(value);
  node.setAttribute("aria-label", `${node.dataset.name}: ${show(value)}`);
  node.classList.toggle("ck-nil", value === 0);
}

function upstreamGrid(s, acts) {
  const cells = table(s.walk.rows, s.walk.columns, (i, j) => {
    const n = i * s.walk.columns + j;
    const node = button("ck-out", `upstream row ${i}, column ${j}`);
    node.addEventListener("pointerenter", (event) => acts.look(event, { n }));
    node.addEventListener("focus", () => acts.take({ n }));
    node.addEventListener("click", () => acts.put(n));
    return node;
  });
  const node = gridNode("ck-upstream", Math.max(1, s.walk.columns), ...cells.flat());
  node.addEventListener("pointerleave", (event) => acts.look(event, null));
  if (!s.walk.steps) node.append(make("p", { class: "ck-note" }, "none"));
  return { cells, node };
}

function paintUpstream(drawn, s, light) {
  const reads = light.pixel ? s.uses[light.pixel[0]][light.pixel[1]] : [];
  drawn.cells.forEach((row, i) =>
    row.forEach((node, j) => {
      const n = i * s.walk.columns + j;
      write(node, s.upstream[i][j]);
      node.tabIndex = n === s.step ? 0 : -1;
      node.classList.toggle("ck-on", n === light.n);
      const partner = light.weight ? s.upstream[i][j] : reads.some((u) => u.i === i && u.j === j);
      node.classList.toggle("ck-reads", Boolean(partner));
      mark(node, n === s.step);
    }),
  );
  widen(drawn.node, [...s.upstream.flat(), 0]);
}

const outlineNode = () => make("div", { class: "ck-window", "aria-hidden": "true" });

function gradXGrid(s, acts) {
  const cells = s.gradX.map((row, r) =>
    row.map((_, c) => {
      if (!inside(s, r, c)) return make("div", { class: "ck-cell ck-pad" });
      const name = `input's gradient, row ${r - s.padding}, column ${c - s.padding}`;
      return tracing(button("ck-gx", name), { pixel: [r, c] }, acts);
    }),
  );
  const outline = outlineNode();
  const node = gridNode("ck-input", s.grid[0].length, ...cells.flat(), outline);
  node.addEventListener("pointerleave", (event) => acts.look(event, null));
  return { cells, outline, node };
}

function gradWeightGrid(s, acts) {
  const cells = s.gradWeight.map((row, k) =>
    row.map((_, l) => {
      const node = button("ck-gw", `weights' gradient, row ${k}, column ${l}`);
      return tracing(node, { weight: [k, l] }, acts);
    }),
  );
  const node = gridNode("ck-gradient", s.kernel[0].length, ...cells.flat());
  node.addEventListener("pointerleave", (event) => acts.look(event, null));
  return { cells, node };
}

const same = (a, b) => Boolean(a) && a[0] === b[0] && a[1] === b[1];

// The product by which the output that is looked at read a pixel, if it did.
function useAt(s, light, r, c) {
  if (light.n === null) return undefined;
  const [i, j] = coordinates(s, light.n);
  return s.uses[r][c].find((use) => use.i === i && use.j === j);
}

function paintOutline(outline, s, { n }) {
  outline.hidden = n === null;
  if (n === null) return;
  const [top, left] = coordinates(s, n).map((at) => at * s.stride);
  const place = { top, left, height: s.extent[0], width: s.extent[1] };
  Object.entries(place).forEach(([name, value]) => outline.style.setProperty(`--${name}`, value));
}

function paintInput(drawn, s, light) {
  const met = light.weight ? usesOf(s, light.weight).filter(({ g }) => g) : [];
  drawn.cells.forEach((row, r) =>
    row.forEach(({ box, weight, node }, c) => {
      const use = useAt(s, light, r, c);
      box?.put(s.grid[r][c]);
      weight.textContent = use ? `×${show(use.w)}` : "";
      const traced = same(light.pixel, [r, c]) || met.some((one) => one.r === r && one.c === c);
      node.classList.toggle("ck-on", use !== undefined);
      node.classList.toggle("ck-traced", traced);
      node.classList.toggle("ck-left-over", !s.uses[r][c].length);
    }),
  );
  widen(drawn.node, [...s.grid.flat(), ...s.kernel.flat()]);
  paintOutline(drawn.outline, s, light);
}

function paintKernel(drawn, s, light) {
  const uses = light.pixel ? s.uses[light.pixel[0]][light.pixel[1]] : [];
  drawn.put(s.kernel);
  [...drawn.node.children].forEach((node, at) => {
    const [k, l] = [Math.floor(at / s.kernel[0].length), at % s.kernel[0].length];
    const meets = uses.some((use) => use.g && use.k === k && use.l === l);
    node.classList.toggle("ck-traced", meets || same(light.weight, [k, l]));
  });
}

function paintGradX(drawn, s, light) {
  const stop = light.pixel ?? [s.padding, s.padding];
  drawn.cells.forEach((row, r) =>
    row.forEach((node, c) => {
      const value = s.gradX[r][c];
      node.classList.toggle("ck-on", useAt(s, light, r, c) !== undefined);
      node.classList.toggle("ck-left-over", !s.uses[r][c].length);
      if (!inside(s, r, c)) {
        node.replaceChildren(...(value ? [make("s", {}, show(value))] : []));
        return;
      }
      write(node, value);
      node.classList.toggle("ck-this", same(light.pixel, [r, c]));
      node.tabIndex = same(stop, [r, c]) ? 0 : -1;
    }),
  );
  widen(drawn.node, [...s.gradX.flat(), ...s.grid.flat()]);
  paintOutline(drawn.outline, s, light);
}

function paintGradWeight(drawn, s, light) {
  const sends = light.n !== null && s.upstream.flat()[light.n];
  drawn.cells.forEach((row, k) =>
    row.forEach((node, l) => {
      write(node, s.gradWeight[k][l]);
      node.classList.toggle("ck-on", Boolean(sends));
      node.classList.toggle("ck-this", same(light.weight, [k, l]));
      node.tabIndex = same(light.weight ?? [0, 0], [k, l]) ? 0 : -1;
    }),
  );
  widen(drawn.node, s.gradWeight.flat());
}

// One move from a node of a grid, staying inside; null if the node is not in it.
function onward(grid, node, [down, right]) {
  const row = grid.findIndex((nodes) => nodes.includes(node));
  if (row < 0) return null;
  const i = within(row + down, grid.length - 1);
  const j = within(grid[row].indexOf(node) + right, grid[0].length - 1);
  return grid[i][j];
}

// The figure -----------------------------------------------------------------------

function fields(model, link, acts) {
  const set = (name) => (value) => link.write({ [name]: value });
  const edit = (name) => (i, j, value) => {
    const grid = model.get(name).map((row) => [...row]);
    grid[i][j] = value;
    link.write({ [name]: grid });
  };
  const resize = (name) => {
    const resized = resizer(digit);
    return (rows, columns) => {
      const grid = model.get(name);
      link.write({ [name]: resized(grid, rows ?? grid.length, columns ?? grid[0].length) });
    };
  };
  return {
    edit,
    mode: choice("How many numbers", MODES, acts.mode),
    number: wholeNumber("Number", -MOST.number, MOST.number, set("number")),
    stride: wholeNumber("Stride", 1, MOST.stride, set("stride")),
    padding: wholeNumber("Padding", 0, MOST.padding, set("padding")),
    dilation: wholeNumber("Dilation", 1, MOST.dilation, set("dilation")),
    x: sizeBoxes("Input", MOST.input, resize("x")),
    kernel: sizeBoxes("Kernel", MOST.kernel, resize("kernel")),
  };
}

const FIELDS = ["mode", "number", "stride", "padding", "dilation", "x", "kernel"];
const PARTS = ["input", "kernel", "upstream", "gradX", "gradWeight"];

function layout(root, field, steps, clear) {
  const nodes = Object.fromEntries([...PARTS, "text"].map((name) => [name, make("div")]));
  const labels = { input: "Input grid", upstream: "Upstream grid", gradX: "Gradient of the input" };
  const scrolls = Object.entries(labels).map(([name, label]) => [name, scroller(label, nodes[name])]);
  const scroll = Object.fromEntries(scrolls);
  const row = (...children) => make("div", { class: "ck-panels" }, ...children);
  const controls = (...children) => make("div", { class: "ck-controls" }, ...children);
  const choices = [[field.mode.node], [field.number.node, clear]].map((pair) => controls(...pair));
  root.classList.add("ck-backward");
  root.append(
    controls(...["stride", "padding", "dilation"].map((name) => field[name].node)),
    row(
      panel("Input", field.x.node, scroll.input.node),
      panel("Kernel", field.kernel.node, nodes.kernel),
      panel("Upstream gradient", null, scroll.upstream.node, ...choices),
    ),
    row(
      panel("Gradient of the input", null, scroll.gradX.node),
      panel("Gradient of the weights", null, nodes.gradWeight),
    ),
    steps.node,
    nodes.text,
  );
  return { ...nodes, scroll };
}

// What a reader does. A look shows something while the pointer is there; what is taken
// stays; and a number is put into the upstream gradient, or taken out again.
function actions(model, link, own, steps, paint) {
  const take = (pick) => {
    steps().stop();
    [own.kept, own.hovered] = [pick, null];
    const moves = pick.n !== undefined;
    link.write(moves ? { place: coordinates(read(model), pick.n) } : {});
  };
  const put = (n) => {
    take({ n });
    const { mode, number, place, upstream } = read(model);
    if (mode === "one") return;
    const grown = model.get("grad_out").map((row) => [...row]);
    upstream.forEach((row, i) => (grown[i] = [...row, ...(grown[i] ?? []).slice(row.length)]));
    grown[place[0]][place[1]] = upstream[place[0]][place[1]] === number ? 0 : number;
    link.write({ grad_out: grown });
  };
  return {
    take,
    put,
    look(event, pick) {
      if (event.pointerType === "touch" || steps().playing()) return;
      own.hovered = pick;
      paint();
    },
    mode(mode) {
      const { upstream } = read(model);
      link.write(mode === "one" ? { mode } : { mode, grad_out: upstream });
    },
    clear: () => link.write({ mode: "several", grad_out: [[0]] }),
    go(step) {
      own.kept = own.hovered = null;
      link.write({ place: coordinates(read(model), step) });
    },
    reset() {
      own.kept = own.hovered = null;
      link.reset();
    },
  };
}

// Where an arrow leads from a number of a gradient, or else from the upstream gradient.
function neighbour(s, grids, target, move) {
  const pixels = grids.gradX.cells
    .slice(s.padding, s.padding + s.x.length)
    .map((row) => row.slice(s.padding, s.padding + s.x[0].length));
  const next = onward(pixels, target, move) ?? onward(grids.gradWeight.cells, target, move);
  if (next) return { node: next };
  const n = moved(s.walk, s.step, move);
  return { node: grids.upstream.cells.flat()[n], n };
}

function render({ model, el }) {
  const { root, say } = frame(el, "Send a gradient back through a convolution");
  const link = bind(model, NAMES, () => paint());
  const own = { kept: null, hovered: null };
  let [shape, grids, drawn] = ["", null, false];
  const acts = actions(model, link, own, () => steps, () => paint());
  const state = () => {
    const { step, walk } = read(model);
    return { step, steps: walk.steps };
  };
  const ended = () => paint();
  const steps = transport({ state, go: acts.go, ended, reset: acts.reset, noun: "Output" });
  const field = fields(model, link, acts);
  const look = { type: "button", class: "ck-button", onclick: acts.clear };
  const places = layout(root, field, steps, make("button", look, "Clear"));

  function build(s) {
    [shape, own.kept, own.hovered] = [shapeOf(s), null, null];
    const name = (k, l) => `kernel row ${k}, column ${l}`;
    grids = {
      input: windowGrid("input", s.grid, s.padding, field.edit("x")),
      kernel: kernelGrid(s.kernel, name, field.edit("kernel")),
      upstream: upstreamGrid(s, acts),
      gradX: gradXGrid(s, acts),
      gradWeight: gradWeightGrid(s, acts),
    };
    PARTS.forEach((part) => places[part].replaceChildren(grids[part].node));
  }

  function paint() {
    const s = read(model);
    if (shape !== shapeOf(s)) build(s);
    const pick = own.hovered ?? own.kept ?? {};
    const resting = pick.pixel || pick.weight || !s.walk.fits ? null : s.step;
    const light = { pixel: null, weight: null, n: resting, ...pick };
    FIELDS.forEach((name) => field[name].put(s[name]));
    paintInput(grids.input, s, light);
    paintKernel(grids.kernel, s, light);
    paintUpstream(grids.upstream, s, light);
    paintGradX(grids.gradX, s, light);
    paintGradWeight(grids.gradWeight, s, light);
    places.text.replaceChildren(...words(s, light));
    steps.paint();
    if (drawn && own.hovered === null && !steps.playing()) say(spoken(s, light));
    drawn = true;
    if (light.n !== null && own.hovered === null) reveal(s);
  }

  // Brings the window and the output it belongs to into view.
  function reveal(s) {
    const here = { start: s.place[1] * s.stride };
    ["input", "gradX"].forEach((part) => {
      const cells = grids[part].cells.map((row) => row.map((one) => ({ node: one.node ?? one })));
      revealWindow(places.scroll[part], { cells }, here, s.extent[1]);
    });
    const now = grids.upstream.cells[s.place[0]][s.place[1]];
    places.scroll.upstream.reveal(now.offsetLeft - 4, now.offsetLeft + now.offsetWidth + 12);
  }

  arrows(root, (move, target) => {
    const s = read(model);
    if (!s.walk.fits) return;
    const next = neighbour(s, grids, target, move);
    if (next.n !== undefined) acts.take({ n: next.n });
    if (target.matches(".ck-cell")) next.node.focus();
  });

  paint();
  return () => {
    steps.stop();
    link.release();
    Object.values(places.scroll).forEach((scroll) => scroll.release());
  };
}

export default { render };
