// What each unit of a stack of layers sees, along one image axis. Only numbers here.

const inside = (row, unit) => unit >= 0 && unit < row.units;

// Why a layer cannot stand on a row of units; undefined if it can.
function refusal(units, layer, found) {
  if (!found.fits) return tooLong(units, layer, found);
  if (layer.type === "Conv2d" || 2 * layer.padding <= layer.kernel_size) return undefined;
  const half = `half the kernel size (${layer.kernel_size})`;
  return `The padding of a pool (${layer.padding}) must be at most ${half}. Use less padding.`;
}

// One row of units for the input and for each layer, with the size and the centre of
// what a unit sees, in pixels: `start` for unit 0, `jump` more for each unit after it.
function stack(size, layers) {
  const rows = [{ units: size, size: 1, jump: 1, start: 0 }];
  for (const [n, layer] of layers.entries()) {
    const below = rows.at(-1);
    const found = places(below.units, layer);
    const why = refusal(below.units, layer, found);
    if (why) return { rows, trouble: `Layer ${n + 1}: ${why}` };
    const reach = found.span - 1;
    rows.push({
      layer,
      units: found.count,
      size: below.size + reach * below.jump,
      jump: below.jump * layer.stride,
      start: below.start + (reach / 2 - layer.padding) * below.jump,
    });
  }
  return { rows, trouble: "" };
}

const tapsOf = ({ kernel_size, stride, padding, dilation }, unit) =>
  Array.from({ length: kernel_size }, (_, k) => unit * stride - padding + k * dilation);

// The units of every row that one output depends on, padding included, and the lines
// between them. Padding is a constant, so no line leads on from it.
function trace(rows, output) {
  const seen = rows.map(() => new Set());
  const lines = [];
  seen.at(-1).add(output);
  for (let n = rows.length - 1; n > 0; n -= 1) {
    [...seen[n]].filter((unit) => inside(rows[n], unit)).forEach((unit) => {
      tapsOf(rows[n].layer, unit).forEach((tap) => {
        seen[n - 1].add(tap);
        lines.push({ n, unit, tap });
      });
    });
  }
  return { seen, lines };
}

// The input positions an output sees if every row is thought of as endless: beyond the
// image they are padding, of the first layer or of a later one.
function endless(rows, output) {
  const below = (units, { layer }) => new Set([...units].flatMap((unit) => tapsOf(layer, unit)));
  return rows.slice(1).reduceRight(below, new Set([output]));
}

// The interval of input positions an output sees, counted on over the padding.
function interval(row, unit) {
  const centre = row.start + unit * row.jump;
  const half = (row.size - 1) / 2;
  return { centre, half, first: centre - half, last: centre + half };
}
