// Channels as nodes, weights as wires between them, and the weight array as blocks.

// A stage is one convolution: { name, ins, outs, groups, taps }.
const readsChannel = ({ ins, outs, groups }, filter, channel) =>
  Math.floor(filter / (outs / groups)) === Math.floor(channel / (ins / groups));

const channelsOf = (stage, filter) =>
  range(stage.ins).filter((channel) => readsChannel(stage, filter, channel));

const filtersOf = (stage, channel) =>
  range(stage.outs).filter((filter) => readsChannel(stage, filter, channel));

// A pick is one filter or one input channel of a stage. What it lights up in stage n:
function litIn(stages, pick, n) {
  const stage = stages[n];
  if (pick.stage !== n) return { channels: new Set(), filters: new Set() };
  const single = pick.filter !== undefined;
  return {
    channels: new Set(single ? channelsOf(stage, pick.filter) : [pick.channel]),
    filters: new Set(single ? [pick.filter] : filtersOf(stage, pick.channel)),
  };
}

// Sizes in pixels: from one channel to the next, and the room for names above.
const HEAD = 24;
const pitchFor = (most) => (most <= 4 ? 40 : most <= 8 ? 31 : most <= 16 ? 20 : 12);
const gapFor = (stages) => (stages.length > 1 ? 74 : 150);

// Wires ----------------------------------------------------------------------------

function wireNodes(stages, acts, pitch) {
  const counts = [stages[0].ins, ...stages.map((stage) => stage.outs)];
  const [most, last] = [Math.max(...counts), counts.length - 1];
  const half = Math.max(10, pitch / 2);
  const x = (column) => half + column * gapFor(stages);
  const y = (column, n) => HEAD + pitch * ((most - counts[column]) / 2 + n + 0.5);
  const wire = (n, o, c) => {
    const ends = { x1: x(n), y1: y(n, c), x2: x(n + 1), y2: y(n + 1, o) };
    return { n, o, c, node: svg("line", { class: "ck-wire", ...ends }) };
  };
  const wires = stages.flatMap((stage, n) =>
    range(stage.outs).flatMap((o) => channelsOf(stage, o).map((c) => wire(n, o, c))),
  );
  const nodes = counts.flatMap((size, column) =>
    range(size).map((n) => {
      return wireNode(stages, column, n, { x: x(column), y: y(column, n), pitch }, acts);
    }),
  );
  const name = (text, anchor, at) => lettering(text, { "text-anchor": anchor, x: at, y: 13 });
  const names = [name("input", "start", 0), name("output", "end", x(last) + half)];
  if (last > 1) names.push(name("between", "middle", x(1)));
  const lines = svg("g", {}, ...wires.map((one) => one.node));
  const size = [x(last) + half, HEAD + most * pitch + 2];
  const parts = [...names, lines, ...nodes.map((one) => one.node)];
  const kind = pitch < 18 ? "ck-wires ck-dense" : "ck-wires";
  const node = drawing(kind, "group", "Channels and wires", ...size, ...parts);
  node.addEventListener("pointerleave", (event) => acts.look(event, null));
  return { counts, wires, nodes, lines, node };
}

// A node in the first column is an input channel; any other is what a filter makes.
function wireNode(stages, column, n, { x, y, pitch }, acts) {
  const pick = column ? { stage: column - 1, filter: n } : { stage: 0, channel: n };
  const size = Math.min(28, pitch - 2);
  const corner = { x: x - size / 2, y: y - size / 2, rx: Math.min(5, size / 4) };
  const box = svg("rect", { ...corner, width: size, height: size });
  const place = { x, y, dy: "0.35em", "text-anchor": "middle" };
  const text = pitch < 18 ? [] : [svg("text", place, n)];
  const node = svg("g", { class: `ck-node ${column ? "ck-made" : "ck-given"}` }, box, ...text);
  const name = column ? `${stages[column - 1].name} filter ${n}` : `input channel ${n}`;
  return { column, n, name, pick, small: size < 24, node: tracing(node, pick, acts) };
}

