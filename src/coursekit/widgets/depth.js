// A stack of random layers: the size of the signal on its way up, and of the gradient
// on its way back. Nothing here touches the page.

const UNITS = 64; // numbers in an example
const EXAMPLES = 32;
const DEEPEST = 60;
const EPSILON = 1e-5; // that of PyTorch's norms

// Numbers from 0 to 1 as mulberry32 makes them (Tommy Ettinger, public domain): a hash
// of a counter.
function uniform(seed, n) {
  const a = (seed + Math.imul(0x6d2b79f5, n + 1)) | 0;
  const b = Math.imul(a ^ (a >>> 15), a | 1);
  const c = b ^ (b + Math.imul(b ^ (b >>> 7), b | 61));
  return ((c ^ (c >>> 14)) >>> 0) / 2 ** 32;
}

// Numbers from a normal distribution, out of two uniform ones each.
function normal(seed, from, length) {
  return Float64Array.from({ length }, (_, k) => {
    const [u, v] = [0, 1].map((side) => uniform(seed, 2 * (from + k) + side));
    return Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
  });
}

const sizeOfAll = (values) => Math.sqrt(values.reduce((sum, a) => sum + a * a, 0) / values.length);

// The same numbers with size 1.
function unit(values) {
  const size = sizeOfAll(values);
  return values.map((value) => value / size);
}

let latest = {}; // drawing takes longer than computing

// What is drawn once: examples, the gradient that comes in at the end, all weights.
function drawn(seed) {
  if (latest.seed === seed) return latest;
  const [batch, layer] = [EXAMPLES * UNITS, UNITS * UNITS];
  const input = unit(normal(seed, 0, batch));
  const upstream = unit(normal(seed, batch, batch));
  const weights = Array.from({ length: DEEPEST }, (_, l) => normal(seed, 2 * batch + l * layer, layer));
  latest = { seed, input, upstream, weights };
  return latest;
}

// Layers -----------------------------------------------------------------------------
// A batch is a row of numbers, example by example; weights are (UNITS out, UNITS in).

const overExamples = (j, term) => {
  let sum = 0;
  for (let at = j; at < EXAMPLES * UNITS; at += UNITS) sum += term(at);
  return sum / EXAMPLES;
};

// Batch norm without γ and β, and the standard deviations it divides by.
function normalise(x) {
  const [z, deviations] = [new Float64Array(x.length), new Float64Array(UNITS)];
  for (let j = 0; j < UNITS; j += 1) {
    const mean = overExamples(j, (at) => x[at]);
    deviations[j] = Math.sqrt(overExamples(j, (at) => (x[at] - mean) ** 2) + EPSILON);
    for (let at = j; at < x.length; at += UNITS) z[at] = (x[at] - mean) / deviations[j];
  }
  return { z, deviations };
}

function normaliseBack(grad, { z, deviations }) {
  const out = new Float64Array(grad.length);
  for (let j = 0; j < UNITS; j += 1) {
    const mean = overExamples(j, (at) => grad[at]);
    const along = overExamples(j, (at) => grad[at] * z[at]);
    for (let at = j; at < grad.length; at += UNITS) {
      out[at] = (grad[at] - mean - z[at] * along) / deviations[j];
    }
  }
  return out;
}

// W · ReLU(z) for each example.
function linear(z, weight, scale) {
  const [h, out] = [z.map((value) => Math.max(value, 0)), new Float64Array(z.length)];
  for (let start = 0; start < z.length; start += UNITS) {
    for (let i = 0; i < UNITS; i += 1) {
      let sum = 0;
      for (let j = 0; j < UNITS; j += 1) sum += weight[i * UNITS + j] * h[start + j];
      out[start + i] = scale * sum;
    }
  }
  return out;
}

function linearBack(grad, z, weight, scale) {
  const out = new Float64Array(z.length);
  for (let start = 0; start < z.length; start += UNITS) {
    for (let i = 0; i < UNITS; i += 1) {
      const g = scale * grad[start + i];
      for (let j = 0; j < UNITS; j += 1) out[start + j] += g * weight[i * UNITS + j];
    }
  }
  return out.map((value, at) => (z[at] > 0 ? value : 0));
}

const plus = (a, b) => a.map((value, at) => value + b[at]);

// The sizes of signal and gradient before each layer and after the last.
function through({ depth, norm, factor, draw }, shortcut) {
  const { input, upstream, weights } = drawn(draw);
  const scale = factor * Math.sqrt(2 / UNITS);
  const [signals, normed] = [[input], []];
  for (let l = 0; l < depth; l += 1) {
    const x = signals[l];
    normed.push(norm === "batch" ? normalise(x) : { z: x });
    const f = linear(normed[l].z, weights[l], scale);
    signals.push(shortcut ? plus(x, f) : f);
  }
  const gradients = [upstream];
  for (let l = depth - 1; l >= 0; l -= 1) {
    const grad = linearBack(gradients[0], normed[l].z, weights[l], scale);
    const back = norm === "batch" ? normaliseBack(grad, normed[l]) : grad;
    gradients.unshift(shortcut ? plus(gradients[0], back) : back);
  }
  return { signals: signals.map(sizeOfAll), gradients: gradients.map(sizeOfAll) };
}

// The size after `layers` layers if mean squares were as they are on average over draws.
function expected({ norm, factor }, shortcut, layers) {
  if (norm === "none") return (shortcut ? Math.sqrt(1 + factor ** 2) : factor) ** layers;
  if (shortcut) return Math.sqrt(1 + layers * factor ** 2);
  return layers ? factor : 1;
}
