// Layers as rows of units below their input. Lines lead from one output unit back to
// every unit and pixel it depends on.

const NAMES = ["layers", "size", "step"];
function read(model) {
  const [layers, size] = [model.get("layers"), model.get("size")];
  const { rows, trouble } = stack(size, layers);
  const steps = trouble ? 0 : rows.at(-1).units;
  return { layers, size, rows, trouble, steps, step: within(model.get("step"), Math.max(0, steps - 1)) };
}

// Words ----------------------------------------------------------------------------

function counted(s, unit) {
  const field = interval(s.rows.at(-1), unit);
  const { seen } = trace(s.rows, unit);
  const positions = Array.from({ length: field.last - field.first + 1 }, (_, n) => field.first + n);
  const pixels = positions.filter((at) => inside(s.rows[0], at));
  const missed = pixels.filter((at) => !seen[0].has(at));
  return { ...field, size: positions.length, padding: positions.length - pixels.length, missed };
}

function sentence(s, unit) {
  const { first, last, size, padding } = counted(s, unit);
  const are = padding === 0 ? "all of them pixels" : `${padding} of them padding`;
  const more = size === 1 ? "1 pixel" : `${count(size, "position")}, ${are}`;
  return [`Output unit ${unit} sees input ${show(first)} to ${show(last)}`, more];
}

function words(s, unit) {
  if (s.trouble) return [warning(s.trouble)];
  const row = s.rows.at(-1);
  const { centre, half, missed } = counted(s, unit);
  const [what, more] = sentence(s, unit);
  const total = make("span", { class: "ck-total ck-says" }, what);
  const middle = `Centre: start + ${unit}·jump = ${show(row.start)} + ${unit}·${row.jump} = ${show(centre)}.`;
  const ends = `To either side: (size − 1) / 2 = (${row.size}\u00a0−\u00a01)\u00a0/\u00a02\u00a0=\u00a0${show(half)}.`;
  const holes = `In between, ${count(missed.length, "pixel")} ${missed.length === 1 ? "is" : "are"} not read.`;
  const line = note([middle, ends, ...(missed.length ? [holes] : [])].join(" "));
  return [make("p", { class: "ck-sum" }, total, `: ${more}.`), line];
}

const spoken = (s) => s.trouble || `${sentence(s, s.step).join(": ")}.`;

// The table ------------------------------------------------------------------------

// How a row's numbers come from the row before: size, jump, start.
function hows(below, { layer, size, jump, start }) {
  const reach = spanOf(layer) - 1;
  const steps = layer.dilation > 1 ? `${layer.dilation}·${layer.kernel_size - 1}` : `${reach}`;
  return [
    [`${below.size} + ${steps}·${below.jump}`, size],
    [`${below.jump}·${layer.stride}`, jump],
    [`${show(below.start)} + (${show(reach / 2)} − ${layer.padding})·${below.jump}`, start],
  ];
}

function tableNode({ rows, layers }) {
  const heads = ["layer", "units", "size", "jump", "start"];
  const titles = heads.map((title) => make("th", { scope: "col" }, title));
  const lines = [{}, ...layers].map((_, n) => {
    const row = rows[n];
    const { type, kernel_size } = layers[n - 1] ?? {};
    const words = n ? `${n} ${KINDS[type]} ${kernel_size}` : "Input";
    const name = make("th", { scope: "row" }, words);
    if (!row) return make("tr", {}, name, ...heads.slice(1).map(() => make("td", {}, "–")));
    const parts = n ? hows(rows[n - 1], row) : [["", 1], ["", 1], ["", 0]];
    const cells = parts.map(([how, value]) => {
      const words = make("span", { class: "ck-how" }, how ? `${how} = ` : "");
      return make("td", {}, words, make("b", {}, show(value)));
    });
    return make("tr", {}, name, make("td", {}, String(row.units)), ...cells);
  });
  const caption = make("caption", { class: "ck-hidden" }, "Receptive field of a unit of each layer");
  const head = make("thead", {}, make("tr", {}, ...titles));
  return make("table", { class: "ck-table" }, caption, head, make("tbody", {}, ...lines));
}

const RULES =
  "Size: what a unit sees, in pixels; it grows by dilation·(kernel − 1)·jump. " +
  "Jump: pixels from one unit's centre to the next; each stride multiplies it. " +
  "Start: the centre of unit 0; it moves by (dilation·(kernel − 1) / 2 − padding)·jump.";

