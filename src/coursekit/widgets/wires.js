// Channels as nodes, weights as wires between them, and the weight array as blocks.

// Stages follow one another: { name, ins, outs, groups, taps }.
const readsChannel = ({ ins, outs, groups }, filter, channel) =>
  Math.floor(filter / (outs / groups)) === Math.floor(channel / (ins / groups));

const channelsOf = (stage, filter) => count0(stage.ins).filter((c) => readsChannel(stage, filter, c));
const filtersOf = (stage, channel) => count0(stage.outs).filter((o) => readsChannel(stage, o, channel));
const count0 = (n) => Array.from({ length: n }, (_, i) => i);

// A pick is one filter or one input channel of a stage. What it lights up in a stage:
function litIn(stages, pick, n) {
  const stage = stages[n];
  if (pick.stage !== n) return { channels: new Set(), filters: new Set() };
  const single = pick.filter !== undefined;
  return {
    channels: new Set(single ? channelsOf(stage, pick.filter) : [pick.channel]),
    filters: new Set(single ? [pick.filter] : filtersOf(stage, pick.channel)),
  };
}

function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  node.append(...children);
  return node;
}

// Wires ----------------------------------------------------------------------------

const GAP = 150; // between two columns of nodes
const HEAD = 24; // room for names above

const pitchFor = (most) => (most <= 8 ? 30 : most <= 16 ? 20 : 13);

