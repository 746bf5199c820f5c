// A convolution, a ReLU, a pool and a fully connected layer, trained on small digits, right
// or with one mistake, and the four rungs of the ladder. Nothing here touches the page.

const [SIDE, TAPS, FILTERS, CLASSES] = [8, 3, 6, 10];
const MAP = SIDE - TAPS + 1; // rows and columns of a feature map
const POOLED = MAP / 2;
const FLAT = FILTERS * POOLED * POOLED;
const SIZES = {
  "conv.weight": FILTERS * TAPS * TAPS,
  "conv.bias": FILTERS,
  "fc.weight": CLASSES * FLAT,
  "fc.bias": CLASSES,
};
const PARAMETERS = Object.keys(SIZES);
const TRAIN = { count: 300, batch: 20, epochs: 20 };
const BY_HEART = { count: 10, batch: 10, epochs: 200 };
const CHECKED = { count: 3, eps: 1e-5, disturbance: 0.5 };
const TOO_LARGE = 15; // how many times, with the mistake "large"
const ASKED = { start: 0.1, gradients: 1e-6, heart: 0.01, others: 0.8 };

// Numbers from 0 to 1, the same for the same seed: Park and Miller's generator with the
// multiplier of 1993, which doubles compute without rounding. Seeds begin far apart, as
// states of which one is a small multiple of the other give numbers that are alike.
function generator(seed) {
  let state = 1000003 * seed + 12345;
  const next = () => (state = (state * 48271) % 2147483647) / 2147483647;
  for (let n = 0; n < 10; n += 1) next(); // the first numbers of neighbouring seeds are alike
  return next;
}

const GENERATORS = 3; // for each seed: weights, disturbance, order

function shuffled(count, next) {
  const order = Array.from({ length: count }, (_, n) => n);
  for (let n = count - 1; n > 0; n -= 1) {
    const other = Math.floor(next() * (n + 1));
    [order[n], order[other]] = [order[other], order[n]];
  }
  return order;
}

// A digit is its label and 64 pixels in base 17: "0" is paper, "g" is ink.
function digitsOf(text) {
  const each = 1 + SIDE * SIDE;
  return Array.from({ length: text.length / each }, (_, n) => {
    const [label, ...pixels] = text.slice(n * each, (n + 1) * each);
    return { label: Number(label), pixels: Float64Array.from(pixels, (c) => parseInt(c, 17) / 16) };
  });
}

// Images and labels apart, and digits in white on black.
const splitUp = (digits) => [digits.map(({ pixels }) => pixels), digits.map(({ label }) => label)];
const inverted = ({ label, pixels }) => ({ label, pixels: pixels.map((ink) => 1 - ink) });

// First weights: even, with He's variance 2 / n, the last layer ten times smaller.
function firstWeights(seed, mistake) {
  const next = generator(GENERATORS * seed);
  const p = Object.fromEntries(PARAMETERS.map((name) => [name, new Float64Array(SIZES[name])]));
  const last = 0.1 * (mistake === "large" ? TOO_LARGE : 1);
  const widths = { "conv.weight": Math.sqrt(6 / (TAPS * TAPS)), "fc.weight": last * Math.sqrt(6 / FLAT) };
  Object.entries(widths).forEach(([name, width]) => {
    const drawn = p[name].map(() => (2 * next() - 1) * width);
    if (mistake !== "zero") p[name] = drawn;
  });
  return p;
}

// Forward --------------------------------------------------------------------------

// What each layer makes of one digit; `from` says where the pool found its maximum.
function forward(p, pixels) {
  const before = new Float64Array(FILTERS * MAP * MAP);
  const flat = new Float64Array(FLAT);
  const from = new Int32Array(FLAT);
  const [weight, bias] = [p["conv.weight"], p["conv.bias"]];
  for (let f = 0; f < FILTERS; f += 1) {
    for (let i = 0; i < MAP; i += 1) {
      for (let j = 0; j < MAP; j += 1) {
        before[(f * MAP + i) * MAP + j] = convolved(weight, bias, pixels, f, i, j);
      }
    }
    for (let i = 0; i < POOLED; i += 1) {
      for (let j = 0; j < POOLED; j += 1) {
        const at = largest(before, (f * MAP + 2 * i) * MAP + 2 * j);
        const to = (f * POOLED + i) * POOLED + j;
        from[to] = at;
        flat[to] = Math.max(before[at], 0);
      }
    }
  }
  return { before, flat, from, logits: connected(p, flat) };
}

