// An image and its unfolded matrix (im2col): each column is the window of one output.
// Pixels are numbered from 1, so a number tells which pixel it is, and 0 is padding.

const NAMES = [
  "height", "width", "kernel_size", "stride", "padding", "dilation", "channels", "step",
];
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

const shapeOf = (s) => NAMES.slice(0, -1).map((name) => s[name]).join();

// What lights up: a whole column `n`, the entry in its row `r`, or one pixel everywhere.
// A pixel is named by its number; 0 would be padding, which is nobody's pixel.
function traced(s, { n = null, r = null, pixel = null }) {
  const value = pixel ?? (r === null ? null : s.matrix[r][n]);
  const readers = pixel ? s.corners.map((_, m) => s.matrix.some((row) => row[m] === pixel)) : [];
  return { n, r, value, pixel: value || null, readers };
}

// Where a pixel lies in the image.
function placeOf({ height, width }, pixel) {
  const [c, rest] = [Math.floor((pixel - 1) / (height * width)), (pixel - 1) % (height * width)];
  return { c, i: Math.floor(rest / width), j: rest % width };
}

// Words ----------------------------------------------------------------------------

const bracket = (...coordinates) => `[${coordinates.join(", ")}]`;

function pixelName(s, pixel) {
  const { c, i, j } = placeOf(s, pixel);
  return `pixel${s.channels > 1 ? bracket(c, i, j) : bracket(i, j)}`;
}

const tapName = (s, { c, k, l }) => (s.channels > 1 ? `${c}, ${k}, ${l}` : `${k}, ${l}`);
const outputName = ({ corners }, n) => `output${bracket(corners[n].i, corners[n].j)}`;
const times = (n) => (n === 1 ? "once" : n === 2 ? "twice" : `${n} times`);

const copiesOf = (s, pixel) => s.matrix.flat().filter((value) => value === pixel).length;

function tooLarge({ kernel_size, dilation, extent, grids, padding }) {
  const kernel = `The kernel (${kernel_size.join(" × ")})`;
  const spread = dilation > 1 ? `, spread to ${extent.join(" × ")} by its dilation,` : "";
  const image = `the ${padding ? "padded " : ""}image (${sizeOf(grids[0])})`;
  return `${kernel}${spread} is larger than ${image}, so the matrix has no columns. Use a smaller kernel, a larger image or more padding.`;
}

function sizeWords(s) {
  const [rows, columns] = [s.taps.length, s.walk.steps];
  const [pixels, entries] = [s.channels * s.height * s.width, rows * columns];
  const taps = `${s.channels} · ${s.kernel_size.join(" · ")}`;
  const size = `${count(rows, "row")} (C · K_h · K_w = ${taps})`;
  const places = `${count(columns, "column")} (L = ${s.walk.rows} · ${s.walk.columns})`;
  const share = show(Number((entries / pixels).toFixed(2)));
  return `The matrix has ${size} and ${places}: ${entries} numbers for ${count(pixels, "pixel")}, ${share} times as many.`;
}

// The line that changes with what lights up, as a name and what it is.
function sentence(s, light) {
  if (light.n === null) {
    const outputs = light.readers.filter(Boolean).length;
    const copies = `stands in the matrix ${times(outputs)}`;
    const never = "is read by no output, so it is not in the matrix";
    return [pixelName(s, light.pixel), outputs ? `${copies}, once for each output that reads it` : never];
  }
  if (light.r === null) {
    const values = s.matrix.map((row) => show(row[light.n])).join(", ");
    return [`column ${light.n} is the window of ${outputName(s, light.n)}`, values];
  }
  const place = `row ${light.r}, column ${light.n}`;
  const meets = `weight${bracket(tapName(s, s.taps[light.r]))} meets it for ${outputName(s, light.n)}`;
  if (!light.pixel) return [place, `0 from the padding; ${meets}`];
  const copies = copiesOf(s, light.pixel) - 1;
  const more = copies ? `${count(copies, "copy").replace("copys", "copies")} elsewhere` : "no copy elsewhere";
  return [place, `${pixelName(s, light.pixel)}, number ${light.pixel}; ${meets}; ${more}`];
}

function words(s, light) {
  if (!s.walk.fits) return [warning(tooLarge(s))];
  const [name, what] = sentence(s, light);
  const line = make("p", { class: "ck-sum" }, make("span", { class: "ck-name" }, `${name}: `));
  line.append(make("span", { class: light.pixel ? "ck-b" : "ck-a" }, what));
  const where = s.padding ? "padded image" : "image";
  return [line, note(sizeWords(s)), ...leftOver(s.stride, s.walk.left, where)];
}

