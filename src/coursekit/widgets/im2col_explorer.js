// An image and its unfolded matrix (im2col): each column is the window of one output.
// Pixels are numbered from 1, so a number tells which pixel it is, and 0 is padding.

const SETTINGS = ["height", "width", "kernel_size", "stride", "padding", "dilation", "channels"];
const NAMES = [...SETTINGS, "step"];
const MOST = { image: 6, kernel: 3, stride: 3, padding: 2, dilation: 3, channels: 3 };

function read(model) {
  const s = Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
  const number = (c) => (i, j) => 1 + (c * s.height + i) * s.width + j;
  const channel = (_, c) => padded(table(s.height, s.width, number(c)), s.padding);
  const grids = Array.from({ length: s.channels }, channel);
  const extent = s.kernel_size.map((taps) => s.dilation * (taps - 1) + 1);
  const walk = slide(grids[0], table(...extent, zero), s.stride);
  const step = within(s.step, Math.max(0, walk.steps - 1));
  return { ...s, grids, extent, walk, step, ...unfold({ ...s, grids, walk }) };
}

// Row r of the matrix belongs to one tap of the kernel, column n to one output pixel.
function unfold({ kernel_size: [height, width], stride, dilation, channels, grids, walk }) {
  const tap = (_, r) => {
    const [c, k] = [Math.floor(r / (height * width)), Math.floor(r / width) % height];
    return { c, k, l: r % width };
  };
  const taps = Array.from({ length: channels * height * width }, tap);
  const corners = Array.from({ length: walk.steps }, (_, n) => {
    const [i, j] = [Math.floor(n / walk.columns), n % walk.columns];
    return { i, j, top: i * stride, start: j * stride };
  });
  const entry = (r, n) => {
    const { c, k, l } = taps[r];
    const { top, start } = corners[n];
    return grids[c][top + dilation * k][start + dilation * l];
  };
  return { taps, corners, matrix: table(taps.length, walk.steps, entry) };
}

const shapeOf = (s) => SETTINGS.map((name) => s[name]).join();

// What lights up: a whole column `n`, the entry in its row `r`, or one pixel everywhere.
// A pixel is named by its number; 0 is padding, which is nobody's pixel.
function traced(s, { n = null, r = null, pixel = null }) {
  const own = pixel ?? (r === null ? null : s.matrix[r][n]);
  const reads = (m) => pixel !== null && s.matrix.some((row) => row[m] === pixel);
  return { n, r, pixel: own || null, readers: s.corners.map((_, m) => reads(m)) };
}

// Words ----------------------------------------------------------------------------

// The coordinates of a pixel or a weight; the channel is left out where there is one.
const bracket = ({ channels }, c, i, j) => `[${(channels > 1 ? [c, i, j] : [i, j]).join(", ")}]`;

function pixelName(s, pixel) {
  const [row, j] = [Math.floor((pixel - 1) / s.width), (pixel - 1) % s.width];
  return `pixel${bracket(s, Math.floor(row / s.height), row % s.height, j)}`;
}

const outputName = ({ corners }, n) => `output[${corners[n].i}, ${corners[n].j}]`;

const copiesOf = (s, pixel) => s.matrix.flat().filter((number) => number === pixel).length;
const times = (n) => ["never", "once", "twice"][n] ?? `${n} times`;

function tooLarge({ kernel_size, dilation, extent, grids, padding }) {
  const spread = dilation > 1 ? `, spread over ${extent.join(" × ")} by its dilation,` : "";
  const kernel = `The kernel (${kernel_size.join(" × ")})${spread}`;
  const image = `the ${padding ? "padded " : ""}image (${sizeOf(grids[0])})`;
  const remedy = "Use a smaller kernel, a larger image or more padding.";
  return `${kernel} is larger than ${image}, so the matrix has no columns. ${remedy}`;
}

function sizeWords({ taps, walk, channels, kernel_size, height, width }) {
  const [pixels, entries] = [channels * height * width, taps.length * walk.steps];
  const K = (axis) => ["K", make("sub", {}, axis)];
  const line = note(`The matrix has ${count(taps.length, "row")}, C · `);
  line.append(...K("h"), " · ", ...K("w"), ` = ${[channels, ...kernel_size].join(" · ")}, and `);
  line.append(`${count(walk.steps, "column")}, L = ${walk.rows} · ${walk.columns}: `);
  const ratio = Number((entries / pixels).toFixed(2));
  const size = `${count(entries, "number")} for ${count(pixels, "pixel")}`;
  line.append(`${size}, ${ratio === 1 ? "just" : `${ratio} times`} as many.`);
  return line;
}