// One number of the convolution.
function convolved(weight, bias, pixels, f, i, j) {
  let sum = bias[f];
  for (let k = 0; k < TAPS; k += 1) {
    const [row, at] = [(f * TAPS + k) * TAPS, (i + k) * SIDE + j];
    for (let l = 0; l < TAPS; l += 1) sum += weight[row + l] * pixels[at + l];
  }
  return sum;
}

// Where the ReLU of a window of 2 x 2 is largest; the first of equals.
function largest(before, corner) {
  let best = corner;
  for (let n = 1; n < 4; n += 1) {
    const at = corner + (n >> 1) * MAP + (n & 1);
    if (before[at] > before[best] && before[at] > 0) best = at;
  }
  return best;
}

function connected(p, flat) {
  const weight = p["fc.weight"];
  return p["fc.bias"].map((bias, c) => {
    let sum = bias;
    for (let n = 0; n < FLAT; n += 1) sum += weight[c * FLAT + n] * flat[n];
    return sum;
  });
}

const answer = (p, pixels) => {
  const { logits } = forward(p, pixels);
  return logits.reduce((best, value, c) => (value > logits[best] ? c : best), 0);
};

// The cross-entropy of one digit and the share of each class.
function crossEntropy(logits, label) {
  const most = Math.max(...logits);
  const shares = logits.map((value) => Math.exp(value - most));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return { loss: Math.log(total) + most - logits[label], shares: shares.map((share) => share / total) };
}

function lossOf(p, pixels, labels, mistake) {
  const sum = pixels.reduce((all, one, n) => all + crossEntropy(forward(p, one).logits, labels[n]).loss, 0);
  return mistake === "summed" ? sum : sum / pixels.length;
}

// Backward -------------------------------------------------------------------------

function lossAndGradients(p, pixels, labels, mistake) {
  const g = Object.fromEntries(PARAMETERS.map((name) => [name, new Float64Array(SIZES[name])]));
  const share = mistake === "summed" ? 1 : 1 / pixels.length;
  let loss = 0;
  pixels.forEach((one, n) => {
    const maps = forward(p, one);
    const found = crossEntropy(maps.logits, labels[n]);
    loss += share * found.loss;
    const gradLogits = found.shares.map((s, c) => share * (s - (c === labels[n] ? 1 : 0)));
    backward(p, g, one, maps, gradLogits, mistake);
  });
  if (mistake === "flipped") turn(g["conv.weight"]);
  if (mistake === "sign") PARAMETERS.forEach((name) => (g[name] = g[name].map((value) => -value)));
  return { loss, gradients: g };
}

// Adds what one digit contributes to every gradient.
function backward(p, g, pixels, maps, gradLogits, mistake) {
  const gradFlat = new Float64Array(FLAT);
  const [weight, gradWeight] = [p["fc.weight"], g["fc.weight"]];
  gradLogits.forEach((grad, c) => {
    g["fc.bias"][c] += grad;
    for (let n = 0; n < FLAT; n += 1) {
      gradWeight[c * FLAT + n] += grad * maps.flat[n];
      gradFlat[n] += grad * weight[c * FLAT + n];
    }
  });
  for (let n = 0; n < FLAT; n += 1) {
    const at = maps.from[n]; // the pool sends its gradient there and nowhere else
    if (maps.before[at] > 0 || mistake === "relu") spread(g, pixels, at, gradFlat[n]);
  }
}

// One number of the convolution's gradient goes to the weights that made it.
function spread(g, pixels, at, grad) {
  const [f, i, j] = [Math.floor(at / (MAP * MAP)), Math.floor(at / MAP) % MAP, at % MAP];
  g["conv.bias"][f] += grad;
  for (let k = 0; k < TAPS; k += 1) {
    for (let l = 0; l < TAPS; l += 1) {
      g["conv.weight"][(f * TAPS + k) * TAPS + l] += grad * pixels[(i + k) * SIDE + j + l];
    }
  }
}