const spoken = (s, light) => (s.walk.fits ? `${sentence(s, light).join(": ")}.` : tooLarge(s));

// The three parts ------------------------------------------------------------------

const button = (kind, label, text) =>
  make("button", { type: "button", class: `ck-cell ${kind}`, "aria-label": label }, text);

function channelGrid(s, c, acts) {
  const [bottom, right] = [s.grids[c].length - s.walk.left[0], s.grids[c][0].length - s.walk.left[1]];
  const cells = s.grids[c].map((row, i) =>
    row.map((pixel, j) => {
      const past = i >= bottom || j >= right ? " ck-left-over" : "";
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
  const tap = (at, from, size) => (at - from) % s.dilation === 0 && at >= from && at < from + size;
  const place = light.pixel && placeOf(s, light.pixel);
  const first = place?.c === c ? light.pixel : 1 + c * s.height * s.width;
  drawn.cells.forEach((row, i) =>
    row.forEach((node, j) => {
      const on = here && tap(i, here.top, s.extent[0]) && tap(j, here.start, s.extent[1]);
      const pixel = s.grids[c][i][j];
      node.classList.toggle("ck-on", Boolean(on));
      node.classList.toggle("ck-traced", pixel !== 0 && pixel === light.pixel);
      if (pixel) node.tabIndex = pixel === first ? 0 : -1;
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
  const head = (kind, text) => make("div", { class: `ck-head-cell ${kind}`, "aria-hidden": "true" }, text);
  const corner = head("ck-name ck-corner", s.channels > 1 ? "c, k, l" : "k, l");
  const columns = s.corners.map((_, n) => head("ck-over", n));
  const names = s.taps.map((tap) => head("ck-name", tapName(s, tap)));
  const cells = s.matrix.map((row, r) =>
    row.map((value, n) => {
      const kind = value ? "ck-entry" : "ck-entry ck-pad";
      return tracing(button(kind, `row ${r}, column ${n}: ${value}`, value), { n, r }, acts);
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

// Where an arrow leads from a pixel or from an entry of the matrix; else from an output.
function neighbour(s, parts, target, [down, right]) {
  const within2 = (i, j, grid) => [within(i, grid.length - 1), within(j, grid[0].length - 1)];
  const find = (grid) => {
    const i = grid.findIndex((row) => row.includes(target));
    return i < 0 ? null : [i + down, grid[i].indexOf(target) + right];
  };
  const entry = find(parts.matrix.cells);
  if (entry) {
    const [r, n] = within2(...entry, s.matrix);
    return { node: parts.matrix.cells[r][n], pick: { n, r } };
  }
  for (const { cells } of parts.image) {
    const inner = cells.slice(s.padding, s.padding + s.height);
    const pixels = inner.map((row) => row.slice(s.padding, s.padding + s.width));
    const place = find(pixels);
    if (!place) continue;
    const [i, j] = within2(...place, pixels);
    return { node: pixels[i][j], pick: { pixel: Number(pixels[i][j].textContent) } };
  }
  return null;
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
  const numbers = ["stride", "padding", "dilation", "channels"].map((name) => field[name].node);
  root.classList.add("ck-im2col");
  root.append(
    make("div", { class: "ck-controls" }, kernel, ...numbers),
    make(
      "div",
      { class: "ck-panels" },
      panel("Image, padded", field.image.node, scrolls[0].node),
      panel("Output, numbered as the columns", null, scrolls[1].node),
    ),
    make("div", { class: "ck-below" }, panel("Unfolded matrix", null, scrolls[2].node)),
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
  const ended = () => paint();
  const reset = () => {
    [kept, hovered] = [{}, null];
    link.reset();
  };
  const steps = transport({ state, go, ended, reset, noun: "Column" });
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
    if (light.n !== null && hovered?.r === undefined) revealColumn(places.scrolls[2], parts.matrix, light.n);
    drawn = true;
  }

  arrows(root, (move, target) => {
    const s = read(model);
    if (!s.walk.fits) return;
    const next = neighbour(s, parts, target, move) ?? { n: moved(s.walk, s.step, move) };
    acts.take(next.pick ?? next);
    (next.node ?? parts.output.cells[next.n]).focus({ preventScroll: Boolean(next.node) });
  });

  paint();
  return () => {
    steps.stop();
    link.release();
    places.scrolls.forEach((scroll) => scroll.release());
  };
}

export default { render };
