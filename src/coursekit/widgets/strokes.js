// Strokes of a pen on a field of 28 × 28, and the picture that a network gets of them.
// A stroke is a list of points [x, y], y down. digit_strokes.py does the same in Python,
// with the same sums in the same order.

const BOX = 20; // pixels that the larger side of the ink is brought to
const RADIUS = 1.1; // of the pen, in pixels of the field
const FINER = 4; // points along each axis of a pixel where it is asked for ink

// How much of each pixel the ink covers, from 0 to 1, row after row.
function inked(strokes, radius) {
  const side = FIELD * FINER;
  const ink = new Uint8Array(side * side);
  strokes.forEach((stroke) =>
    stroke.forEach((start, n) => cover(ink, side, start, stroke[n + 1] ?? start, radius)),
  );
  const pixels = new Float64Array(FIELD * FIELD);
  ink.forEach((on, n) => {
    const [i, j] = [Math.floor(n / side / FINER), Math.floor((n % side) / FINER)];
    pixels[i * FIELD + j] += on / (FINER * FINER);
  });
  return pixels;
}

// Marks the points that are at most a radius away from a straight piece of a stroke.
function cover(ink, side, start, end, radius) {
  const [right, down] = [end[0] - start[0], end[1] - start[1]];
  const length = right * right + down * down || 1;
  const [columns, rows] = [0, 1].map((axis) => {
    const ends = [start[axis], end[axis]];
    const from = Math.floor((Math.min(...ends) - radius) * FINER) - 1;
    return [Math.max(0, from), Math.ceil((Math.max(...ends) + radius) * FINER) + 1];
  });
  for (let i = rows[0]; i < Math.min(side, rows[1]); i += 1) {
    for (let j = columns[0]; j < Math.min(side, columns[1]); j += 1) {
      const [x, y] = [(j + 0.5) / FINER - start[0], (i + 0.5) / FINER - start[1]];
      const share = within((x * right + y * down) / length, 1);
      const [a, b] = [x - share * right, y - share * down];
      if (a * a + b * b <= radius * radius) ink[i * side + j] = 1;
    }
  }
}

// The form of MNIST's pictures: the larger side of the ink becomes 20 pixels, and the
// centre of mass goes to the middle of the field, by whole pixels.
function inMnistForm(strokes) {
  const points = strokes.flat();
  if (!points.length) return new Float64Array(FIELD * FIELD);
  const edge = (extreme, sign, axis) => extreme(...points.map((p) => p[axis])) + sign * RADIUS;
  const least = [0, 1].map((axis) => edge(Math.min, -1, axis));
  const sides = [0, 1].map((axis) => edge(Math.max, 1, axis) - least[axis]);
  const factor = BOX / Math.max(...sides);
  const placed = (shift) => {
    const move = (point) => point.map((at, axis) => (at - least[axis]) * factor + shift[axis]);
    return inked(strokes.map((stroke) => stroke.map(move)), RADIUS * factor);
  };
  return placed(toMiddle(placed([0, 0])));
}

function toMiddle(pixels) {
  const [mass, moments] = [pixels.reduce((sum, ink) => sum + ink, 0), [0, 0]];
  pixels.forEach((ink, n) => {
    moments[0] += ink * ((n % FIELD) + 0.5);
    moments[1] += ink * (Math.floor(n / FIELD) + 0.5);
  });
  return moments.map((moment) => Math.floor(FIELD / 2 - moment / mass + 0.5));
}
