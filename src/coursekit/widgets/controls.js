// The model, the frame around a figure, and the controls every figure has.

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

// Reads and writes the model; `paint` runs once after any number of changes.
function bind(model, names, paint) {
  const first = Object.fromEntries(names.map((name) => [name, model.get(name)]));
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
  const write = (changes) => {
    Object.entries(changes).forEach(([name, value]) => model.set(name, value));
    model.save_changes();
    schedule();
  };
  const release = () => names.forEach((name) => model.off(`change:${name}`, schedule));
  return { write, release, reset: () => write(first) };
}

// The frame ------------------------------------------------------------------------

// A titled group with a polite live region. The attribute makes JupyterLab leave the
// keys pressed inside to the figure.
function frame(el, title) {
  const live = make("p", { class: "ck-hidden", role: "status" });
  const root = make(
    "div",
    { class: "ck-figure", role: "group", "aria-label": title, "data-lm-suppress-shortcuts": "" },
    make("p", { class: "ck-title" }, title),
    live,
  );
  el.replaceChildren(root);
  const say = (text) => {
    if (live.textContent !== text) live.textContent = text;
  };
  return { root, say };
}

function panel(name, size, ...children) {
  const head = make("div", { class: "ck-head" }, make("span", { class: "ck-label" }, name));
  if (size) head.append(size);
  return make("div", { class: "ck-panel" }, head, ...children);
}

// Panels that keep together to the right of another one while there is room.
const beside = (...panels) => make("div", { class: "ck-panels ck-beside" }, ...panels);

// A part that scrolls sideways. It takes the focus only when there is more to see.
function scroller(label, child) {
  const node = make("div", { class: "ck-scroll", role: "group", "aria-label": label }, child);
  const watch = new ResizeObserver(() => {
    if (node.scrollWidth > node.clientWidth + 1) node.tabIndex = 0;
    else node.removeAttribute("tabindex");
  });
  watch.observe(node);
  watch.observe(child);
  // Brings a stretch of the child into view; its beginning wins if all cannot be seen.
  const reveal = (from, to, before = 0, after = 0) => {
    const room = node.clientWidth - after;
    if (to > node.scrollLeft + room) node.scrollLeft = to - room;
    if (from < node.scrollLeft + before) node.scrollLeft = from - before;
  };
  return { node, reveal, release: () => watch.disconnect() };
}

// Fields ---------------------------------------------------------------------------

// A labelled whole number. An entry out of range is put right when it is left.
function wholeNumber(label, least, most, changed, { hidden = false } = {}) {
  const input = make("input", { type: "number", min: least, max: most, step: 1 });
  const clamp = (value) => Math.min(most, Math.max(least, Math.round(value)));
  input.addEventListener("input", () => {
    const value = input.valueAsNumber;
    if (value === clamp(value)) changed(value);
  });
  input.addEventListener("change", () => {
    const value = input.valueAsNumber;
    if (!Number.isFinite(value)) input.value = input.dataset.value;
    else if (value !== clamp(value)) {
      input.value = clamp(value);
      changed(clamp(value));
    }
  });
  const text = make("span", { class: hidden ? "ck-hidden" : "ck-label" }, label);
  const node = make("label", { class: "ck-field" }, text, input);
  const put = (value) => {
    input.dataset.value = value;
    if (document.activeElement !== input) input.value = value;
  };
  return { node, put };
}

// Rows and columns of a grid.
function sizeBoxes(noun, most, changed) {
  const hidden = { hidden: true };
  const rows = wholeNumber(`${noun} rows`, 1, most, (n) => changed(n, null), hidden);
  const columns = wholeNumber(`${noun} columns`, 1, most, (n) => changed(null, n), hidden);
  const sign = make("span", { "aria-hidden": "true" }, "×");
  const node = make("span", { class: "ck-size" }, rows.node, sign, columns.node);
  const put = (grid) => {
    rows.put(grid.length);
    columns.put(grid[0].length);
  };
  return { node, put };
}

