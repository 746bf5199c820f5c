// Cross-correlation as a matrix: each output is one row times the input. The input
// stands above the columns it meets, each output beside its row.

const NAMES = ["x", "kernel", "stride", "step"];
const MOST = { signal: { x: 12, kernel: 5 }, image: { x: 6, kernel: 4 } };
const MOST_STRIDE = 4;
const SAMPLES = [null, ["sample", "at the end"]]; // what a signal calls its columns

// A signal is read as an image with one row; `flat` remembers which of the two it is.
// `full` is the walk for stride 1, whose positions are the rows before any is dropped.
function read(model) {
  const [x, kernel, stride] = ["x", "kernel", "stride"].map((name) => model.get(name));
  const flat = !Array.isArray(x[0]);
  const s = { flat, stride, x: flat ? [x] : x, kernel: flat ? [kernel] : kernel };
  const walk = slide(s.x, s.kernel, stride);
  const step = within(model.get("step"), Math.max(0, walk.steps - 1));
  return { ...s, walk, full: slide(s.x, s.kernel, 1), step };
}

const shapeOf = ({ x, kernel, stride }) => [sizeOf(x), sizeOf(kernel), stride].join();

// Row r of the matrix, as one list for each row of the image; null where the kernel
// does not reach. `step` is the output the row gives, or null if the stride drops it.
function matrixRow({ x, kernel, flat, stride, walk, full }, r) {
  const { i, j } = full.at(r);
  const entries = x.map((row, p) => row.map((_, q) => kernel[p - i]?.[q - j] ?? null));
  const kept = (flat || i % stride === 0) && j % stride === 0;
  const step = kept ? (i / stride) * walk.columns + j / stride : null;
  return { i, j, entries, step };
}

const outputName = ({ flat }, { i, j }) => (flat ? `y[${j}]` : `y[${i}, ${j}]`);

// Words ----------------------------------------------------------------------------

function shapeWords({ flat, stride, x, walk, full }) {
  const [rows, columns] = [count(walk.steps, "row"), count(x.flat().length, "column")];
  const what = flat ? "sample" : "pixel";
  const size = `The matrix has ${rows}, one for each output, and ${columns}, one for each ${what}.`;
  const parts = [size];
  const strided = `Stride ${stride} keeps ${walk.steps} of the ${full.steps} rows of stride 1.`;
  if (walk.steps < full.steps) parts.push(strided);
  if (!flat) parts.push("Each outlined block is the Toeplitz matrix of one kernel row, or zero.");
  return parts.join(" ");
}

function tooLarge({ flat, x, kernel }) {
  const what = flat ? "signal" : "image";
  const size = (grid) => (flat ? grid[0].length : sizeOf(grid));
  const sizes = `The kernel (${size(kernel)}) is larger than the ${what} (${size(x)})`;
  return `${sizes}, so the matrix has no rows. Use a smaller kernel or a larger ${what}.`;
}

function words(s, shown) {
  if (!s.walk.fits) return [warning(tooLarge(s))];
  const here = s.walk.at(shown);
  const left = leftOver(s.stride, s.walk.left, ...(s.flat ? ["signal", SAMPLES] : ["image"]));
  return [sum(outputName(s, here), here), note(shapeWords(s)), ...left];
}

function spoken(s) {
  if (!s.walk.fits) return tooLarge(s);
  const here = s.walk.at(s.step);
  return `Row ${s.step + 1} of ${s.walk.steps}. ${outputName(s, here)} is ${show(here.total)}.`;
}

// The matrix -----------------------------------------------------------------------

// The line above the matrix: a signal's samples, editable, or the image read row by row.
function samples(s, edit) {
  const word = (kind, text) => make("span", { class: kind, "aria-hidden": "true" }, text);
  const line = (cells) => {
    const end = make("span", { class: "ck-end" }, word("ck-result", "y"));
    return make("div", { class: "ck-line ck-samples" }, word("ck-name", "x"), ...cells, end);
  };
  if (s.flat) {
    const boxes = s.x[0].map((_, j) => cell(`signal sample ${j}`, (value) => edit(0, j, value)));
    const cells = boxes.map((box) => make("div", { class: "ck-cell" }, box.input));
    const put = (values) => boxes.forEach((box, j) => box.put(values[0][j]));
    return { cells, put, node: line(cells) };
  }
  const cells = s.x.flat().map(() => word("ck-flat", ""));
  const put = (values) => {
    values.flat().forEach((value, n) => (cells[n].textContent = show(value)));
  };
  return { cells, put, node: line(cells) };
}

