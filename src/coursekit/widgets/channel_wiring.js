// Which weights meet which pixels and channels: dilation, groups, separable layers.

const NAMES = [
  "kind", "in_channels", "out_channels", "groups", "dilation", "kernel_size", "step",
];
const MOST = { channels: 32, dilation: 4, kernel: 5 };
const KINDS = { dilation: "Dilation", groups: "Groups", separable: "Depthwise separable" };

// The numbers that divide both; groups must be one of them.
function divisors(a, b) {
  return count0(Math.min(a, b)).map((n) => n + 1).filter((n) => a % n === 0 && b % n === 0);
}

function read(model) {
  const s = Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
  const [ins, outs, taps] = [s.in_channels, s.out_channels, s.kernel_size];
  const allowed = divisors(ins, outs);
  const groups = allowed.filter((n) => n <= s.groups).at(-1);
  const ordinary = { name: "ordinary", ins, outs, groups: 1, taps };
  const depthwise = { name: "depthwise", ins, outs: ins, groups: ins, taps };
  const pointwise = { name: "pointwise", ins, outs, groups: 1, taps: 1 };
  const grouped = { ...ordinary, name: nameOf(groups, ins), groups };
  const stages = s.kind === "separable" ? [depthwise, pointwise] : [grouped];
  const filters = stages.flatMap((stage, n) => count0(stage.outs).map((filter) => ({ stage: n, filter })));
  const steps = s.kind === "dilation" ? taps * taps : filters.length;
  const window = spread(taps, s.dilation);
  return { ...s, allowed, groups, ordinary, stages, filters, steps, window, step: within(s.step, steps - 1) };
}

const nameOf = (groups, ins) =>
  groups === 1 ? "ordinary" : groups === ins ? "depthwise" : "grouped";

const shapeOf = (s) =>
  [s.kind, s.kernel_size, ...(s.kind === "dilation" ? [s.dilation] : [s.in_channels, s.out_channels, s.groups])].join();

// Words ----------------------------------------------------------------------------

const thousands = (n) => n.toLocaleString("en-GB");
const weightShape = ({ ins, outs, groups, taps }) => [outs, ins / groups, taps, taps];
const product = (factors) => factors.reduce((a, b) => a * b, 1);
const weightsOf = (stage) => product(weightShape(stage));

// "2", "2 and 3", "0 to 15".
function listed(numbers) {
  if (numbers.length > 3) return `${numbers[0]} to ${numbers.at(-1)}`;
  return [numbers.slice(0, -1).join(", "), numbers.at(-1)].filter((part) => part !== "").join(" and ");
}

function sentence(s, pick) {
  if (s.kind === "dilation") {
    const [k, l] = [Math.floor(pick.step / s.kernel_size), pick.step % s.kernel_size];
    const at = (name, n) => `${name} + ${s.dilation}·${n}`;
    const [i, j] = [k, l].map((n) => s.dilation * n);
    return [`weight[${k}, ${l}] meets`, `x[${at("i", k)}, ${at("j", l)}] = x[i + ${i}, j + ${j}]`];
  }
  const stage = s.stages[pick.stage];
  if (pick.filter === undefined) {
    const filters = filtersOf(stage, pick.channel);
    const noun = filters.length === 1 ? "filter" : "filters";
    return [`input channel ${pick.channel} is read by`, `${stage.name} ${noun} ${listed(filters)}`];
  }
  const channels = channelsOf(stage, pick.filter);
  const noun = channels.length === 1 ? "channel" : "channels";
  const factors = [channels.length, stage.taps, stage.taps];
  const sum = `${factors.join("·")} = ${count(product(factors), "weight")}`;
  return [`${stage.name} filter ${pick.filter} reads ${noun} ${listed(channels)}:`, sum];
}

