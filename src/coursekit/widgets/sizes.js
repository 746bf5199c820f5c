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

// The rule a window that is too long breaks, its values and the remedy, in the words of
// the course's errors.
function tooLong(size, { kernel_size, padding, dilation }, { whole, span }) {
  const room = `the padded input (${size} + 2·${padding} = ${whole})`;
  const reach = dilation > 1 ? ` at dilation ${dilation} spans ${span} pixels,` : " is";
  return `The kernel size (${kernel_size})${reach} more than ${room}. Use a smaller kernel or more padding.`;
}

// A letter with a number below it.
const indexed = (letter, index) => make("span", {}, letter, make("sub", {}, String(index)));