// One of several, as native radio buttons.
function choice(legend, options, choose) {
  const name = `choice-${Math.random().toString(36).slice(2)}`;
  const inputs = Object.keys(options).map((value) =>
    make("input", { type: "radio", name, value, onchange: () => choose(value) }),
  );
  const labels = inputs.map((input) =>
    make("label", { class: "ck-choice" }, input, make("span", {}, options[input.value])),
  );
  const title = make("legend", { class: "ck-hidden" }, legend);
  const node = make("fieldset", { class: "ck-choices" }, title, ...labels);
  const put = (value) => {
    inputs.forEach((input) => (input.checked = input.value === value));
  };
  return { node, put };
}

// One of several, as a native list. `options` maps values to words.
function picker(label, options, choose, { hidden = false } = {}) {
  const entries = Object.entries(options).map(([value, words]) => make("option", { value }, words));
  const onchange = (event) => choose(event.target.value);
  const list = make("select", { class: "ck-select", onchange }, ...entries);
  const text = make("span", { class: hidden ? "ck-hidden" : "ck-label" }, label);
  const put = (value) => (list.value = value);
  return { node: make("label", { class: "ck-field" }, text, list), put };
}

// Steps ----------------------------------------------------------------------------

const ICONS = {
  First: "M2 2h2v12H2zM14 2v12L5 8z",
  Back: "M12 2v12L4 8z",
  Play: "M4 2v12l9-6z",
  Pause: "M3 2h4v12H3zM9 2h4v12H9z",
  Step: "M3 2v12l7-6zM11 2h2v12h-2z",
};

function icon(name) {
  const holder = make("span", { class: "ck-icon", "aria-hidden": "true" });
  const path = `<path fill="currentColor" d="${ICONS[name]}"/>`;
  holder.innerHTML = `<svg viewBox="0 0 16 16" width="14" height="14">${path}</svg>`;
  return holder;
}

const PERIOD = 1200; // milliseconds between two positions while playing

// `state()` gives { step, steps }, `go(step)` moves, `ended()` is called when playing
// stops, `reset()` brings back everything the author wrote. Buttons that lead nowhere
// stay focusable, so that the focus is never lost. `noun` is what is stepped through.
function transport({ state, go, ended, reset, noun = "Position" }) {
  let timer = null;
  const button = (name, onclick) => {
    const attributes = { type: "button", class: `ck-button ck-${name.toLowerCase()}`, onclick };
    return make("button", attributes, icon(name), make("span", {}, name));
  };
  const stop = () => {
    if (timer === null) return;
    clearInterval(timer);
    timer = null;
    paint();
    ended();
  };
  const tick = () => {
    const { step, steps } = state();
    if (step + 1 < steps) go(step + 1);
    if (step + 2 >= steps) stop();
  };
  const toggle = () => {
    const { step, steps } = state();
    if (timer !== null) return stop();
    if (steps < 2) return;
    if (step + 1 === steps) go(0);
    timer = setInterval(tick, PERIOD);
    paint();
  };
  const move = (by) => () => {
    stop();
    const { step, steps } = state();
    if (steps) go(within(step + by, steps - 1));
  };
  const [first, back] = [button("First", move(-Infinity)), button("Back", move(-1))];
  const [play, next] = [button("Play", toggle), button("Step", move(1))];
  const place = make("span", { class: "ck-place" });
  const paint = () => {
    const { step, steps } = state();
    const off = (node, yes) => node.setAttribute("aria-disabled", String(yes));
    [first, back].forEach((node) => off(node, step === 0));
    off(next, step + 1 >= steps);
    off(play, steps < 2);
    const name = timer === null ? "Play" : "Pause";
    play.replaceChildren(icon(name), make("span", {}, name));
    place.textContent = steps ? `${noun} ${step + 1} of ${steps}` : `No ${noun.toLowerCase()}`;
  };
  const start = () => {
    stop();
    reset();
  };
  const look = { type: "button", class: "ck-button ck-reset", onclick: start };
  const again = make("button", look, "Reset");
  const attributes = { class: "ck-transport", role: "group", "aria-label": "Steps" };
  const node = make("div", attributes, first, back, play, next, place, again);
  return { node, paint, stop, playing: () => timer !== null };
}

const MOVES = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  Home: [-Infinity, -Infinity],
  End: [Infinity, Infinity],
};

// Arrow keys move the position, except where a field or a scroller needs them.
function arrows(root, act) {
  root.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (!move || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (event.target.matches("input, select, .ck-scroll")) return;
    event.preventDefault();
    act(move, event.target);
  });
}
