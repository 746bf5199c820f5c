// A list of layers to edit: one line each, with the kind, the settings and a button.

const MOST_LAYERS = 5;
const MOST_SIZE = 32;
const LIMITS = {
  kernel_size: ["kernel", 1, 7],
  stride: ["stride", 1, 4],
  padding: ["padding", 0, 3],
  dilation: ["dilation", 1, 4],
};
const KINDS = { Conv2d: "Conv", MaxPool2d: "Max pool", AvgPool2d: "Avg pool" };
const FRESH = {
  Conv2d: { kernel_size: 3, stride: 1, padding: 1, dilation: 1 },
  MaxPool2d: { kernel_size: 2, stride: 2, padding: 0, dilation: 1 },
};

function editor(n, link, layers) {
  const change = (values) => {
    link.write({ layers: layers().map((one, m) => (m === n ? { ...one, ...values } : one)), step: 0 });
  };
  const choose = (type) => {
    const [pool, pooled] = [type, layers()[n].type].map((one) => one !== "Conv2d");
    const fresh = pool === pooled ? { dilation: 1 } : FRESH[pool ? "MaxPool2d" : "Conv2d"];
    change({ type, ...fresh });
  };
  const hidden = { hidden: true };
  const kind = picker(`Layer ${n + 1} type`, KINDS, choose, hidden);
  const boxes = Object.entries(LIMITS).map(([name, [label, least, most]]) => {
    const write = (value) => change({ [name]: value });
    return [name, wholeNumber(`Layer ${n + 1} ${label}`, least, most, write, hidden)];
  });
  const drop = () => {
    if (layers().length > 1) link.write({ layers: layers().filter((_, m) => m !== n), step: 0 });
  };
  const look = { type: "button", class: "ck-drop", "aria-label": `Remove layer ${n + 1}`, onclick: drop };
  const remove = make("button", look, "×");
  const none = make("span", { class: "ck-blank", "aria-hidden": "true" }, "–");
  const cells = [kind.node, ...boxes.map(([, box]) => box.node), none, remove];
  const number = make("span", { class: "ck-label", "aria-hidden": "true" }, String(n + 1));
  const node = make("div", { class: "ck-layer", role: "group", "aria-label": `Layer ${n + 1}` }, number, ...cells);
  const put = (layer, only) => {
    node.hidden = layer === undefined;
    if (!layer) return;
    kind.put(layer.type);
    boxes.forEach(([name, box]) => box.put(layer[name]));
    const fixed = layer.type === "AvgPool2d"; // which has no dilation
    boxes.at(-1)[1].node.hidden = fixed;
    none.hidden = !fixed;
    remove.setAttribute("aria-disabled", String(only));
  };
  return { node, put, remove };
}

function editors(model, link) {
  const layers = () => model.get("layers");
  const lines = Array.from({ length: MOST_LAYERS }, (_, n) => editor(n, link, layers));
  const size = wholeNumber("Input size", 1, MOST_SIZE, (value) => link.write({ size: value, step: 0 }));
  const extend = () => {
    if (layers().length === MOST_LAYERS) return;
    link.write({ layers: [...layers(), { type: "Conv2d", ...FRESH.Conv2d }], step: 0 });
  };
  const add = make("button", { type: "button", class: "ck-button", onclick: extend }, "Add a layer");
  const titles = ["", "layer", ...Object.values(LIMITS).map(([label]) => label)];
  const heads = titles.map((title) => make("span", { class: "ck-label" }, title));
  const head = make("div", { class: "ck-layer", "aria-hidden": "true" }, ...heads);
  const list = make("div", { class: "ck-layers" }, head, ...lines.map((line) => line.node));
  const top = make("div", { class: "ck-controls" }, size.node, add);
  const put = (s) => {
    size.put(s.size);
    lines.forEach((line, n) => line.put(s.layers[n], s.layers.length === 1));
    add.setAttribute("aria-disabled", String(s.layers.length === MOST_LAYERS));
    if (lines.some((line) => line.node.hidden && line.node.contains(document.activeElement))) {
      add.focus();
    }
  };
  return { node: make("div", {}, top, list), put };
}
