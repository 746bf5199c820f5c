// Both gradients of a convolution, and what each of their numbers is made of in words.

// Every product of the layer goes back twice: to its pixel and to its weight. Pixels are
// counted from the corner of the padding; `uses` lists the products of each of them.
function backward({ grid, kernel, upstream, stride, dilation }) {
  const uses = table(grid.length, grid[0].length, () => []);
  const gradX = table(grid.length, grid[0].length, zero);
  const gradWeight = table(kernel.length, kernel[0].length, zero);
  upstream.forEach((numbers, i) =>
    numbers.forEach((g, j) =>
      kernel.forEach((weights, k) =>
        weights.forEach((w, l) => {
          const [row, column] = [i * stride + k * dilation, j * stride + l * dilation];
          uses[row][column].push({ i, j, k, l, g, w });
          gradX[row][column] += g * w;
          gradWeight[k][l] += g * grid[row][column];
        }),
      ),
    ),
  );
  return { uses, gradX, gradWeight };
}

const shapeOf = ({ x, kernel, stride, padding, dilation }) =>
  [sizeOf(x), sizeOf(kernel), stride, padding, dilation].join();

const inside = ({ x, padding }, i, j) => x[i - padding]?.[j - padding] !== undefined;

const coordinates = ({ walk }, n) => [Math.floor(n / walk.columns), n % walk.columns];

// The products of one weight, with the pixel that each of them meets.
const usesOf = ({ uses, grid }, [k, l]) =>
  uses.flatMap((row, r) =>
    row.flatMap((found, c) => {
      const own = found.filter((use) => use.k === k && use.l === l);
      return own.map((use) => ({ ...use, x: grid[r][c], r, c }));
    }),
  );

// Words ----------------------------------------------------------------------------

const span = (look, ...children) => make("span", { class: look }, ...children);

function tooLarge({ kernel, dilation, extent, grid, padding }) {
  const spread = dilation > 1 ? `, spread over ${extent.join(" × ")} by its dilation,` : "";
  const input = `the ${padding ? "padded " : ""}input (${sizeOf(grid)})`;
  const rule = `The kernel (${sizeOf(kernel)})${spread} is larger than ${input}`;
  return `${rule}, so there is no output. Use a smaller kernel, a larger input or more padding.`;
}

// A list of pieces [look, text] that say what the number that is looked at is made of.
function pieces(s, light) {
  if (light.pixel) return pixelPieces(s, light.pixel);
  if (light.weight) return weightPieces(s, light.weight);
  const [i, j] = coordinates(s, light.n);
  const g = s.upstream[i][j];
  const name = ["ck-name", `grad_out[${i}, ${j}] = `];
  if (!g) return [name, ["ck-g", "0"], ["", ": it sends nothing back"]];
  const under = s.uses.flatMap((row, r) =>
    row.flatMap((found, c) => found.some((u) => u.i === i && u.j === j) ? [s.grid[r][c]] : []),
  );
  const times = ["ck-g", bracketed(g)];
  const list = (look, numbers) => [look, `·(${numbers.map(show).join(", ")})`];
  return [
    ...[name, ["ck-g", show(g)], ["", ": the window gets "], times, list("ck-b", s.kernel.flat())],
    ...[["", ", the weights get "], times, list("ck-a", under)],
  ];
}

function pixelPieces(s, [r, c]) {
  const found = s.uses[r][c];
  const name = ["ck-name", `grad_x[${r - s.padding}, ${c - s.padding}] = `];
  const sent = found.filter(({ g }) => g !== 0);
  if (sent.length) {
    const terms = sent.map(({ g, w }) => [g, "ck-b", w]);
    return [name, ...products(terms, s.gradX[r][c], found.length - sent.length)];
  }
  const one = "the window that reads this pixel has a 0 upstream";
  const many = `all ${found.length} windows that read this pixel have a 0 upstream`;
  const why = found.length === 0 ? "no window reads this pixel" : found.length === 1 ? one : many;
  return [name, ["ck-total", "0"], ["", `: ${why}`]];
}

function weightPieces(s, [k, l]) {
  const found = usesOf(s, [k, l]);
  const name = ["ck-name", `grad_weight[${k}, ${l}] = `];
  const sent = found.filter(({ g }) => g !== 0);
  if (!sent.length) return [name, ["ck-total", "0"], ["", ": the upstream gradient is 0"]];
  const terms = sent.map(({ g, x }) => [g, "ck-a", x]);
  return [name, ...products(terms, s.gradWeight[k][l], found.length - sent.length)];
}

function products(terms, total, others) {
  const factors = ([g, look, number], n) => [
    ...(n ? [["", " + "]] : []),
    ...[["ck-g", bracketed(g)], ["", "·"], [look, bracketed(number)]],
  ];
  const more = others === 1 ? "1 more product is 0" : `${others} more products are 0`;
  const end = others ? [["ck-name", ` (${more})`]] : [];
  return [...terms.flatMap(factors), ["ck-total", ` = ${show(total)}`], ...end];
}

function unread(s) {
  const every = s.uses.flatMap((row, r) => row.filter((_, c) => inside(s, r, c)));
  const n = every.filter((found) => !found.length).length;
  const whose = n === 1 ? "Its gradient is" : "Their gradients are";
  return n ? [note(`Hatched: ${count(n, "pixel")} that no window reads. ${whose} 0.`)] : [];
}

function cutOff(s) {
  const lost = s.gradX.some((row, r) => row.some((value, c) => value && !inside(s, r, c)));
  return lost ? [note("Struck out: what falls on the padding is cut off.")] : [];
}

const HOW = {
  one: "Choose an output, and the number goes there.",
  several: "Choose an output to put the number there, or once more to take it away.",
};

function words(s, light) {
  if (!s.walk.fits) return [warning(tooLarge(s))];
  const line = make("p", { class: "ck-sum" });
  line.append(...pieces(s, light).map(([look, text]) => span(look, text)));
  return [line, ...unread(s), ...cutOff(s), note(HOW[s.mode])];
}

const spoken = (s, light) => {
  if (!s.walk.fits) return tooLarge(s);
  return `${pieces(s, light).map(([, text]) => text).join("")}.`;
};