// `stops` are the nodes the tab key stops at, one in each column.
function paintWires(drawn, stages, pick, stops) {
  const lit = stages.map((_, n) => litIn(stages, pick, n));
  drawn.wires.forEach(({ n, o, c, node }) => {
    const on = lit[n].filters.has(o) && lit[n].channels.has(c);
    node.classList.toggle("ck-on", on);
    if (on) drawn.lines.append(node); // the last to be drawn is on top
  });
  drawn.nodes.forEach(({ column, n, name, small, node }) => {
    const on = lit[column - 1]?.filters.has(n) || lit[column]?.channels.has(n);
    node.classList.toggle("ck-on", Boolean(on));
    const stop = n === stops[column];
    // Small nodes lie too close to be targets of their own, except where the tab stops.
    const target = { role: "button", tabindex: stop ? 0 : -1, "aria-label": name };
    Object.entries(target).forEach(([attribute, value]) => {
      if (small && !stop) node.removeAttribute(attribute);
      else node.setAttribute(attribute, value);
    });
  });
}

// The weight array -----------------------------------------------------------------

const MARGIN = 22; // room for the numbers of the filters

// One block for each filter and channel that meet, with a dot for each of its weights.
function blockArray(stage, n, acts, pitch) {
  const every = pitch < 18 ? 4 : 1; // which rows and columns are numbered
  const number = (at, place) => (at % every ? [] : [lettering(at, place)]);
  const rows = range(stage.outs).map((o) => {
    const y = HEAD + o * pitch;
    const cells = range(stage.ins).map((c) => block(stage, o, c, [MARGIN + c * pitch, y], pitch));
    const size = { width: MARGIN + stage.ins * pitch, height: pitch };
    const back = svg("rect", { class: "ck-row-back", x: 0, y, ...size });
    const place = { x: MARGIN - 6, y: y + pitch / 2, dy: "0.35em", "text-anchor": "end" };
    const parts = [back, ...number(o, place), ...cells.map((cell) => cell.node)];
    const row = svg("g", { class: "ck-filter-row" }, ...parts);
    const pick = { stage: n, filter: o };
    row.addEventListener("pointerenter", (event) => acts.look(event, pick));
    row.addEventListener("click", () => acts.take(pick));
    return { o, cells, node: row };
  });
  const heads = range(stage.ins).flatMap((c) => {
    return number(c, { x: MARGIN + (c + 0.5) * pitch, y: HEAD - 7, "text-anchor": "middle" });
  });
  const size = [MARGIN + stage.ins * pitch + 1, HEAD + stage.outs * pitch + 1];
  const what = `${count(stage.outs, "filter")} in rows, ${count(stage.ins, "channel")} in columns`;
  const label = `Weight array of the ${stage.name} convolution: ${what}`;
  const parts = [...heads, ...rows.map((row) => row.node)];
  const node = drawing("ck-array", "img", label, ...size, ...parts);
  node.addEventListener("pointerleave", (event) => acts.look(event, null));
  return { rows, node };
}

function block(stage, o, c, [left, top], pitch) {
  const exists = readsChannel(stage, o, c);
  const [x, y, size] = [left + 1.5, top + 1.5, pitch - 3];
  if (!exists) {
    const slash = `M${x} ${y + size}L${x + size} ${y}`;
    return { exists, c, node: svg("path", { class: "ck-none", d: slash }) };
  }
  const step = size / stage.taps;
  const dot = Math.min(5, step * 0.6);
  const dots = range(stage.taps ** 2).map((tap) => {
    const [k, l] = [Math.floor(tap / stage.taps), tap % stage.taps];
    const start = [x + (l + 0.5) * step - dot / 2, y + (k + 0.5) * step - dot / 2];
    return `M${start.join(" ")}h${dot}v${dot}h${-dot}z`;
  });
  const box = svg("rect", { x, y, width: size, height: size, rx: Math.min(3, size / 5) });
  const node = svg("g", { class: "ck-some" }, box, svg("path", { d: dots.join("") }));
  return { exists, c, node };
}

function paintBlocks(drawn, stages, pick, n) {
  const { filters, channels } = litIn(stages, pick, n);
  drawn.rows.forEach(({ o, cells, node }) => {
    node.classList.toggle("ck-on", filters.has(o) && pick.filter !== undefined);
    cells.forEach(({ c, exists, node: cell }) => {
      if (exists) cell.classList.toggle("ck-on", filters.has(o) && channels.has(c));
    });
  });
}