// One row: a button if the row is kept, plain text if the stride drops it.
function rowNode(s, r, go, look) {
  const row = matrixRow(s, r);
  const kept = row.step !== null;
  const name = make("span", { class: "ck-name" }, kept ? "" : "dropped");
  const y = make("span", { class: "ck-result ck-y" });
  const end = make("span", { class: "ck-end" }, ...(kept ? ["=", y] : []));
  const spans = row.entries.flat().map(() => make("span", { class: "ck-entry" }));
  const starts = (n) => !s.flat && n % s.x[0].length === 0;
  spans.forEach((span, n) => span.classList.toggle("ck-block", starts(n)));
  const act = {
    type: "button",
    onclick: () => go(row.step),
    onpointerenter: (event) => look(event, row.step),
  };
  const [tag, more] = kept ? ["button", act] : ["div", {}];
  const node = make(tag, { class: "ck-line ck-row", ...more }, name, ...spans, end);
  node.classList.toggle("ck-dropped", !kept);
  node.classList.toggle("ck-block-row", !s.flat && row.j === 0);
  return { node, name, spans, end, y, r, step: row.step };
}

function paintRow(drawn, s, shown) {
  const row = matrixRow(s, drawn.r);
  const entries = row.entries.flat();
  entries.forEach((weight, n) => {
    const band = s.kernel[Math.floor(n / s.x[0].length) - row.i] !== undefined;
    drawn.spans[n].textContent = show(weight ?? 0);
    drawn.spans[n].classList.toggle("ck-tap", weight !== null);
    drawn.spans[n].classList.toggle("ck-band", band && !s.flat);
  });
  if (row.step === null) return;
  const here = s.walk.at(row.step);
  const name = outputName(s, here);
  const numbers = entries.map((weight) => show(weight ?? 0)).join(" ");
  drawn.name.textContent = name;
  drawn.y.textContent = show(here.total);
  drawn.node.tabIndex = row.step === s.step ? 0 : -1;
  drawn.node.classList.toggle("ck-on", row.step === shown);
  drawn.node.setAttribute("aria-label", `Row ${numbers}; ${name} is ${show(here.total)}`);
  mark(drawn.node, row.step === s.step);
}

function matrixNode(s, edit, go, look) {
  const top = samples(s, edit);
  const rows = Array.from({ length: s.full.steps }, (_, r) => rowNode(s, r, go, look));
  const kind = s.flat ? "ck-matrix" : "ck-matrix ck-blocks";
  const style = `--columns: ${s.x.flat().length}`;
  const node = make("div", { class: kind, style }, top.node, ...rows.map((row) => row.node));
  node.addEventListener("pointerleave", (event) => look(event, null));
  return { node, top, rows };
}

function paintMatrix(drawn, s, shown) {
  const here = s.walk.fits ? s.walk.at(shown) : null;
  const inside = (i, j) => s.kernel[i - here.top]?.[j - here.start] !== undefined;
  drawn.top.put(s.x);
  s.x.flat().forEach((_, n) => {
    const [i, j] = [Math.floor(n / s.x[0].length), n % s.x[0].length];
    const past = i >= s.x.length - s.walk.left[0] || j >= s.x[0].length - s.walk.left[1];
    drawn.top.cells[n].classList.toggle("ck-on", here !== null && inside(i, j));
    drawn.top.cells[n].classList.toggle("ck-left-over", past);
  });
  drawn.rows.forEach((row) => paintRow(row, s, shown));
  widen(drawn.node, [...s.x.flat(), ...s.kernel.flat()]);
  const longest = Math.max(1, ...totals(s.walk).map((total) => show(total).length));
  drawn.node.style.setProperty("--result", `${9 * longest + 14}px`);
}

// Scrolls to the weights of the row that lights up, between the fixed name and result.
function revealRow(scroll, drawn, shown) {
  const row = drawn.rows.find((one) => one.step === shown);
  const taps = row.spans.filter((span) => span.classList.contains("ck-tap"));
  const [first, last] = [taps[0], taps.at(-1)];
  const to = last.offsetLeft + last.offsetWidth;
  scroll.reveal(first.offsetLeft, to, row.name.offsetWidth + 4, row.end.offsetWidth + 4);
}

// The figure -----------------------------------------------------------------------

// The one box for the length of a signal, used as a pair of boxes for a grid is.
function lengthBox(label, most, changed) {
  const box = wholeNumber(label, 1, most, (n) => changed(null, n));
  return { node: box.node, put: (grid) => box.put(grid[0].length) };
}