function wireNodes(stages, acts, pitch) {
  const counts = [stages[0].ins, ...stages.map((stage) => stage.outs)];
  const most = Math.max(...counts);
  const y = (column, n) => HEAD + pitch * ((most - counts[column]) / 2 + n + 0.5);
  const x = (column) => 15 + column * GAP;
  const wires = stages.flatMap((stage, n) =>
    count0(stage.outs).flatMap((o) =>
      channelsOf(stage, o).map((c) => {
        const ends = { x1: x(n), y1: y(n, c), x2: x(n + 1), y2: y(n + 1, o) };
        return { n, o, c, node: svg("line", { class: "ck-wire", ...ends }) };
      }),
    ),
  );
  const nodes = counts.flatMap((size, column) =>
    count0(size).map((n) => wireNode(stages, column, n, { x: x(column), y: y(column, n), pitch }, acts)),
  );
  const last = counts.length - 1;
  const names = ["input", ...(last > 1 ? ["between"] : []), "output"];
  const words = names.map((name, n) => {
    const anchor = n === 0 ? "start" : n === last ? "end" : "middle";
    return svg("text", { class: "ck-words", x: n === 0 ? 0 : n === last ? x(n) + 15 : x(n), y: 13, "text-anchor": anchor }, name);
  });
  const [width, height] = [x(last) + 15, HEAD + most * pitch + 2];
  const look = { class: "ck-wires", width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Channels and wires" };
  const lines = svg("g", {}, ...wires.map((wire) => wire.node));
  const node = svg("svg", look, ...words, lines, ...nodes.map((one) => one.node));
  node.addEventListener("pointerleave", (event) => acts.look(event, null));
  return { wires, nodes, lines, node };
}

// A node in the first column is an input channel; any other is what a filter makes.
function wireNode(stages, column, n, { x, y, pitch }, acts) {
  const pick = column ? { stage: column - 1, filter: n } : { stage: 0, channel: n };
  const size = Math.min(26, pitch - 2);
  const box = svg("rect", { x: x - size / 2, y: y - size / 2, width: size, height: size, rx: Math.min(5, size / 4) });
  const text = pitch < 18 ? [] : [svg("text", { x, y, dy: "0.35em", "text-anchor": "middle" }, n)];
  const kind = column ? "ck-made" : "ck-given";
  const name = column ? `${stages[column - 1].name} filter ${n}` : `input channel ${n}`;
  const node = svg("g", { class: `ck-node ${kind}`, "aria-label": name }, box, ...text);
  return { column, n, pick, dense: pitch < 24, node: tracing(node, pick, acts) };
}

function paintWires(drawn, stages, pick, stops) {
  const lit = stages.map((_, n) => litIn(stages, pick, n));
  drawn.wires.forEach(({ n, o, c, node }) => {
    const on = lit[n].filters.has(o) && lit[n].channels.has(c);
    node.classList.toggle("ck-on", on);
    if (on) drawn.lines.append(node); // drawn last, so on top
  });
  drawn.nodes.forEach(({ column, n, dense, node }) => {
    const on = lit[column - 1]?.filters.has(n) || lit[column]?.channels.has(n);
    node.classList.toggle("ck-on", Boolean(on));
    const stop = n === (stops[column] ?? 0);
    // Where nodes are small, only one of a column can be a target of its own.
    if (dense && !stop) ["role", "tabindex"].forEach((name) => node.removeAttribute(name));
    else {
      node.setAttribute("role", "button");
      node.setAttribute("tabindex", stop ? 0 : -1);
    }
  });
}

// The weight array -----------------------------------------------------------------

// One block for each filter and channel that meet, with a dot for each of its weights.
function blockArray(stage, n, acts, pitch) {
  const label = 24;
  const corner = (o, c) => [label + c * pitch, HEAD + o * pitch];
  const rows = count0(stage.outs).map((o) => {
    const cells = count0(stage.ins).map((c) => block(stage, o, c, corner(o, c), pitch));
    const [x, y] = corner(o, 0);
    const back = svg("rect", { class: "ck-row-back", x: 0, y, width: x + stage.ins * pitch, height: pitch });
    const name = number(pitch, o, { x: x - 6, y: y + pitch / 2, dy: "0.35em", "text-anchor": "end" });
    const row = svg("g", { class: "ck-filter-row" }, back, ...name, ...cells.map((cell) => cell.node));
    row.addEventListener("pointerenter", (event) => acts.look(event, { stage: n, filter: o }));
    row.addEventListener("click", () => acts.take({ stage: n, filter: o }));
    return { o, cells, node: row };
  });
  const heads = count0(stage.ins).flatMap((c) => {
    const [x] = corner(0, c);
    return number(pitch, c, { x: x + pitch / 2, y: HEAD - 7, "text-anchor": "middle" });
  });
  const [width, height] = [label + stage.ins * pitch + 2, HEAD + stage.outs * pitch + 2];
  const words = `Weight array of the ${stage.name} convolution: ${stage.outs} filters in rows, ${stage.ins} channels in columns`;
  const look = { class: "ck-blocks-array", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words };
  const node = svg("svg", look, ...heads, ...rows.map((row) => row.node));
  node.addEventListener("pointerleave", (event) => acts.look(event, null));
  return { rows, node };
}

const number = (pitch, n, place) =>
  pitch < 18 && n % 4 ? [] : [svg("text", { class: "ck-words", ...place }, n)];

function block(stage, o, c, [x, y], pitch) {
  const exists = readsChannel(stage, o, c);
  const [inner, size] = [1.5, pitch - 3];
  if (!exists) {
    const slash = `M${x + inner} ${y + inner + size}L${x + inner + size} ${y + inner}`;
    return { exists, c, node: svg("path", { class: "ck-none", d: slash }) };
  }
  const step = size / stage.taps;
  const dot = Math.min(4, step * 0.6);
  const dots = count0(stage.taps ** 2).map((t) => {
    const [k, l] = [Math.floor(t / stage.taps), t % stage.taps];
    const [left, top] = [x + inner + (l + 0.5) * step - dot / 2, y + inner + (k + 0.5) * step - dot / 2];
    return `M${left} ${top}h${dot}v${dot}h${-dot}z`;
  });
  const box = svg("rect", { x: x + inner, y: y + inner, width: size, height: size, rx: 2 });
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