// The drawing ----------------------------------------------------------------------

// How far to the left and to the right anything is drawn, in pixels of the input.
function extent({ rows }) {
  const ends = rows.flatMap((row, n) => {
    const pad = rows[n + 1]?.layer.padding ?? 0;
    return [-pad, row.units - 1 + pad].map((unit) => row.start + unit * row.jump);
  });
  const out = rows.at(-1);
  const [first, last] = [interval(out, 0).first, interval(out, out.units - 1).last];
  const low = Math.floor(Math.min(first, ...ends));
  return { low, columns: Math.ceil(Math.max(last, ...ends)) - low + 1 };
}

const shapeOf = (s) => JSON.stringify([s.layers, s.size]);

// The units of row n, padding of the next layer included. Output units are buttons.
function rowUnits(s, n, at, actions) {
  const row = s.rows[n];
  const pad = s.rows[n + 1]?.layer.padding ?? 0;
  const buttons = n === s.rows.length - 1 && n > 0 && !s.trouble;
  const units = Array.from({ length: row.units + 2 * pad }, (_, k) => k - pad);
  return units.map((unit) => {
    const text = make("span", { class: "ck-face" }, show(unit));
    const real = inside(row, unit);
    const kind = `ck-unit${real ? "" : " ck-padding"}`;
    const place = at(row.start + unit * row.jump, n);
    if (!buttons) return { n, unit, node: make("span", { class: kind, style: place }, text) };
    const look = { type: "button", class: kind, style: `${place}; --room: ${Math.min(row.jump, 2)}` };
    return { n, unit, node: make("button", { ...look, ...actions(unit) }, text) };
  });
}

function rowLabel(row, n) {
  const words = n ? `${n} ${KINDS[row.layer.type]}` : "Input";
  const name = make("span", { class: "ck-label" }, words);
  const size = make("span", { class: "ck-count" }, count(row.units, n ? "unit" : "pixel"));
  return make("div", { class: "ck-row-name", style: `--row: ${n}` }, name, size);
}

function drawing(s, actions) {
  const { low, columns } = extent(s);
  const at = (x, n) => `--x: ${x - low}; --row: ${n}`;
  const units = s.rows.flatMap((_, n) => rowUnits(s, n, at, actions));
  const gaps = s.rows.slice(1).map((_, n) => make("div", { class: "ck-lines", style: `--row: ${n}` }));
  const beyond = make("div", { class: "ck-beyond-input" });
  const bracket = make("div", { class: "ck-bracket", "aria-hidden": "true" }, make("span", {}));
  const parts = [...gaps, beyond, ...units.map(({ node }) => node), bracket];
  const plot = make("div", { class: "ck-plot" }, ...parts);
  const names = make("div", { class: "ck-row-names" }, ...s.rows.map(rowLabel));
  const close = s.rows.at(-1).jump > 1 ? "1.2rem" : "1.5rem"; // buttons need 24 pixels
  const style = `--columns: ${columns}; --rows: ${s.rows.length}; --least: ${close}`;
  const node = make("div", { class: "ck-stack", style }, names, plot);
  return { node, units, gaps, beyond, bracket, low, columns };
}

// The lines of one gap, and behind them the strip from the first to the last.
function gapPicture(s, lines, n, { low, columns }) {
  const x = (m, unit) => s.rows[m].start + unit * s.rows[m].jump - low + 0.5;
  const here = lines.filter((line) => line.n === n + 1);
  if (!here.length) return "";
  const [up, down] = [here.map(({ tap }) => x(n, tap)), here.map(({ unit }) => x(n + 1, unit))];
  const half = 0.45;
  const ends = (xs) => [Math.min(...xs) - half, Math.max(...xs) + half];
  const [[a, b], [c, d]] = [ends(up), ends(down)];
  const paths = here.map((_, k) => `M${up[k]} 0L${down[k]} 1`).join("");
  return (
    `<svg viewBox="0 0 ${columns} 1" preserveAspectRatio="none" aria-hidden="true">` +
    `<path class="ck-cone" d="M${a} 0L${b} 0L${d} 1L${c} 1Z"/>` +
    `<path class="ck-edge" d="${paths}"/></svg>`
  );
}