function fields(model, link, flat) {
  const put = (name, grid, more = {}) => link.write({ [name]: flat ? grid[0] : grid, ...more });
  const edit = (name) => (i, j, value) => {
    const grid = read(model)[name].map((row) => [...row]);
    grid[i][j] = value;
    put(name, grid);
  };
  const resize = (name, fill) => {
    const resized = resizer(fill);
    return (rows, columns) => {
      const grid = read(model)[name];
      const size = [rows ?? grid.length, columns ?? grid[0].length];
      put(name, resized(grid, ...size), { step: 0 });
    };
  };
  const stride = wholeNumber("Stride", 1, MOST_STRIDE, (value) => {
    link.write({ stride: value, step: 0 });
  });
  const most = MOST[flat ? "signal" : "image"];
  const boxes = flat ? lengthBox : sizeBoxes;
  const [image, kernel] = flat ? ["Signal length", "Kernel length"] : ["Image", "Kernel"];
  return {
    edit,
    stride,
    x: boxes(image, most.x, resize("x", digit)),
    kernel: boxes(kernel, most.kernel, resize("kernel", zero)),
  };
}

// A signal needs no panels for input and output: both stand on the matrix.
function layout(root, field, steps, flat, changed) {
  const [image, kernel, output, matrix, text] = Array.from({ length: 5 }, () => make("div"));
  const hide = make("input", { type: "checkbox", onchange: changed });
  const hideLabel = make("label", { class: "ck-check" }, hide, "Remove dropped rows");
  const scroll = scroller("Matrix", matrix);
  const lengths = flat ? [field.x.node, field.kernel.node] : [];
  const panels = flat
    ? [panel("Kernel", null, kernel)]
    : [
        panel("Image x", field.x.node, image),
        beside(panel("Kernel", field.kernel.node, kernel), panel("Output y", null, output)),
      ];
  root.append(
    make("div", { class: "ck-controls" }, field.stride.node, ...lengths, hideLabel),
    make("div", { class: "ck-panels" }, ...panels),
    scroll.node,
    steps.node,
    text,
  );
  return { image, kernel, output, matrix, text, hide, hideLabel, scroll };
}

function render({ model, el }) {
  const { root, say } = frame(el, "Cross-correlation as a matrix");
  const link = bind(model, NAMES, () => paint());
  const { flat } = read(model);
  const field = fields(model, link, flat);
  let [shape, grids, drawn, hovered] = ["", null, false, null];
  const go = (step) => {
    hovered = null;
    link.write({ step });
  };
  const look = (event, step) => {
    if (event.pointerType === "touch" || steps.playing()) return;
    hovered = step;
    paint();
  };
  const state = () => {
    const { step, walk } = read(model);
    return { step, steps: walk.steps };
  };
  const ended = () => say(spoken(read(model)));
  const steps = transport({ state, go, ended, reset: link.reset });
  const places = layout(root, field, steps, flat, () => paint());

  function build(s) {
    const edit = field.edit("x");
    const name = (k, l) => (flat ? `kernel weight ${l}` : `kernel row ${k}, column ${l}`);
    grids = {
      kernel: kernelGrid(s.kernel, name, field.edit("kernel")),
      matrix: matrixNode(s, edit, go, look),
      ...(flat ? {} : { image: windowGrid("image", s.x, 0, edit), output: outputGrid(s.walk, go) }),
    };
    Object.entries(grids).forEach(([part, grid]) => places[part].replaceChildren(grid.node));
    [shape, hovered] = [shapeOf(s), null];
  }

  function paint() {
    const s = read(model);
    if (shape !== shapeOf(s)) build(s);
    const shown = hovered ?? s.step;
    ["stride", "x", "kernel"].forEach((name) => field[name].put(s[name]));
    grids.kernel.put(s.kernel);
    paintMatrix(grids.matrix, s, shown);
    if (!flat) {
      const here = s.walk.fits ? s.walk.at(shown) : null;
      paintWindow(grids.image, s.x, s.kernel, here, s.walk.left);
      paintOutput(grids.output, s.walk, { step: s.step, shown, known: Infinity });
    }
    grids.matrix.rows.forEach(({ node, step }) => {
      node.hidden = places.hide.checked && step === null;
    });
    places.hideLabel.hidden = s.full.steps === s.walk.steps;
    places.text.replaceChildren(...words(s, shown));
    steps.paint();
    if (drawn && hovered === null && !steps.playing()) say(spoken(s));
    if (drawn && hovered === null && s.walk.fits) revealRow(places.scroll, grids.matrix, shown);
    drawn = true;
  }

  arrows(root, (move, target) => {
    const s = read(model);
    if (!s.walk.fits) return;
    steps.stop();
    const kept = grids.matrix.rows.filter((row) => row.step !== null).map((row) => row.node);
    const [inRows, inOutput] = [kept.includes(target), grids.output?.cells.includes(target)];
    const along = within(s.step + (move[0] || move[1]), s.walk.steps - 1);
    const step = inOutput ? moved(s.walk, s.step, move) : along;
    go(step);
    if (inRows) kept[step].focus({ preventScroll: true });
    if (inOutput) grids.output.cells[step].focus();
  });

  paint();
  return () => {
    steps.stop();
    link.release();
    places.scroll.release();
  };
}

export default { render };
