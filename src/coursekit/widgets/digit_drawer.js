// A field to draw on, and a trained LeNet-5 that answers while one draws: its input, its
// feature maps and its ten probabilities.

const NAMES = ["strokes", "is_prepared", "step"];
const SIDE = 560; // pixels of the field's canvas, twice as many as it is shown with
const NEAR = 0.35; // nearer points of a stroke are left out, in pixels of the input
const BLACK = "#000000";
const INK = "#ffffff";

function read(model, network, live) {
  const strokes = [...model.get("strokes"), ...live];
  const is_prepared = model.get("is_prepared");
  const pixels = is_prepared ? inMnistForm(strokes) : inked(strokes, RADIUS);
  const layers = layersOf(network, pixels);
  const logits = layers.at(-1).values;
  const shares = softmax(logits);
  const ranked = shares.map((_, n) => n).sort((a, b) => shares[b] - shares[a]);
  return { strokes, is_prepared, step: model.get("step"), layers, logits, shares, ranked };
}

// Words ----------------------------------------------------------------------------

// With a no-break space after the sign.
const share = (p) => (p > 0.9995 ? ">\u00a00.999" : p < 0.0005 ? "<\u00a00.001" : p.toFixed(3));

const zeros = ({ values }) => {
  const none = values.reduce((n, value) => n + (value === 0), 0);
  return `${Math.round((100 * none) / values.length)} % of the numbers are 0`;
};

const mapsOf = ({ channels, size }) => `${channels} maps of ${size} × ${size}`;

function answer({ ranked: [first, second], shares }) {
  const next = `next comes ${second}, ${share(shares[second])}`;
  return `The network reads ${first}, with probability ${share(shares[first])}; ${next}.`;
}

const EXPLAINED = {
  input: ({ values }) => {
    const gray = values.reduce((n, ink) => n + (ink > 0), 0);
    return `28 × 28 pixels, ${gray} of them not black`;
  },
  conv1: (layer) => `6 kernels of 5 × 5, padding 2, and ReLU: ${mapsOf(layer)}, ${zeros(layer)}`,
  pool1: (layer) => `the greatest of each 2 × 2: ${mapsOf(layer)}, ${zeros(layer)}`,
  conv2: (layer) => `16 kernels of 6 × 5 × 5 and ReLU: ${mapsOf(layer)}, ${zeros(layer)}`,
  pool2: (layer) => `the greatest of each 2 × 2: ${mapsOf(layer)}, 400 numbers, ${zeros(layer)}`,
  fc1: (layer) => `120 weighted sums of the 400 numbers and ReLU, ${zeros(layer)}`,
  fc2: (layer) => `84 weighted sums of the 120 and ReLU, ${zeros(layer)}`,
  fc3: ({ values }) => {
    const first = values.indexOf(Math.max(...values));
    return `10 logits, the greatest ${show(Number(values[first].toFixed(1)))} for ${first}`;
  },
};

function words(s) {
  const layer = s.layers[s.step];
  const name = make("span", { class: "ck-name" }, `${layer.name}: `);
  const text = make("span", { class: "ck-a" }, EXPLAINED[layer.name](layer));
  const parts = [make("p", { class: "ck-sum" }, name, text)];
  const empty = "Nothing is drawn, and the network names a digit all the same.";
  if (!s.strokes.length) parts.push(warning(empty));
  return parts;
}

// Pictures -------------------------------------------------------------------------

// Draws numbers from 0 to `most` as grey pixels, from black to white.
function grey(canvas, values, most) {
  const brush = canvas.getContext("2d");
  const image = brush.createImageData(canvas.width, canvas.height);
  for (let n = 0; n < canvas.width * canvas.height; n += 1) {
    const level = Math.round((255 * (values[n] ?? 0)) / (most || 1));
    image.data.set([level, level, level, 255], 4 * n);
  }
  brush.putImageData(image, 0, 0);
}

const MAPS = ["input", "conv1", "pool1", "conv2", "pool2"];
const WIDTHS = { fc1: 20, fc2: 21 }; // of the pictures of what is no map

// A layer's pictures, all with the same scale of greys.
function layerPanel({ name, channels, size, values }) {
  const isMaps = MAPS.includes(name);
  const [width, height] = isMaps ? [size, size] : [WIDTHS[name], values.length / WIDTHS[name]];
  const canvases = Array.from({ length: isMaps ? channels : 1 }, () =>
    make("canvas", { width, height, class: `ck-map ck-map-${name}` }),
  );
  const noun = isMaps ? `${channels} × ${size} × ${size}` : `${channels} numbers`;
  const group = make("div", { class: "ck-maps", role: "img" }, ...canvases);
  const node = panel(`${name}, ${noun}`, null, group);
  node.classList.add("ck-stage");
  const put = (layer, isHere) => {
    const [each, most] = [layer.values.length / canvases.length, Math.max(...layer.values)];
    const part = (n) => layer.values.slice(n * each, (n + 1) * each);
    canvases.forEach((canvas, n) => grey(canvas, part(n), name === "input" ? 1 : most));
    group.setAttribute("aria-label", `${name}: ${EXPLAINED[name](layer)}`);
    mark(node, isHere);
    node.classList.toggle("ck-on", isHere);
  };
  return { node, put };
}

