// Which weights meet which pixels and channels: dilation, groups, separable layers.

const NAMES = ["kind", "in_channels", "out_channels", "groups", "dilation", "kernel_size", "step"];
const MOST = { channels: 32, dilation: 4, kernel: 5 };
const KINDS = { dilation: "Dilation", groups: "Groups", separable: "Depthwise separable" };

// The numbers of groups that divide both numbers of channels.
const divisors = (a, b) =>
  range(Math.min(a, b))
    .map((n) => n + 1)
    .filter((n) => a % n === 0 && b % n === 0);

function read(model) {
  const s = Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
  const [ins, outs, taps] = [s.in_channels, s.out_channels, s.kernel_size];
  const allowed = divisors(ins, outs);
  const groups = allowed.filter((n) => n <= s.groups).at(-1);
  const ordinary = { name: "ordinary", ins, outs, groups: 1, taps };
  const stages =
    s.kind === "separable"
      ? [
          { name: "depthwise", ins, outs: ins, groups: ins, taps },
          { name: "pointwise", ins, outs, groups: 1, taps: 1 },
        ]
      : [{ ...ordinary, name: nameOf(groups, ins), groups }];
  const filters = stages.flatMap((stage, n) =>
    range(stage.outs).map((filter) => ({ stage: n, filter })),
  );
  const steps = s.kind === "dilation" ? taps * taps : filters.length;
  const step = within(s.step, steps - 1);
  return { ...s, allowed, groups, ordinary, stages, filters, steps, step };
}

const nameOf = (groups, ins) =>
  groups === 1 ? "ordinary" : groups === ins ? "depthwise" : "grouped";

function shapeOf(s) {
  const wired = [s.in_channels, s.out_channels, s.groups];
  return [s.kind, s.kernel_size, ...(s.kind === "dilation" ? [s.dilation] : wired)].join();
}

function stepOf(s, { step, stage, filter }) {
  return step ?? s.filters.findIndex((one) => one.stage === stage && one.filter === filter);
}

// Words ----------------------------------------------------------------------------

const thousands = (n) => n.toLocaleString("en-GB");
const weightShape = ({ ins, outs, groups, taps }) => [outs, ins / groups, taps, taps];
const product = (factors) => factors.reduce((a, b) => a * b, 1);
const weightsOf = (stage) => product(weightShape(stage));
const together = (stages) => stages.reduce((sum, stage) => sum + weightsOf(stage), 0);

const joined = (numbers) =>
  [numbers.slice(0, -1).join(", "), String(numbers.at(-1))].filter(Boolean).join(" and ");

// "channel 2", "channels 2 and 3", "channels 4 to 7": no number in between is missing.
function listed(noun, numbers) {
  const which = numbers.length > 2 ? `${numbers[0]} to ${numbers.at(-1)}` : joined(numbers);
  return `${noun}${numbers.length > 1 ? "s" : ""} ${which}`;
}

// What the pick lights up, as a beginning and an end.
function sentence(s, pick) {
  if (s.kind === "dilation") {
    const [k, l] = [Math.floor(pick.step / s.kernel_size), pick.step % s.kernel_size];
    const [i, j] = [k, l].map((n) => `${s.dilation}·${n}`);
    const pixel = `x[i + ${s.dilation * k}, j + ${s.dilation * l}]`;
    return [`weight[${k}, ${l}] meets`, `x[i + ${i}, j + ${j}] = ${pixel}`];
  }
  const stage = s.stages[pick.stage];
  if (pick.filter === undefined) {
    const filters = listed("filter", filtersOf(stage, pick.channel));
    return [`input channel ${pick.channel} is read by`, `${stage.name} ${filters}`];
  }
  const channels = channelsOf(stage, pick.filter);
  const factors = [channels.length, stage.taps, stage.taps];
  const sum = `${factors.join("·")} = ${count(product(factors), "weight")}`;
  const reads = `${stage.name} filter ${pick.filter} reads ${listed("channel", channels)}:`;
  return [reads, sum];
}

