// A trained LeNet-5, in 8 bits a weight, and all that it computes on the way to its
// answer. Nothing here touches the page. Feature maps are { name, channels, size, values }
// with the values of a channel row after row, one channel after the other.

const FIELD = 28; // pixels along each side of the input

// The whole numbers times the scale of their row, which is one output channel.
function unpacked({ shape, weight, scale, bias }) {
  const each = shape.slice(1).reduce((product, size) => product * size, 1);
  const whole = Int8Array.from(atob(weight), (byte) => byte.charCodeAt(0));
  const value = (n, at) => n * scale[Math.floor(at / each)];
  return { shape, bias, weight: Float64Array.from(whole, value) };
}

function unpackedNetwork({ mean, std, layers }) {
  const named = Object.entries(layers).map(([name, layer]) => [name, unpacked(layer)]);
  return { mean, std, ...Object.fromEntries(named) };
}

const rectified = (values) => values.map((value) => Math.max(0, value));

function convolved(name, x, { shape, weight, bias }, padding) {
  const [channels, , taps] = shape;
  const size = x.size + 2 * padding - taps + 1;
  const values = new Float64Array(channels * size * size);
  for (let m = 0; m < channels; m += 1) {
    values.fill(bias[m], m * size * size, (m + 1) * size * size);
    for (let c = 0; c < x.channels; c += 1) {
      for (let tap = 0; tap < taps * taps; tap += 1) {
        const w = weight[(m * x.channels + c) * taps * taps + tap];
        const [down, right] = [Math.floor(tap / taps) - padding, (tap % taps) - padding];
        addShifted(values, m * size * size, size, x, c, w, down, right);
      }
    }
  }
  return { name, channels, size, values: rectified(values) };
}

// Adds one tap's products to all pixels of a map; beyond the border are zeros.
function addShifted(values, first, size, x, c, w, down, right) {
  const last = Math.min(size, x.size - right);
  for (let i = Math.max(0, -down); i < Math.min(size, x.size - down); i += 1) {
    const row = (c * x.size + i + down) * x.size + right;
    for (let j = Math.max(0, -right); j < last; j += 1) {
      values[first + i * size + j] += w * x.values[row + j];
    }
  }
}

// The greatest value of each 2 × 2.
function pooled(name, { channels, size, values }) {
  const half = Math.floor(size / 2);
  const most = (_, n) => {
    const [c, i, j] = [Math.floor(n / half / half), Math.floor(n / half) % half, n % half];
    const at = (c * size + 2 * i) * size + 2 * j;
    return Math.max(values[at], values[at + 1], values[at + size], values[at + size + 1]);
  };
  const small = Float64Array.from({ length: channels * half * half }, most);
  return { name, channels, size: half, values: small };
}

function linear(name, { values: x }, { shape: [rows, columns], weight, bias }, isLast = false) {
  const sum = (_, r) => {
    let total = bias[r];
    for (let n = 0; n < columns; n += 1) total += weight[r * columns + n] * x[n];
    return total;
  };
  const out = Float64Array.from({ length: rows }, sum);
  return { name, channels: rows, size: 1, values: isLast ? out : rectified(out) };
}

function softmax(logits) {
  const most = Math.max(...logits);
  const powers = Array.from(logits, (z) => Math.exp(z - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

// Everything between a picture, ink from 0 to 1, and ten logits, layer after layer.
function layersOf(network, pixels) {
  const input = { name: "input", channels: 1, size: FIELD, values: pixels };
  const standard = pixels.map((ink) => (ink - network.mean) / network.std);
  const conv1 = convolved("conv1", { ...input, values: standard }, network.conv1, 2);
  const pool1 = pooled("pool1", conv1);
  const conv2 = convolved("conv2", pool1, network.conv2, 0);
  const pool2 = pooled("pool2", conv2);
  const fc1 = linear("fc1", pool2, network.fc1);
  const fc2 = linear("fc2", fc1, network.fc2);
  return [input, conv1, pool1, conv2, pool2, fc1, fc2, linear("fc3", fc2, network.fc3, true)];
}
