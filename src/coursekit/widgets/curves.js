// Lines over an axis: summaries of several runs, scales, and the drawing.

// Runs that have diverged count as infinity, above all others, so that quartiles exist
// as long as enough runs go on.
function quantile(sorted, share) {
  const at = share * (sorted.length - 1);
  const [low, part] = [sorted[Math.floor(at)], at % 1];
  const high = sorted[Math.ceil(at)];
  return low === high ? low : low + part * (high - low);
}

function quartiles(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, mid, high] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share));
  return { low, mid, high };
}

// The mean and its 95 % interval; with a run that diverged there is none.
function interval(values, t) {
  const n = values.length;
  const mid = values.reduce((sum, a) => sum + a, 0) / n;
  if (!Number.isFinite(mid)) return { low: Infinity, mid: Infinity, high: Infinity };
  const squares = values.reduce((sum, a) => sum + (a - mid) ** 2, 0);
  const half = (t * Math.sqrt(squares / (n - 1))) / Math.sqrt(n);
  return { low: mid - half, mid, high: mid + half };
}

// Drawing --------------------------------------------------------------------------

const BEYOND = 10_000; // pixels above or below the frame, as far as lines are drawn

// A scale from values to pixels; infinity lies far beyond the frame.
function scale([from, to], [low, high], logarithmic = false) {
  const turn = logarithmic ? (value) => Math.log10(Math.max(value, 1e-12)) : (value) => value;
  const [a, b] = [turn(from), turn(to)];
  return (value) => {
    const at = low + ((turn(value) - a) / (b - a)) * (high - low);
    const [least, most] = [Math.min(low, high) - BEYOND, Math.max(low, high) + BEYOND];
    return Math.min(most, Math.max(least, at));
  };
}

const pathOf = (points) => points.map(([x, y], n) => `${n ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

// Up to the first infinite number and including it, so that a line leaves at the top.
function finiteStart(values) {
  const end = values.findIndex((value) => !Number.isFinite(value));
  return end < 0 ? values : values.slice(0, end + 1);
}

function lineOf(values, kind, { x, y }) {
  const points = finiteStart(values).map((value, n) => [x(n), y(value)]);
  return svg("path", { class: kind, d: pathOf(points) });
}

function bandOf(summary, kind, { x, y }) {
  const end = finiteStart(summary.map(({ mid }) => mid)).length;
  const side = (name) => summary.slice(0, end).map((one, n) => [x(n), y(one[name])]);
  const around = [...side("high"), ...side("low").reverse()];
  return svg("path", { class: kind, d: `${pathOf(around)}Z` });
}

// Frame, grid lines and names. `ticks` are [value, words].
function axesOf({ left, top, right, bottom }, across, down, names) {
  const line = (x1, y1, x2, y2, kind = "ck-rule") => svg("line", { class: kind, x1, y1, x2, y2 });
  const parts = [];
  across.forEach(([x, words]) => {
    parts.push(line(x, top, x, bottom));
    parts.push(lettering(words, { x, y: bottom + 17, "text-anchor": "middle" }));
  });
  down.forEach(([y, words]) => {
    parts.push(line(left, y, right, y));
    parts.push(lettering(words, { x: left - 7, y: y + 4, "text-anchor": "end" }));
  });
  parts.push(line(left, bottom, right, bottom, "ck-axis"), line(left, top, left, bottom, "ck-axis"));
  parts.push(lettering(names[0], { x: right, y: bottom + 34, "text-anchor": "end" }));
  parts.push(lettering(names[1], { x: 4, y: 13 }));
  return parts;
}