// What lights up, as a beginning and an end.
function sentence(s, { n, r, pixel }) {
  if (n === null) {
    const copies = copiesOf(s, pixel);
    const where = copies ? `stands in the matrix ${times(copies)}` : "is in no window";
    return [`${pixelName(s, pixel)}, number ${pixel},`, where];
  }
  const output = outputName(s, n);
  if (r === null) {
    const numbers = s.matrix.map((row) => row[n]).join(", ");
    return [`column ${n}, the window of ${output}:`, numbers];
  }
  const place = `row ${r}, column ${n}:`;
  const { c, k, l } = s.taps[r];
  const meets = `which weight${bracket(s, c, k, l)} meets for ${output}`;
  if (pixel === null) return [place, `a 0 of the padding, ${meets}`];
  const others = copiesOf(s, pixel) - 1;
  const copies = others === 0 ? "no copy" : others === 1 ? "1 copy" : `${others} copies`;
  return [place, `${pixelName(s, pixel)}, ${meets}; ${copies} elsewhere`];
}

function words(s, light) {
  if (!s.walk.fits) return [warning(tooLarge(s))];
  const [name, what] = sentence(s, light);
  const line = make("p", { class: "ck-sum" }, make("span", { class: "ck-name" }, `${name} `));
  line.append(make("span", { class: light.pixel ? "ck-b" : "ck-a" }, what));
  const where = s.padding ? "padded image" : "image";
  return [line, sizeWords(s), ...leftOver(s.stride, s.walk.left, where)];
}

const spoken = (s, light) => (s.walk.fits ? `${sentence(s, light).join(" ")}.` : tooLarge(s));

// The three parts ------------------------------------------------------------------

const button = (kind, label, text) =>
  make("button", { type: "button", class: `ck-cell ${kind}`, "aria-label": label }, text);

function channelGrid(s, c, acts) {
  const ends = [s.grids[c].length - s.walk.left[0], s.grids[c][0].length - s.walk.left[1]];
  const cells = s.grids[c].map((row, i) =>
    row.map((pixel, j) => {
      const past = i >= ends[0] || j >= ends[1] ? " ck-left-over" : "";
      if (!pixel) return make("div", { class: `ck-cell ck-pad${past}` }, "0");
      const label = `${pixelName(s, pixel)}, number ${pixel}`;
      return tracing(button(`ck-pixel${past}`, label, pixel), { pixel }, acts);
    }),
  );
  const outline = make("div", { class: "ck-window", "aria-hidden": "true" });
  const name = make("p", { class: "ck-note" }, `channel ${c}`);
  const grid = gridNode("ck-input", s.grids[c][0].length, ...cells.flat(), outline);
  grid.addEventListener("pointerleave", (event) => acts.look(event, null));
  const node = make("div", {}, ...(s.channels > 1 ? [name] : []), grid);
  return { cells, outline, node };
}

function paintChannel(drawn, s, c, light) {
  const here = light.n === null ? null : s.corners[light.n];
  const tap = (at, from, axis) => {
    return at >= from && at < from + s.extent[axis] && (at - from) % s.dilation === 0;
  };
  const own = s.grids[c].flat().filter((pixel) => pixel > 0); // 0 is padding
  const stop = own.includes(light.pixel) ? light.pixel : own[0];
  drawn.cells.forEach((row, i) =>
    row.forEach((node, j) => {
      const pixel = s.grids[c][i][j];
      const on = here !== null && tap(i, here.top, 0) && tap(j, here.start, 1);
      node.classList.toggle("ck-on", on);
      node.classList.toggle("ck-traced", pixel > 0 && pixel === light.pixel);
      if (pixel) node.tabIndex = pixel === stop ? 0 : -1;
    }),
  );
  drawn.outline.hidden = here === null;
  if (here === null) return;
  const size = { height: s.extent[0], width: s.extent[1] };
  Object.entries({ top: here.top, left: here.start, ...size }).forEach(([name, value]) => {
    drawn.outline.style.setProperty(`--${name}`, value);
  });
}

