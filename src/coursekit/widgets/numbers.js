// Numbers and the operation itself: nothing here touches the page. Python joins this
// file, controls.js, grids.js and a figure's own file into one module, which therefore
// loads nothing.

const GREATEST = 1e6; // from here on numbers are written with an exponent
const LEAST = 5e-5; // below it they would round to 0

function show(value) {
  const size = Math.abs(value);
  if (size >= GREATEST || (size > 0 && size < LEAST)) {
    return value.toExponential(1).replace("-", "−");
  }
  const rounded = Number(value.toFixed(4));
  return String(rounded === 0 ? 0 : rounded).replace("-", "−");
}

const bracketed = (value) => (value < 0 ? `(${show(value)})` : show(value));

const count = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

const within = (value, most) => Math.min(most, Math.max(0, value));

// Grids are lists of rows ----------------------------------------------------------

const table = (rows, columns, entry) =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => entry(i, j)));

const sizeOf = (grid) => `${grid.length} × ${grid[0].length}`;

// Returns a function that resizes a grid. What was cut off comes back when the grid
// grows again, so that typing 12 does not lose numbers on the way through 1.
function resizer(fill) {
  const known = new Map();
  const key = (i, j) => `${i},${j}`;
  return (grid, rows, columns) => {
    grid.forEach((row, i) => row.forEach((value, j) => known.set(key(i, j), value)));
    return table(rows, columns, (i, j) => known.get(key(i, j)) ?? fill(i, j));
  };
}

// New input cells are digits that repeat along neither axis; new weights are 0, so that
// a kernel that grows goes on computing the same sums.
const digit = (i, j) => (3 * i + 7 * j + 1) % 10;
const zero = () => 0;

const padded = (x, padding) =>
  table(x.length + 2 * padding, x[0].length + 2 * padding, (i, j) => {
    return x[i - padding]?.[j - padding] ?? 0;
  });

const flipped = (kernel) => kernel.map((row) => [...row].reverse()).reverse();

// The operation --------------------------------------------------------------------

// Every position of a kernel that is laid on the input as it is; for a convolution it
// is passed flipped. `left` counts the rows and columns that no position covers.
function slide(x, kernel, stride) {
  const gaps = [x.length - kernel.length, x[0].length - kernel[0].length];
  const fits = gaps.every((gap) => gap >= 0);
  const [rows, columns] = gaps.map((gap) => (fits ? Math.floor(gap / stride) + 1 : 0));
  const left = gaps.map((gap) => (fits ? gap % stride : 0));
  const at = (step) => {
    const [i, j] = [Math.floor(step / columns), step % columns];
    const [top, start] = [i * stride, j * stride];
    const terms = kernel.map((row, k) => row.map((w, l) => [x[top + k][start + l], w]));
    const total = terms.flat().reduce((sum, [a, b]) => sum + a * b, 0);
    return { i, j, top, start, terms, total };
  };
  return { fits, rows, columns, left, steps: rows * columns, at };
}

const totals = (walk) => Array.from({ length: walk.steps }, (_, step) => walk.at(step).total);

// Where a move of some rows down and columns to the right leads, staying inside.
function moved(walk, step, [down, right]) {
  const { i, j } = walk.at(step);
  const row = within(i + down, walk.rows - 1);
  return row * walk.columns + within(j + right, walk.columns - 1);
}
