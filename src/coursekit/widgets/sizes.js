// Sizes along one axis: where windows lie, for the figures that draw them.

// How many pixels a kernel covers from its first tap to its last.
const spanOf = ({ kernel_size, dilation }) => dilation * (kernel_size - 1) + 1;

// The places of a window on `size` pixels with padding on each side. `free` counts the
// pixels right of the first place, `left` those that no place covers at the end.
function places(size, { kernel_size, stride, padding, dilation }) {
  const [whole, span] = [size + 2 * padding, spanOf({ kernel_size, dilation })];
  const free = whole - span;
  const fits = free >= 0;
  const count = fits ? Math.floor(free / stride) + 1 : 0;
  return { whole, span, free, fits, count, left: fits ? free % stride : 0 };
}

// The rule a window that is too long breaks, the values and the remedy.
function tooLong(size, layer, { whole, span }, noun = "input") {
  const { kernel_size, padding, dilation } = layer;
  const kernel =
    dilation > 1
      ? `dilated kernel (${dilation}·(${kernel_size} − 1) + 1 = ${span})`
      : `kernel (${kernel_size})`;
  const room = padding ? `padded ${noun} (${size} + 2·${padding} = ${whole})` : `${noun} (${size})`;
  return `The ${kernel} is larger than the ${room}. Use a smaller kernel or a larger ${noun}.`;
}

// A letter with a number below it.
const indexed = (letter, index) => make("span", {}, letter, make("sub", {}, String(index)));