function numberedOutput(s, acts) {
  const cells = s.corners.map(({ i, j }, n) => {
    const label = `output row ${i}, column ${j}: column ${n} of the matrix`;
    return tracing(button("ck-out", label, n), { n }, acts);
  });
  const node = gridNode("ck-places", Math.max(1, s.walk.columns), ...cells);
  node.addEventListener("pointerleave", (event) => acts.look(event, null));
  if (!s.walk.steps) node.append(make("p", { class: "ck-note" }, "none"));
  return { cells, node };
}

function paintNumbers(drawn, s, light) {
  drawn.cells.forEach((node, n) => {
    node.tabIndex = n === s.step ? 0 : -1;
    node.classList.toggle("ck-on", n === light.n);
    node.classList.toggle("ck-reads", light.readers[n] ?? false);
    mark(node, n === s.step);
  });
}

function matrixGrid(s, acts) {
  const head = (kind, text) => {
    return make("div", { class: `ck-head-cell ${kind}`, "aria-hidden": "true" }, text);
  };
  const corner = head("ck-name ck-corner", s.channels > 1 ? "c, k, l" : "k, l");
  const columns = s.corners.map((_, n) => head("ck-over", n));
  const names = s.taps.map(({ c, k, l }) => {
    return head("ck-name", bracket(s, c, k, l).slice(1, -1));
  });
  const cells = s.matrix.map((row, r) =>
    row.map((value, n) => {
      const kind = value ? "ck-entry" : "ck-entry ck-pad";
      return tracing(button(kind, `matrix row ${r}, column ${n}: ${value}`, value), { n, r }, acts);
    }),
  );
  const starts = s.taps.map(({ c, k, l }) => c > 0 && k === 0 && l === 0);
  const lines = cells.map((row, r) => {
    [names[r], ...row].forEach((node) => node.classList.toggle("ck-next-channel", starts[r]));
    return [names[r], ...row];
  });
  const style = `--columns: ${s.walk.steps}`;
  const node = make("div", { class: "ck-unfolded", style }, corner, ...columns, ...lines.flat());
  node.addEventListener("pointerleave", (event) => acts.look(event, null));
  return { cells, columns, names, node };
}

function paintMatrix(drawn, s, light) {
  const stop = { n: light.n ?? s.step, r: light.r ?? 0 };
  drawn.cells.forEach((row, r) =>
    row.forEach((node, n) => {
      const value = s.matrix[r][n];
      node.classList.toggle("ck-on", n === light.n);
      node.classList.toggle("ck-this", n === light.n && r === light.r);
      node.classList.toggle("ck-traced", value !== 0 && value === light.pixel);
      node.tabIndex = n === stop.n && r === stop.r ? 0 : -1;
    }),
  );
  drawn.columns.forEach((node, n) => node.classList.toggle("ck-on", n === light.n));
  drawn.names.forEach((node, r) => node.classList.toggle("ck-on", r === light.r));
}

function revealColumn(scroll, drawn, n) {
  const [head, name] = [drawn.columns[n], drawn.names[0]];
  scroll.reveal(head.offsetLeft - 4, head.offsetLeft + head.offsetWidth + 8, name.offsetWidth);
}

// Where an arrow leads from an entry of the matrix, a pixel, or else from the output.
function neighbour(s, parts, target, move) {
  const entry = onward(parts.matrix.cells, target, move);
  if (entry) return { node: entry.node, pick: { r: entry.i, n: entry.j } };
  for (const { cells } of parts.image) {
    const rows = cells.slice(s.padding, s.padding + s.height);
    const pixels = rows.map((row) => row.slice(s.padding, s.padding + s.width));
    const next = onward(pixels, target, move);
    if (next) return { node: next.node, pick: { pixel: Number(next.node.textContent) } };
  }
  const n = moved(s.walk, s.step, move);
  return { node: parts.output.cells[n], pick: { n } };
}

// One move from a node of a grid, staying inside; null if the node is not in it.
function onward(grid, node, [down, right]) {
  const row = grid.findIndex((nodes) => nodes.includes(node));
  if (row < 0) return null;
  const i = within(row + down, grid.length - 1);
  const j = within(grid[row].indexOf(node) + right, grid[0].length - 1);
  return { i, j, node: grid[i][j] };
}

// The figure -----------------------------------------------------------------------

