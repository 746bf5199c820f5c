// What every figure shares. Python puts this text in front of each figure's own, so
// a figure is one module that loads nothing.

const FILL = 10; // new input cells are digits, 0 to 9

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function icon(path) {
  const holder = make("span", { class: "ck-icon", "aria-hidden": "true" });
  holder.innerHTML = `<svg viewBox="0 0 16 16" width="14" height="14"><path fill="currentColor" d="${path}"/></svg>`;
  return holder;
}

// Numbers ------------------------------------------------------------------------

function show(value) {
  const rounded = Number(value.toFixed(4));
  return String(rounded === 0 ? 0 : rounded).replace("-", "−");
}

const bracketed = (value) => (value < 0 ? `(${show(value)})` : show(value));

const count = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

const widest = (grid) => Math.max(...grid.flat().map((value) => show(value).length));

function resized(grid, rows, columns, fill) {
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => grid[i]?.[j] ?? fill(i, j)),
  );
}

const digit = (i, j) => (3 * i + 5 * j + 1) % FILL;

// The operation ------------------------------------------------------------------

function padded(x, padding) {
  const rows = x.length + 2 * padding;
  const columns = x[0].length + 2 * padding;
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => x[i - padding]?.[j - padding] ?? 0),
  );
}

const flipped = (kernel) => kernel.map((row) => [...row].reverse()).reverse();

// Every position of the kernel: what it meets there, and what the sum is. `kernel`
// is laid on the window as it is; a convolution passes it flipped.
function slide(x, kernel, stride) {
  const gaps = [x.length - kernel.length, x[0].length - kernel[0].length];
  const fits = gaps.every((gap) => gap >= 0);
  const [rows, columns] = gaps.map((gap) => (fits ? Math.floor(gap / stride) + 1 : 0));
  const left = gaps.map((gap) => (fits ? gap % stride : 0));
  const at = (step) => {
    const [i, j] = [Math.floor(step / columns), step % columns];
    const [top, start] = [i * stride, j * stride];
    const terms = kernel.map((row, k) =>
      row.map((weight, l) => [x[top + k][start + l], weight]),
    );
    const total = terms.flat().reduce((sum, [a, b]) => sum + a * b, 0);
    return { i, j, top, start, terms, total };
  };
  return { fits, rows, columns, left, steps: rows * columns, at };
}

// "0·0 + 1·1 + 3·2 + 4·3 = 19": one span a kernel row, so lines break between rows.
function sum(name, position) {
  const line = make("p", { class: "ck-sum" });
  line.append(make("span", { class: "ck-name" }, `${name} = `));
  position.terms.forEach((row, k) => {
    const span = make("span", { class: "ck-terms" });
    row.forEach(([a, b], l) => {
      if (k + l > 0) span.append(" + ");
      span.append(make("span", { class: "ck-a" }, bracketed(a)), "·");
      span.append(make("span", { class: "ck-b" }, bracketed(b)));
    });
    line.append(span);
  });
  line.append(make("span", { class: "ck-total" }, ` = ${show(position.total)}`));
  return line;
}

// The model ----------------------------------------------------------------------

// Reads and writes the model; `paint` runs once after any number of changes.
function bind(model, names, paint) {
  let queued = false;
  const schedule = () => {
    if (queued) return;
    queued = true;
    queueMicrotask(() => {
      queued = false;
      paint();
    });
  };
  names.forEach((name) => model.on(`change:${name}`, schedule));
  return {
    write(changes) {
      Object.entries(changes).forEach(([name, value]) => model.set(name, value));
      model.save_changes();
      schedule();
    },
    release: () => names.forEach((name) => model.off(`change:${name}`, schedule)),
  };
}

// Controls -----------------------------------------------------------------------

// A labelled whole number. An entry out of range is put right when it is left.
function wholeNumber(label, least, most, changed, { hidden = false } = {}) {
  const input = make("input", { type: "number", min: least, max: most, step: 1 });
  const clamp = (value) => Math.min(most, Math.max(least, Math.round(value)));
  input.addEventListener("input", () => {
    const value = input.valueAsNumber;
    if (value === clamp(value)) changed(value);
  });
  input.addEventListener("change", () => {
    if (Number.isFinite(input.valueAsNumber)) changed(clamp(input.valueAsNumber));
    input.value = input.dataset.value;
  });
  const text = make("span", { class: hidden ? "ck-hidden" : "ck-label" }, label);
  const node = make("label", { class: "ck-field" }, text, input);
  const put = (value) => {
    input.dataset.value = value;
    if (document.activeElement !== input) input.value = value;
    else if (input.valueAsNumber !== value && input.value !== "") input.value = value;
  };
  return { node, put };
}

// One editable number of a grid. While it is empty or half typed the old one stands.
function cell(label, changed) {
  const input = make("input", { type: "number", step: "any", "aria-label": label });
  input.addEventListener("input", () => {
    if (Number.isFinite(input.valueAsNumber)) changed(input.valueAsNumber);
  });
  input.addEventListener("blur", () => {
    input.value = input.dataset.value;
  });
  const put = (value) => {
    input.dataset.value = value;
    if (input.valueAsNumber !== value && document.activeElement !== input) {
      input.value = value;
    }
  };
  return { input, put };
}