function paintDrawing(drawn, s, shown) {
  const { seen, lines } = s.trouble ? { seen: [], lines: [] } : trace(s.rows, shown);
  const outside = s.trouble ? [] : [...endless(s.rows, shown)].filter((at) => !inside(s.rows[0], at));
  drawn.units.forEach(({ n, unit, node }) => {
    const padding = n === 0 && outside.includes(unit);
    node.classList.toggle("ck-on", padding || (seen[n]?.has(unit) ?? false));
    if (node.tagName !== "BUTTON") return;
    const { first, last } = interval(s.rows[n], unit);
    node.tabIndex = unit === s.step ? 0 : -1;
    node.setAttribute("aria-label", `output unit ${unit}: input ${show(first)} to ${show(last)}`);
    mark(node, unit === s.step);
  });
  drawn.gaps.forEach((gap, n) => (gap.innerHTML = gapPicture(s, lines, n, drawn)));
  drawn.bracket.hidden = drawn.beyond.hidden = Boolean(s.trouble);
  if (s.trouble) return;
  const { first, last } = interval(s.rows.at(-1), shown);
  drawn.bracket.style = `--x: ${first - drawn.low}; --length: ${last - first + 1}`;
  drawn.bracket.firstChild.textContent = show(last - first + 1);
  const pad = s.rows[1].layer.padding; // cells so far out are drawn anyway
  const outer = outside.filter((at) => at < -pad || at >= s.size + pad);
  const cells = outer.map((at) => {
    const style = `--x: ${at - drawn.low}; --row: 0`;
    const face = make("span", { class: "ck-face" }, show(at));
    return make("span", { class: "ck-unit ck-padding ck-outer", style }, face);
  });
  drawn.beyond.replaceChildren(...cells);
}

// The figure -----------------------------------------------------------------------

const LEGEND =
  "Point at a unit of the last row, tap it or use the arrow keys: all it depends on lights up. Dashed cells are padding.";

function render({ model, el }) {
  const { root, say } = frame(el, "What an output unit sees");
  const link = bind(model, NAMES, () => paint());
  let [shape, drawn, hovered] = ["", null, null];
  const go = (step) => {
    hovered = null;
    link.write({ step });
  };
  const state = () => read(model);
  const ended = () => say(spoken(read(model)));
  const steps = transport({ state, go, ended, reset: link.reset, noun: "Unit" });
  const look = (event, unit) => {
    if (event.pointerType === "touch" || steps.playing()) return;
    hovered = unit;
    paint();
  };
  const actions = (unit) => ({
    onclick: () => go(unit),
    onpointerenter: (event) => look(event, unit),
    onpointerleave: (event) => look(event, null),
  });
  const edit = editors(model, link);
  const [stage, text, table] = [make("div"), make("div"), make("div")];
  const scroll = scroller("Rows of units", stage);
  const tableScroll = scroller("Numbers for each layer", table);
  root.append(edit.node, note(LEGEND), scroll.node, steps.node, text, tableScroll.node, note(RULES));

  function paint() {
    const s = read(model);
    const again = shape !== "";
    if (shape !== shapeOf(s)) {
      [shape, hovered] = [shapeOf(s), null];
      drawn = drawing(s, actions);
      stage.replaceChildren(drawn.node);
      table.replaceChildren(tableNode(s));
    }
    const shown = hovered ?? s.step;
    edit.put(s);
    paintDrawing(drawn, s, shown);
    text.replaceChildren(...words(s, shown));
    steps.paint();
    if (hovered !== null) return;
    if (again && !steps.playing()) say(spoken(s));
    if (again && !s.trouble) reveal(s);
  }

  function reveal(s) {
    const lit = [...stage.querySelectorAll(".ck-unit.ck-on")].map((node) => node.getBoundingClientRect());
    const edge = stage.firstChild.getBoundingClientRect().left;
    const names = stage.querySelector(".ck-row-names").offsetWidth;
    const ends = [Math.min(...lit.map((box) => box.left)), Math.max(...lit.map((box) => box.right))];
    scroll.reveal(ends[0] - edge - 4, ends[1] - edge + 8, names);
  }

  arrows(root, (move, target) => {
    const s = read(model);
    if (!s.steps) return;
    steps.stop();
    const step = within(s.step + (move[0] || move[1]), s.steps - 1);
    go(step);
    const buttons = drawn.units.filter(({ node }) => node.tagName === "BUTTON");
    if (buttons.some(({ node }) => node === target)) buttons[step].node.focus({ preventScroll: true });
  });

  paint();
  return () => {
    steps.stop();
    link.release();
    [scroll, tableScroll].forEach((one) => one.release());
  };
}

export default { render };