// One line for each layer: the shape of its weight array, and its weights as a bar.
function tally(s) {
  const row = (name, shape, sum, weights) => {
    const share = (100 * weights) / weightsOf(s.ordinary);
    const bar = make("span", { class: "ck-bar", style: `width: ${share}%` });
    const cells = [make("td", {}, shape), make("td", {}, sum, bar)];
    return make("tr", {}, make("th", { scope: "row" }, name), ...cells);
  };
  const layer = (stage, name = stage.name) => {
    const [shape, weights] = [weightShape(stage), weightsOf(stage)];
    const sum = `${shape.join(" · ")} = ${thousands(weights)}`;
    return row(name, `(${shape.join(", ")})`, sum, weights);
  };
  const rows = [layer(s.ordinary)];
  if (s.kind === "separable") {
    const parts = s.stages.map((stage) => thousands(weightsOf(stage))).join(" + ");
    const all = together(s.stages);
    rows.push(...s.stages.map((stage) => layer(stage)));
    rows.push(row("together", "", `${parts} = ${thousands(all)}`, all));
  } else if (s.groups > 1) rows.push(layer(s.stages[0], `groups = ${s.groups}`));
  const titles = ["Convolution", "Weight array", "Number of weights"];
  const heads = titles.map((text) => make("th", { scope: "col" }, text));
  const [head, body] = [make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows)];
  return make("table", { class: "ck-tally" }, head, body);
}

const REMARKS = {
  dilation({ kernel_size: taps, dilation }) {
    const { extent } = spread(taps, dilation);
    const pixels = `${dilation} · (${taps} − 1) + 1 = ${count(extent, "pixel")}`;
    const reach = `Along each axis the kernel spans d · (K − 1) + 1 = ${pixels}.`;
    const share = `Of the ${count(extent * extent, "pixel")} there it reads ${taps * taps}`;
    return `${reach} ${share}, one for each weight.`;
  },
  groups({ stages, groups, allowed, in_channels: ins }) {
    const each = `${ins} / ${groups} = ${count(ins / groups, "channel")}`;
    const what = {
      ordinary: "One group: every filter reads every channel.",
      depthwise: "Every filter reads one channel of its own group: a depthwise convolution.",
      grouped: `Every filter reads ${each}.`,
    };
    const rule = "The number of groups must divide both numbers of channels";
    return `${what[stages[0].name]} ${rule}: here ${joined(allowed)}.`;
  },
  separable({ stages, ordinary }) {
    const ratio = show(Number((weightsOf(ordinary) / together(stages)).toFixed(2)));
    const first = "Depthwise, each filter looks along the picture, in one channel";
    const then = "pointwise, it mixes the channels of one pixel";
    return `${first}; ${then}. An ordinary convolution has ${ratio} times as many weights.`;
  },
};