// "rows × columns" boxes that stand above a grid.
function sizeBoxes(noun, mostRows, mostColumns, changed) {
  const rows = mostRows > 1 && wholeNumber(`${noun} rows`, 1, mostRows, (n) => changed(n, null), { hidden: true });
  const name = rows ? `${noun} columns` : `${noun} length`;
  const columns = wholeNumber(name, 1, mostColumns, (n) => changed(null, n), { hidden: true });
  const node = make("span", { class: "ck-size" });
  if (rows) node.append(rows.node, make("span", { "aria-hidden": "true" }, "×"));
  node.append(columns.node);
  const put = (grid) => {
    if (rows) rows.put(grid.length);
    columns.put(grid[0].length);
  };
  return { node, put };
}

const ICONS = {
  reset: "M2 2h2v12H2zM14 2v12L5 8z",
  back: "M12 2v12L4 8z",
  play: "M4 2v12l9-6z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  step: "M3 2v12l7-6zM11 2h2v12h-2z",
};

// Reset, back, play and step. `state()` gives { step, steps }; `go(step)` moves.
function transport(state, go, say) {
  const PERIOD = 1100; // milliseconds between two positions while playing
  let timer = null;
  const button = (name, label, onclick) =>
    make("button", { type: "button", class: `ck-button ck-${name}`, onclick }, icon(ICONS[name]), make("span", {}, label));
  const stop = () => {
    if (timer === null) return;
    clearInterval(timer);
    timer = null;
    paint();
    say();
  };
  const tick = () => {
    const { step, steps } = state();
    if (step + 1 < steps) go(step + 1);
    if (step + 2 >= steps) stop();
  };
  const toggle = () => {
    if (timer !== null) return stop();
    const { step, steps } = state();
    if (step + 1 >= steps) go(0);
    timer = setInterval(tick, PERIOD);
    paint();
  };
  const move = (target) => () => {
    stop();
    go(target(state()));
  };
  const reset = button("reset", "Reset", move(() => 0));
  const back = button("back", "Back", move(({ step }) => Math.max(0, step - 1)));
  const play = button("play", "Play", toggle);
  const next = button("step", "Step", move(({ step, steps }) => Math.min(steps - 1, step + 1)));
  const place = make("span", { class: "ck-place" });
  const paint = () => {
    const { step, steps } = state();
    const playing = timer !== null;
    for (const [node, off] of [[reset, step === 0], [back, step === 0], [next, step + 1 >= steps], [play, steps < 2]]) {
      node.setAttribute("aria-disabled", String(off));
    }
    play.replaceChildren(icon(ICONS[playing ? "pause" : "play"]), make("span", {}, playing ? "Pause" : "Play"));
    place.textContent = steps ? `Position ${step + 1} of ${steps}` : "No position";
  };
  const node = make("div", { class: "ck-transport", role: "group", "aria-label": "Steps" }, reset, back, play, next, place);
  return { node, paint, stop, playing: () => timer !== null };
}

// Arrow keys move the position, except where a control or a scroller needs them.
function arrows(root, moved) {
  const MOVES = {
    ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
    Home: [-Infinity, -Infinity], End: [Infinity, Infinity],
  };
  root.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (!move || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.matches("input, .ck-scroll")) return;
    event.preventDefault();
    moved(move);
  });
}

const within = (value, most) => Math.min(most, Math.max(0, value));

// The frame ----------------------------------------------------------------------

// Title, body and a polite live region. JupyterLab leaves the keys to the figure.
function frame(el, title) {
  const live = make("p", { class: "ck-hidden", role: "status" });
  const root = make(
    "div",
    { class: "ck-figure", role: "group", "aria-label": title, "data-lm-suppress-shortcuts": "true" },
    make("p", { class: "ck-title" }, title),
  );
  el.replaceChildren(root, live);
  return { root, say: (text) => { if (live.textContent !== text) live.textContent = text; } };
}

// A part that scrolls sideways; it takes the focus only when there is more to see.
function scroller(label, ...children) {
  const node = make("div", { class: "ck-scroll", role: "group", "aria-label": label }, ...children);
  const watch = new ResizeObserver(() => {
    if (node.scrollWidth > node.clientWidth + 1) node.tabIndex = 0;
    else node.removeAttribute("tabindex");
  });
  watch.observe(node);
  children.forEach((child) => watch.observe(child));
  const reveal = (part) => {
    const [inner, outer] = [part.getBoundingClientRect(), node.getBoundingClientRect()];
    if (inner.left < outer.left) node.scrollLeft -= outer.left - inner.left + 8;
    else if (inner.right > outer.right) node.scrollLeft += inner.right - outer.right + 8;
  };
  return { node, reveal, release: () => watch.disconnect() };
}

function panel(name, size, ...children) {
  const head = make("div", { class: "ck-head" }, make("span", { class: "ck-label" }, name));
  if (size) head.append(size);
  return make("div", { class: "ck-panel" }, head, ...children);
}