function turn(weight) {
  const each = TAPS * TAPS;
  for (let f = 0; f < FILTERS; f += 1) weight.subarray(f * each, (f + 1) * each).reverse();
}

// Training -------------------------------------------------------------------------

// Changes `p`, and returns the loss of every step.
function train(p, digits, { batch, epochs }, rate, seed, mistake) {
  const next = generator(GENERATORS * seed + 2);
  const [images, labels] = splitUp(digits);
  const losses = [];
  let velocity = null; // with the mistake "kept", the sum of all gradients so far
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    const order = shuffled(digits.length, next);
    for (let start = 0; start < order.length; start += batch) {
      const chosen = order.slice(start, start + batch);
      const its = chosen.map((n, k) => labels[mistake === "labels" ? start + k : n]);
      const found = lossAndGradients(p, chosen.map((n) => images[n]), its, mistake);
      losses.push(found.loss);
      if (mistake === "kept" && velocity) add(found.gradients, velocity, 1);
      velocity = found.gradients;
      step(p, velocity, rate, mistake);
    }
  }
  return losses;
}

function add(numbers, others, factor) {
  PARAMETERS.forEach((name) => others[name].forEach((value, n) => (numbers[name][n] += factor * value)));
}

function step(p, gradients, rate, mistake) {
  const moved = { ...gradients };
  if (mistake === "biases") ["conv.bias", "fc.bias"].forEach((name) => (moved[name] = []));
  add(p, moved, mistake === "added" ? rate : -rate);
}

// The ladder -----------------------------------------------------------------------

// Rung 2: the largest error of each gradient, in parts of its largest number.
function gradientErrors(digits, seed, mistake) {
  const next = generator(GENERATORS * seed + 1);
  const size = mistake === "kink" ? 0 : CHECKED.disturbance;
  const p = firstWeights(seed, mistake);
  PARAMETERS.forEach((name) => (p[name] = p[name].map((value) => value + (2 * next() - 1) * size)));
  const data = splitUp(digits.slice(0, CHECKED.count));
  const { gradients } = lossAndGradients(p, ...data, mistake);
  const measure = (numbers) => numbers.map((value, n) => {
    const [above, below] = [CHECKED.eps, -CHECKED.eps].map((by) => {
      numbers[n] = value + by;
      return lossOf(p, ...data, mistake);
    });
    numbers[n] = value;
    return (above - below) / (2 * CHECKED.eps);
  });
  return Object.fromEntries(PARAMETERS.map((name) => [name, relative(measure(p[name]), gradients[name])]));
}

function relative(measured, gradient) {
  const size = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return size(measured.map((value, n) => value - gradient[n])) / size(measured);
}

// Rungs 1 and 2 need no training, and no learning rate.
function beforeTraining(digits, mistake, seed) {
  const learnt = learntFrom(digits, mistake);
  const first = lossOf(firstWeights(seed, mistake), ...splitUp(learnt), mistake);
  return { first, errors: gradientErrors(learnt, seed, mistake) };
}

// Rungs 3 and 4: the losses with ten digits, and how many new ones are read right.
function afterTraining(digits, mistake, rate, seed) {
  const learnt = learntFrom(digits, mistake);
  const ten = learnt.slice(0, BY_HEART.count);
  const losses = train(firstWeights(seed, mistake), ten, BY_HEART, rate, seed, mistake);
  const p = firstWeights(seed, mistake);
  train(p, learnt, TRAIN, rate, seed, mistake);
  const others = digits.slice(TRAIN.count);
  const right = others.filter(({ pixels, label }) => answer(p, pixels) === label);
  return { losses, accuracy: right.length / others.length };
}

function learntFrom(digits, mistake) {
  const learnt = digits.slice(0, TRAIN.count);
  return mistake === "inverted" ? learnt.map(inverted) : learnt;
}

// Which rungs hold.
const holding = ({ first, errors, losses, accuracy }) => [
  Math.abs(first - Math.log(CLASSES)) < ASKED.start,
  Math.max(...Object.values(errors)) < ASKED.gradients,
  losses.at(-1) < ASKED.heart,
  accuracy > ASKED.others,
];
