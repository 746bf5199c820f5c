// Class activation maps: their channels, their sums, and how they are drawn.

const KINDS = { u1: Uint8Array, i2: Int16Array };

// Reads maps that Python has written as whole numbers in base 64.
function unpacked({ size, kind, scale, data }) {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const [channels, rows, columns] = size;
  const whole = new KINDS[kind](bytes.buffer);
  const at = (c, i, j) => scale * whole[(c * rows + i) * columns + j];
  return range(channels).map((c) => table(rows, columns, (i, j) => at(c, i, j)));
}

const adding = (numbers) => numbers.reduce((all, a) => all + a, 0);
const average = (grid) => adding(grid.flat()) / grid.flat().length;

// What each channel adds to the logit of a class, the largest first.
function contributions(features, weights) {
  const each = features.map((map, c) => ({ c, adds: weights[c] * average(map) }));
  return each.sort((one, other) => other.adds - one.adds || one.c - other.c);
}

// The weighted sum of the channels that are on, place by place.
function classMap(features, weights, on) {
  const [rows, columns] = [features[0].length, features[0][0].length];
  return table(rows, columns, (i, j) => adding(on.map((c) => weights[c] * features[c][i][j])));
}

// The same channels pooled first and weighed then.
const pooledFirst = (features, weights, on) =>
  adding(on.map((c) => weights[c] * average(features[c])));

const largest = (grid) => Math.max(...grid.flat().map(Math.abs));

// The largest number on the way from no channel to all, the largest channel first: a
// scale on which no step of it is cut off.
function reach(features, weights) {
  let map = classMap(features, weights, []);
  const sizes = contributions(features, weights).map(({ c }) => {
    map = map.map((row, i) => row.map((value, j) => value + weights[c] * features[c][i][j]));
    return largest(map);
  });
  return Math.max(...sizes);
}

// Two decimals, which do for numbers that are compared with one another.
function few(value) {
  const text = Math.abs(value).toFixed(2);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

const signed = (value) => (few(value).startsWith("−") ? few(value) : `+${few(value)}`);

// Pictures -------------------------------------------------------------------------

// The outline of what is brighter than a level, in pixels from the upper left corner:
// in each square between four pixels the crossings of its sides are joined.
function outlineOf(grid, level) {
  const between = (p, q) => {
    const t = (level - p[0]) / (q[0] - p[0]);
    return [1, 2].map((axis) => (p[axis] + t * (q[axis] - p[axis]) + 0.5).toFixed(2));
  };
  const pieces = range(grid.length - 1).flatMap((i) =>
    range(grid[0].length - 1).flatMap((j) => {
      const around = [[i, j], [i, j + 1], [i + 1, j + 1], [i + 1, j]];
      const corners = around.map(([r, c]) => [grid[r][c], c, r]);
      const found = corners.flatMap((p, n) => {
        const q = corners[(n + 1) % 4];
        return p[0] >= level === q[0] >= level ? [] : [between(p, q).join(" ")];
      });
      return range(found.length / 2).map((n) => `M${found[2 * n]}L${found[2 * n + 1]}`);
    }),
  );
  return pieces.join("");
}

// A picture in its own pixels, in grey if asked for.
function photo(picture, grey = false) {
  const [height, width] = [picture[0].length, picture[0][0].length];
  const node = make("canvas", { width, height, "aria-hidden": "true" });
  const context = node.getContext("2d");
  const data = context.createImageData(width, height);
  range(width * height).forEach((n) => {
    const rgb = picture.map((channel) => 255 * channel[Math.floor(n / width)][n % width]);
    const shade = grey ? [adding(rgb) / rgb.length] : rgb;
    data.data.set([0, 1, 2].map((k) => shade[k] ?? shade[0]).concat(255), 4 * n);
  });
  context.putImageData(data, 0, 0);
  return node;
}

// The ink of a grey picture; a coloured one has none.
function inkOf(picture) {
  const most = Math.max(...picture[0].flat());
  return picture.length > 1 || most === 0 ? "" : outlineOf(picture[0], most / 2);
}

function inkNode(picture, path) {
  const viewBox = `0 0 ${picture[0][0].length} ${picture[0].length}`;
  const look = { class: "ck-ink", viewBox, preserveAspectRatio: "none", "aria-hidden": "true" };
  return svg("svg", look, svg("path", { d: path }));
}

// Maps -----------------------------------------------------------------------------

const colour = (value) => (value < 0 ? "ck-minus" : "ck-plus");
const share = (value, limit) => Math.min(1, Math.abs(value) / limit).toFixed(4);

// A map as a grid of cells, one place after another, under the outline of the ink.
function mapGrid(picture, path, [rows, columns], acts) {
  const id = `map-${Math.random().toString(36).slice(2)}`;
  const cells = table(rows, columns, (i, j) => {
    const node = make("span", { role: "gridcell", class: "ck-spot", id: `${id}-${i}-${j}` });
    node.addEventListener("pointerenter", (event) => acts.look(event, [i, j]));
    node.addEventListener("click", () => acts.take([i, j]));
    return node;
  });
  const lines = cells.map((row) => make("div", { role: "row", class: "ck-spots" }, ...row));
  const grid = make("div", { role: "grid", tabindex: "0", class: "ck-map" }, ...lines);
  grid.addEventListener("pointerleave", (event) => acts.look(event, null));
  grid.addEventListener("focus", () => acts.enter(grid));
  const behind = picture.length > 1 ? [photo(picture, true)] : [];
  const node = make("div", { class: "ck-map-place" }, ...behind, grid, inkNode(picture, path));
  const [height, width] = [picture[0].length, picture[0][0].length];
  node.style.setProperty("--aspect", width / height);
  grid.style.setProperty("--columns", columns);
  return { cells, grid, node };
}

function paintMap(drawn, values, limit, cell, words) {
  drawn.grid.setAttribute("aria-label", words);
  drawn.cells.forEach((row, i) =>
    row.forEach((node, j) => {
      const here = Boolean(cell) && cell[0] === i && cell[1] === j;
      node.className = `ck-spot ${colour(values[i][j])}${here ? " ck-here" : ""}`;
      node.style.setProperty("--share", share(values[i][j], limit));
      node.setAttribute("aria-label", `row ${i}, column ${j}: ${few(values[i][j])}`);
      if (here) drawn.grid.setAttribute("aria-activedescendant", node.id);
    }),
  );
  if (!cell) drawn.grid.removeAttribute("aria-activedescendant");
}

// A small map of one weighted channel; places where it is 0 are left out.
function smallMap(values, limit, picture, path) {
  const [height, width] = [picture[0].length, picture[0][0].length];
  const [tall, wide] = [height / values.length, width / values[0].length];
  const spots = values.flatMap((row, i) =>
    row.flatMap((value, j) => {
      if (value === 0) return [];
      const box = { x: j * wide, y: i * tall, width: wide, height: tall };
      return [svg("rect", { class: colour(value), "fill-opacity": share(value, limit), ...box })];
    }),
  );
  const look = { class: "ck-small", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" };
  const ink = svg("path", { class: "ck-thin", d: path });
  return svg("svg", look, ...spots, ink);
}