// One line for each layer: its weight array's shape, and the number of weights as a bar.
function tally(s) {
  const most = weightsOf(s.ordinary);
  const row = (name, shape, sum, weights) => {
    const bar = make("span", { class: "ck-bar", style: `width: ${(100 * weights) / most}%` });
    const cells = [name, shape, sum].map((text) => make("td", {}, text));
    cells.push(make("td", { class: "ck-bar-cell", "aria-hidden": "true" }, bar));
    return make("tr", {}, ...cells);
  };
  const layer = (stage, name = stage.name) => {
    const shape = weightShape(stage);
    return row(name, `(${shape.join(", ")})`, `${shape.join(" · ")} = ${thousands(weightsOf(stage))}`, weightsOf(stage));
  };
  const rows = [layer(s.ordinary)];
  if (s.kind === "separable") {
    const all = s.stages.reduce((sum, stage) => sum + weightsOf(stage), 0);
    const sum = `${s.stages.map((stage) => thousands(weightsOf(stage))).join(" + ")} = ${thousands(all)}`;
    rows.push(...s.stages.map((stage) => layer(stage)), row("both", "", sum, all));
  } else if (s.groups > 1) rows.push(layer(s.stages[0], `groups = ${s.groups}`));
  const heads = ["Convolution", "Weight array", "Weights", ""].map((text) =>
    text ? make("th", { scope: "col" }, text) : make("td", { "aria-hidden": "true" }),
  );
  return make("table", { class: "ck-tally" }, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
}

function remark(s) {
  if (s.kind === "dilation") {
    const { extent, taps, dilation } = s.window;
    const along = `d · (K − 1) + 1 = ${dilation} · (${taps} − 1) + 1 = ${count(extent, "pixel")}`;
    return `Along each axis the kernel reaches over ${along}. Of the ${extent * extent} pixels there it reads ${taps * taps}, one for each weight.`;
  }
  if (s.kind === "separable") {
    const share = weightsOf(s.ordinary) / s.stages.reduce((sum, stage) => sum + weightsOf(stage), 0);
    return `Depthwise, then pointwise: the ordinary convolution has ${show(Number(share.toFixed(2)))} times as many weights.`;
  }
  const allowed = `Groups must divide both numbers of channels: here ${listed(s.allowed)}.`;
  const what = {
    ordinary: "One group: every filter reads every channel.",
    depthwise: "As many groups as channels: every filter reads one channel, which is called depthwise.",
    grouped: `Every filter reads ${s.in_channels} / ${s.groups} = ${count(s.in_channels / s.groups, "channel")}.`,
  };
  return `${what[s.stages[0].name]} ${allowed}`;
}

function words(s, pick) {
  const [name, what] = sentence(s, pick);
  const line = make("p", { class: "ck-sum" }, make("span", { class: "ck-name" }, `${name} `));
  line.append(make("span", { class: "ck-b" }, what));
  return [line, ...(s.kind === "dilation" ? [] : [tally(s)]), note(remark(s))];
}

// The figure -----------------------------------------------------------------------

function fields(link) {
  const set = (name) => (value) => link.write({ [name]: value, step: 0 });
  return {
    kind: choice("View", KINDS, set("kind")),
    kernel_size: wholeNumber("Kernel", 1, MOST.kernel, set("kernel_size")),
    dilation: wholeNumber("Dilation", 1, MOST.dilation, set("dilation")),
    in_channels: wholeNumber("Channels in", 1, MOST.channels, set("in_channels")),
    out_channels: wholeNumber("Channels out", 1, MOST.channels, set("out_channels")),
    groups: groupsChoice(set("groups")),
  };
}

// Radio buttons for the groups that are possible now.
function groupsChoice(changed) {
  const node = make("span", { class: "ck-field" }, make("span", { class: "ck-label", "aria-hidden": "true" }, "Groups"));
  let [known, radios] = ["", null];
  const put = (groups, allowed) => {
    if (known !== allowed.join()) {
      radios?.node.remove();
      radios = choice("Groups", Object.fromEntries(allowed.map((n) => [n, n])), (n) => changed(Number(n)));
      node.append(radios.node);
      known = allowed.join();
    }
    radios.put(String(groups));
  };
  return { node, put };
}

function putFields(field, s) {
  ["kind", "kernel_size", "dilation", "in_channels", "out_channels"].forEach((name) => field[name].put(s[name]));
  field.groups.put(s.groups, s.allowed);
  field.dilation.node.hidden = s.kind !== "dilation";
  field.in_channels.node.hidden = field.out_channels.node.hidden = s.kind === "dilation";
  field.groups.node.hidden = s.kind !== "groups";
}

function render({ model, el }) {
  const { root, say } = frame(el, "Which weights meet what");
  const link = bind(model, NAMES, () => paint());
  let [shape, parts, scrolls, drawn, kept, hovered] = ["", null, [], false, null, null];
  const go = (step) => {
    [kept, hovered] = [null, null];
    link.write({ step });
  };
  const stepOf = (s, pick) =>
    pick.step ?? s.filters.findIndex((one) => one.stage === pick.stage && one.filter === pick.filter);
  const acts = {
    look(event, pick) {
      if (event.pointerType === "touch" || steps.playing()) return;
      hovered = pick;
      paint();
    },
    take(pick) {
      steps.stop();
      const step = stepOf(read(model), pick);
      [kept, hovered] = [pick, null];
      link.write(step < 0 ? {} : { step });
    },
  };
  const state = () => read(model);
  const reset = () => {
    [kept, hovered] = [null, null];
    link.reset();
  };
  const steps = transport({ state, go, ended: () => paint(), reset, noun: "Number" });
  const field = fields(link);
  const panels = make("div", { class: "ck-panels" });
  const text = make("div");
  root.classList.add("ck-wiring");
  root.append(make("div", { class: "ck-controls" }, ...Object.values(field).map((one) => one.node)), panels, steps.node, text);

  function put(...named) {
    scrolls.forEach((scroll) => scroll.release());
    scrolls = named.map(([name, node]) => scroller(name, node));
    panels.replaceChildren(...named.map(([name], n) => panel(name, null, scrolls[n].node)));
  }

  function build(s) {
    [shape, kept, hovered] = [shapeOf(s), null, null];
    if (s.kind === "dilation") {
      parts = { taps: tapGrids(s.window, acts) };
      return put(["Weights", parts.taps.weights], ["Pixels", parts.taps.patch]);
    }
    const pitch = pitchFor(Math.max(s.in_channels, s.out_channels));
    const wires = wireNodes(s.stages, acts, pitch);
    const blocks = s.stages.map((stage, n) => blockArray(stage, n, acts, pitch));
    parts = { wires, blocks };
    const title = (stage) => (s.stages.length > 1 ? `${stage.name} weights` : "Weights, filter by channel");
    put(["Channels and filters", wires.node], ...s.stages.map((stage, n) => [title(stage), blocks[n].node]));
  }

  function paint() {
    const s = read(model);
    if (shape !== shapeOf(s)) build(s);
    const resting = s.kind === "dilation" ? { step: s.step } : s.filters[s.step];
    const pick = hovered ?? (kept?.channel === undefined ? resting : kept);
    putFields(field, s);
    if (s.kind === "dilation") paintTaps(parts.taps, s.step, pick.step);
    else {
      const stops = { 0: kept?.channel ?? 0, [resting.stage + 1]: resting.filter };
      paintWires(parts.wires, s.stages, pick, stops);
      parts.blocks.forEach((one, n) => paintBlocks(one, s.stages, pick, n));
    }
    text.replaceChildren(...words(s, pick));
    steps.paint();
    if (drawn && hovered === null && !steps.playing()) say(`${sentence(s, pick).join(" ")}.`);
    drawn = true;
  }

  paint();
  return () => {
    steps.stop();
    link.release();
    scrolls.forEach((scroll) => scroll.release());
  };
}

export default { render };
