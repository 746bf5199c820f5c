// The weights of a kernel spread over a patch of pixels by dilation.

const PATCH = 9; // pixels along each axis; more where the kernel reaches further

// Where the kernel lies on the patch: `extent` pixels from `start` on, along each axis.
function spread(taps, dilation) {
  const extent = dilation * (taps - 1) + 1;
  const side = Math.max(PATCH, extent);
  return { taps, dilation, extent, side, start: Math.floor((side - extent) / 2) };
}

// The index of the tap that meets row or column `at` of the patch, or -1.
function tapAt({ taps, dilation, start }, at) {
  const index = (at - start) / dilation;
  return Number.isInteger(index) && index >= 0 && index < taps ? index : -1;
}

function tapGrids(window, acts) {
  const { taps, extent, side, start } = window;
  const tap = (kind, name, k, l) => {
    const label = `${name} of weight row ${k}, column ${l}`;
    const look = { type: "button", class: `ck-cell ${kind}`, "aria-label": label };
    return tracing(make("button", look, k * taps + l), { step: k * taps + l }, acts);
  };
  const weights = table(taps, taps, (k, l) => tap("ck-weight-cell", "place", k, l));
  const pixels = table(side, side, (i, j) => {
    const [k, l] = [i, j].map((at) => tapAt(window, at));
    if (k < 0 || l < 0) return make("div", { class: "ck-cell ck-idle" });
    return tap("ck-met", "pixel", k, l);
  });
  const outline = make("div", { class: "ck-window", "aria-hidden": "true" });
  Object.entries({ top: start, left: start, height: extent, width: extent }).forEach((one) => {
    outline.style.setProperty(`--${one[0]}`, one[1]);
  });
  const nodes = {
    weights: gridNode("ck-weights", taps, ...weights.flat()),
    patch: gridNode("ck-patch", side, ...pixels.flat(), outline),
  };
  Object.values(nodes).forEach((node) => {
    node.addEventListener("pointerleave", (event) => acts.look(event, null));
  });
  const met = pixels.flat().filter((node) => node.matches("button"));
  return { ...nodes, cells: [weights.flat(), met] };
}

function paintTaps(drawn, step, shown) {
  drawn.cells.forEach((cells) =>
    cells.forEach((node, n) => {
      node.classList.toggle("ck-on", n === shown);
      node.tabIndex = n === step ? 0 : -1;
      mark(node, n === step);
    }),
  );
}