function bars() {
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const bar = make("span", { class: "ck-bar", "aria-hidden": "true" });
    const number = make("span", { class: "ck-share" });
    const name = make("span", { class: "ck-digit" }, digit);
    return { bar, number, node: make("li", {}, name, bar, number) };
  });
  const nodes = rows.map((row) => row.node);
  const node = make("ol", { class: "ck-answers", "aria-label": "Probability of each digit" }, ...nodes);
  const put = ({ shares, ranked }) =>
    rows.forEach((row, digit) => {
      row.bar.style.setProperty("--share", shares[digit]);
      row.number.textContent = share(shares[digit]);
      row.node.classList.toggle("ck-on", digit === ranked[0]);
    });
  return { node, put };
}

// The field ------------------------------------------------------------------------

const HELP =
  "Draw with mouse, finger or pen. With the keyboard: the arrow keys move the pen, the " +
  "space bar puts it down and lifts it, Backspace takes the last stroke away.";

// `add(stroke)` keeps a stroke, `follow(stroke)` shows one that is being drawn.
function drawingField({ add, follow, undo, tell }) {
  const id = `draw-${Math.random().toString(36).slice(2)}`;
  const look = { class: "ck-field-of-ink", width: SIDE, height: SIDE, tabindex: 0 };
  const role = { role: "application", "aria-label": "Field to draw on", "aria-describedby": id };
  const canvas = make("canvas", { ...look, ...role });
  const help = make("p", { class: "ck-note", id }, HELP);
  const pen = { at: [14, 14], isDown: false };
  let stroke = null;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    const at = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    return at.map((part) => Math.round(100 * FIELD * within(part, 1)) / 100);
  };
  const far = ([x, y], [a, b]) => Math.hypot(x - a, y - b) >= NEAR;
  const extend = (point) => {
    if (!stroke.length || far(stroke.at(-1), point)) stroke.push(point);
    pen.at = point;
    follow(stroke);
  };
  const finish = () => {
    if (!stroke) return;
    const done = stroke;
    [stroke, pen.isDown] = [null, false];
    follow(null);
    add(done);
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    finish();
    stroke = [];
    canvas.setPointerCapture(event.pointerId);
    extend(place(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke || pen.isDown || !event.isPrimary) return;
    const between = event.getCoalescedEvents?.() ?? [];
    (between.length ? between : [event]).forEach((each) => extend(place(each)));
  });
  const lift = () => pen.isDown || finish();
  ["pointerup", "pointercancel"].forEach((name) => canvas.addEventListener(name, lift));
  const spot = () => `column ${Math.round(pen.at[0])}, row ${Math.round(pen.at[1])}`;
  const toggle = () => {
    if (stroke) return finish();
    [stroke, pen.isDown] = [[], true];
    extend(pen.at);
    tell(`Pen down at ${spot()}.`);
  };
  const move = ([down, right]) => {
    pen.at = [pen.at[0] + right, pen.at[1] + down].map((at) => within(at, FIELD));
    if (stroke) extend(pen.at);
    else follow(null);
    tell(`Pen ${stroke ? "down" : "up"}, ${spot()}.`);
  };
  const back = () => {
    finish();
    undo();
  };
  const acts = { " ": toggle, Enter: toggle, Backspace: back, Escape: finish };
  Object.entries(MOVES).slice(0, 4).forEach(([key, by]) => (acts[key] = () => move(by)));
  canvas.addEventListener("keydown", (event) => {
    if (!acts[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    acts[event.key]();
  });
  canvas.addEventListener("blur", () => {
    finish();
    follow(null);
  });
  canvas.addEventListener("focus", () => follow(stroke));
  const drop = () => ([stroke, pen.isDown] = [null, false]);
  return { canvas, help, drop, put: (strokes) => paintField(canvas, strokes, pen) };
}

function paintField(canvas, strokes, pen) {
  const brush = canvas.getContext("2d");
  const unit = SIDE / FIELD;
  brush.fillStyle = BLACK;
  brush.fillRect(0, 0, SIDE, SIDE);
  Object.assign(brush, { lineWidth: 2 * RADIUS * unit, lineCap: "round", lineJoin: "round" });
  brush.strokeStyle = INK;
  strokes.forEach((stroke) => {
    brush.beginPath();
    brush.moveTo(...stroke[0].map((at) => at * unit));
    [stroke[0], ...stroke].forEach((point) => brush.lineTo(...point.map((at) => at * unit)));
    brush.stroke();
  });
  if (!canvas.matches(":focus-visible")) return; // the pen is where the mouse is
  const [x, y] = pen.at.map((at) => at * unit);
  Object.assign(brush, { lineWidth: 4, strokeStyle: pen.isDown ? "#ffb67a" : "#82c3ff" });
  brush.beginPath();
  brush.arc(x, y, RADIUS * unit + 4, 0, 2 * Math.PI);
  brush.stroke();
}

// The figure -----------------------------------------------------------------------

const textButton = (name, onclick) =>
  make("button", { type: "button", class: "ck-button", onclick }, name);

function controls({ model, link, undo }) {
  const samples = model.get("samples");
  const known = samples.map((sample) => JSON.stringify(sample));
  const names = samples.map((_, digit) => [`a ${digit}`, `a drawn ${digit}`]);
  const options = { own: "your own", ...Object.fromEntries(names) };
  const choose = (value) => {
    if (value !== "own") link.write({ strokes: samples[Number(value.slice(2))] });
  };
  const sample = picker("Drawing", options, choose);
  const flip = (event) => link.write({ is_prepared: event.target.checked });
  const box = make("input", { type: "checkbox", onchange: flip });
  const form = make("label", { class: "ck-check" }, box, "Scale and centre it as MNIST's digits");
  const clear = textButton("Clear", () => link.write({ strokes: [] }));
  const nodes = [sample.node, clear, textButton("Undo", undo)];
  const put = (s) => {
    const digit = known.indexOf(JSON.stringify(s.strokes));
    sample.put(digit < 0 ? "own" : `a ${digit}`);
    box.checked = s.is_prepared;
  };
  return { node: make("div", { class: "ck-controls" }, ...nodes), form, put };
}

function render({ model, el }) {
  const { root, say } = frame(el, "Draw a digit");
  const network = unpackedNetwork(model.get("network"));
  const link = bind(model, NAMES, () => paint());
  let [live, drawn, queued] = [null, "", false];
  const undo = () => link.write({ strokes: model.get("strokes").slice(0, -1) });
  const field = drawingField({
    add: (stroke) => link.write({ strokes: [...model.get("strokes"), stroke] }),
    follow(stroke) {
      live = stroke;
      soon();
    },
    undo,
    tell: say,
  });
  const control = controls({ model, link, undo });
  const first = read(model, network, []);
  const panels = first.layers.slice(0, -1).map((layer) => layerPanel(layer));
  const state = () => ({ step: model.get("step"), steps: first.layers.length });
  const reset = () => {
    field.drop();
    live = null;
    link.reset();
  };
  const go = (step) => link.write({ step });
  const steps = transport({ state, go, ended: () => paint(), reset, noun: "Layer" });
  const [shares, text] = [bars(), make("div")];
  const fc3 = panel("fc3 and softmax, 10 probabilities", null, shares.node);
  fc3.classList.add("ck-stage");
  const reading = make("p", { class: "ck-reading" });

  function soon() {
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => {
      queued = false;
      paint();
    });
  }

  function paint() {
    const s = read(model, network, live ? [live] : []);
    field.put(s.strokes);
    control.put(s);
    panels.forEach((one, n) => one.put(s.layers[n], n === s.step));
    shares.put(s);
    fc3.classList.toggle("ck-on", s.step === panels.length);
    mark(fc3, s.step === panels.length);
    reading.textContent = answer(s);
    text.replaceChildren(...words(s));
    steps.paint();
    const told = JSON.stringify([model.get("strokes"), s.is_prepared, s.step]);
    if (!live && !steps.playing() && drawn !== told) {
      if (drawn) say(`${answer(s)} ${text.querySelector(".ck-sum").textContent}.`);
      drawn = told;
    }
  }

  root.classList.add("ck-drawer");
  const surface = make("div", { class: "ck-surface" }, field.canvas, control.form, field.help);
  const side = make("div", { class: "ck-panels ck-beside" }, panels[0].node, fc3);
  root.append(
    control.node,
    reading,
    make("div", { class: "ck-panels" }, surface, side),
    make("div", { class: "ck-stages" }, ...panels.slice(1).map((one) => one.node)),
    steps.node,
    text,
  );
  paint();
  return () => {
    steps.stop();
    link.release();
  };
}

export default { render };