function fields(link, s) {
  const set = (name) => (value) => link.write({ [name]: value, step: 0 });
  const kernel = (rows, columns) => {
    const [height, width] = s().kernel_size;
    set("kernel_size")([rows ?? height, columns ?? width]);
  };
  const image = (height, width) => {
    link.write({ height: height ?? s().height, width: width ?? s().width, step: 0 });
  };
  return {
    image: sizeBoxes("Image", MOST.image, image),
    kernel: sizeBoxes("Kernel", MOST.kernel, kernel),
    stride: wholeNumber("Stride", 1, MOST.stride, set("stride")),
    padding: wholeNumber("Padding", 0, MOST.padding, set("padding")),
    dilation: wholeNumber("Dilation", 1, MOST.dilation, set("dilation")),
    channels: wholeNumber("Channels", 1, MOST.channels, set("channels")),
  };
}

function putFields(field, s) {
  ["stride", "padding", "dilation", "channels"].forEach((name) => field[name].put(s[name]));
  field.image.put(table(s.height, s.width, zero));
  field.kernel.put(table(...s.kernel_size, zero));
}

function layout(root, field, steps) {
  const [image, output, matrix, text] = Array.from({ length: 4 }, () => make("div"));
  image.className = "ck-channels";
  const parts = { Image: image, "Output grid": output, "Unfolded matrix": matrix };
  const scrolls = Object.entries(parts).map(([label, node]) => scroller(label, node));
  const kernel = make("span", { class: "ck-field" }, make("span", { class: "ck-label" }, "Kernel"));
  kernel.append(field.kernel.node);
  const numbers = ["stride", "padding", "dilation"].map((name) => field[name].node);
  const size = make("span", { class: "ck-image-size" }, field.image.node, field.channels.node);
  root.classList.add("ck-im2col");
  root.append(
    make("div", { class: "ck-controls" }, kernel, ...numbers),
    make(
      "div",
      { class: "ck-panels" },
      panel("Image", size, scrolls[0].node),
      panel("Output, numbered by column", null, scrolls[1].node),
    ),
    panel("Unfolded matrix", null, scrolls[2].node),
    steps.node,
    text,
  );
  return { image, output, matrix, text, scrolls };
}

function render({ model, el }) {
  const { root, say } = frame(el, "Unfold an image into a matrix");
  const link = bind(model, NAMES, () => paint());
  let [shape, parts, drawn, kept, hovered] = ["", null, false, {}, null];
  const go = (step) => {
    [kept, hovered] = [{}, null];
    link.write({ step });
  };
  const acts = {
    look(event, pick) {
      if (event.pointerType === "touch" || steps.playing()) return;
      hovered = pick;
      paint();
    },
    take(pick) {
      steps.stop();
      [kept, hovered] = [pick, null];
      link.write(pick.n === undefined ? {} : { step: pick.n });
    },
  };
  const state = () => {
    const { step, walk } = read(model);
    return { step, steps: walk.steps };
  };
  const reset = () => {
    [kept, hovered] = [{}, null];
    link.reset();
  };
  const steps = transport({ state, go, ended: () => paint(), reset });
  const field = fields(link, () => read(model));
  const places = layout(root, field, steps);

  function build(s) {
    [shape, kept, hovered] = [shapeOf(s), {}, null];
    parts = {
      image: s.grids.map((_, c) => channelGrid(s, c, acts)),
      output: numberedOutput(s, acts),
      matrix: matrixGrid(s, acts),
    };
    places.image.replaceChildren(...parts.image.map((one) => one.node));
    places.output.replaceChildren(parts.output.node);
    places.matrix.replaceChildren(parts.matrix.node);
  }

  function paint() {
    const s = read(model);
    if (shape !== shapeOf(s)) build(s);
    const resting = kept.pixel ? kept : { ...kept, n: s.walk.fits ? s.step : null };
    const light = traced(s, hovered ?? resting);
    putFields(field, s);
    parts.image.forEach((one, c) => paintChannel(one, s, c, light));
    paintNumbers(parts.output, s, light);
    paintMatrix(parts.matrix, s, light);
    places.text.replaceChildren(...words(s, light));
    steps.paint();
    if (drawn && hovered === null && !steps.playing()) say(spoken(s, light));
    const inView = light.n === null || hovered?.r !== undefined;
    if (!inView) revealColumn(places.scrolls[2], parts.matrix, light.n);
    drawn = true;
  }

  arrows(root, (move, target) => {
    const s = read(model);
    if (!s.walk.fits) return;
    const next = neighbour(s, parts, target, move);
    acts.take(next.pick);
    if (target.matches(".ck-cell")) next.node.focus();
  });

  paint();
  return () => {
    steps.stop();
    link.release();
    places.scrolls.forEach((scroll) => scroll.release());
  };
}

export default { render };