function below(s, pick) {
  const [name, what] = sentence(s, pick);
  const line = make("p", { class: "ck-sum" }, make("span", { class: "ck-name" }, `${name} `));
  line.append(make("span", { class: "ck-b" }, what));
  const numbers = s.kind === "dilation" ? [] : [tally(s)];
  return [line, ...numbers, note(REMARKS[s.kind](s))];
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

// Radio buttons for the numbers of groups that are possible now.
function groupsChoice(changed) {
  const title = make("span", { class: "ck-label", "aria-hidden": "true" }, "Groups");
  const node = make("span", { class: "ck-field" }, title);
  let [known, radios] = ["", null];
  const put = (groups, allowed) => {
    if (known !== allowed.join()) {
      const options = Object.fromEntries(allowed.map((n) => [n, n]));
      radios?.node.remove();
      radios = choice("Groups", options, (n) => changed(Number(n)));
      node.append(radios.node);
      known = allowed.join();
    }
    radios.put(String(groups));
  };
  return { node, put };
}

function putFields(field, s) {
  const { groups, ...others } = field;
  Object.entries(others).forEach(([name, one]) => one.put(s[name]));
  groups.put(s.groups, s.allowed);
  const only = { dilation: ["dilation"], groups: ["groups"] };
  only.in_channels = only.out_channels = ["groups", "separable"];
  Object.entries(only).forEach(([name, kinds]) => {
    field[name].node.hidden = !kinds.includes(s.kind);
  });
}

// What the figure shows: parts, and how to paint them. `name` is the panel's title.
function pictureOf(s, acts) {
  if (s.kind === "dilation") {
    const taps = tapGrids(spread(s.kernel_size, s.dilation), acts);
    const parts = [["Weights", taps.weights], ["Pixels", taps.patch]];
    return { parts, taps, paint: (_, pick, step) => paintTaps(taps, step, pick.step) };
  }
  const pitch = pitchFor(Math.max(s.in_channels, s.out_channels));
  const wires = wireNodes(s.stages, acts, pitch);
  const blocks = s.stages.map((stage, n) => blockArray(stage, n, acts, pitch));
  const title = ({ name }) =>
    s.stages.length > 1 ? `Weights, ${name}` : "Weights, a dot each";
  const arrays = s.stages.map((stage, n) => [title(stage), blocks[n].node]);
  const paint = (now, pick, step, stops) => {
    paintWires(wires, now.stages, pick, stops);
    blocks.forEach((one, n) => paintBlocks(one, now.stages, pick, n));
  };
  return { parts: [["Channels and filters", wires.node], ...arrays], wires, paint };
}

// Where an arrow leads from a weight or a node; from anywhere else, to the next step.
function neighbour(s, picture, target, [down, right]) {
  const cells = picture.taps?.cells.find((some) => some.includes(target));
  if (cells) {
    const [at, taps] = [cells.indexOf(target), s.kernel_size];
    const k = within(Math.floor(at / taps) + down, taps - 1);
    const step = k * taps + within((at % taps) + right, taps - 1);
    return { pick: { step }, node: cells[step] };
  }
  const from = picture.wires?.nodes.find((one) => one.node === target);
  if (from) {
    const { counts, nodes } = picture.wires;
    const column = within(from.column + (Number.isFinite(right) ? right : 0), counts.length - 1);
    const n = within(from.n + down, counts[column] - 1);
    return nodes.find((one) => one.column === column && one.n === n);
  }
  const step = within(s.step + (down || right), s.steps - 1);
  return { pick: s.kind === "dilation" ? { step } : s.filters[step] };
}

function render({ model, el }) {
  const { root, say } = frame(el, "Which weights meet what");
  const link = bind(model, NAMES, () => paint());
  let [shape, picture, scrolls, drawn] = ["", null, [], false];
  let [kept, hovered] = [null, null]; // an input channel to stay with; what is pointed at
  const forget = () => ([kept, hovered] = [null, null]);
  const go = (step) => {
    forget();
    link.write({ step });
  };
  const acts = {
    look(event, pick) {
      if (event.pointerType === "touch" || steps.playing()) return;
      hovered = pick;
      paint();
    },
    take(pick) {
      steps.stop();
      forget();
      if (pick.channel === undefined) return link.write({ step: stepOf(read(model), pick) });
      kept = pick;
      paint();
    },
  };
  const reset = () => {
    forget();
    link.reset();
  };
  const steps = transport({ state: () => read(model), go, ended: () => paint(), reset });
  const field = fields(link);
  const [panels, text] = [make("div", { class: "ck-panels" }), make("div")];
  const controls = Object.values(field).map((one) => one.node);
  root.classList.add("ck-wiring");
  root.append(make("div", { class: "ck-controls" }, ...controls), panels, steps.node, text);

  function build(s) {
    shape = shapeOf(s);
    forget();
    picture = pictureOf(s, acts);
    scrolls.forEach((scroll) => scroll.release());
    scrolls = picture.parts.map(([name, node]) => scroller(name, node));
    panels.replaceChildren(
      ...picture.parts.map(([name], n) => panel(name, null, scrolls[n].node)),
    );
  }

  function paint() {
    const s = read(model);
    if (shape !== shapeOf(s)) build(s);
    const resting = s.kind === "dilation" ? { step: s.step } : s.filters[s.step];
    const pick = hovered ?? kept ?? resting;
    const stops = { 0: 0, 1: 0, 2: 0, [resting.stage + 1]: resting.filter };
    if (kept) stops[0] = kept.channel;
    putFields(field, s);
    picture.paint(s, pick, s.step, stops);
    text.replaceChildren(...below(s, pick));
    steps.paint();
    if (drawn && hovered === null && !steps.playing()) say(`${sentence(s, pick).join(" ")}.`);
    drawn = true;
  }

  arrows(root, (move, target) => {
    const next = neighbour(read(model), picture, target, move);
    acts.take(next.pick);
    next.node?.setAttribute("tabindex", 0); // a small node may not yet take the focus
    next.node?.focus();
  });

  paint();
  return () => {
    steps.stop();
    link.release();
    scrolls.forEach((scroll) => scroll.release());
  };
}

export default { render };
