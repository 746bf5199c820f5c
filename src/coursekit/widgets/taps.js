// The taps of a kernel spread over a patch of pixels by dilation.

const PATCH = 9; // pixels along each axis; more when the kernel reaches further

function spread(taps, dilation) {
  const extent = dilation * (taps - 1) + 1;
  const side = Math.max(PATCH, extent);
  return { taps, dilation, extent, side, start: Math.floor((side - extent) / 2) };
}

// Weights on the left, pixels on the right; `acts` as for wires.
function tapGrids({ taps, dilation, side, start }, acts) {
  const reached = (i) => (i - start) % dilation === 0 && (i - start) / dilation;
  const inside = (k) => k !== false && k >= 0 && k < taps;
  const tap = (kind, name, k, l, text) => {
    const label = `${name} of weight row ${k}, column ${l}`;
    const look = { type: "button", class: `ck-cell ${kind}`, "aria-label": label };
    return tracing(make("button", look, text), { step: k * taps + l }, acts);
  };
  const weights = table(taps, taps, (k, l) => tap("ck-weight-cell", "value", k, l, k * taps + l));
  const pixels = table(side, side, (i, j) => {
    const [k, l] = [reached(i), reached(j)];
    if (inside(k) && inside(l)) return tap("ck-tap-pixel", "pixel", k, l, k * taps + l);
    return make("div", { class: "ck-cell ck-idle" });
  });
  const grids = [weights, pixels].map((cells, n) => {
    const node = gridNode(n ? "ck-patch" : "ck-weights", cells.length, ...cells.flat());
    node.addEventListener("pointerleave", (event) => acts.look(event, null));
    return node;
  });
  const buttons = pixels.flat().filter((node) => node.matches("button"));
  return { weights: grids[0], patch: grids[1], cells: [weights.flat(), buttons] };
}

function paintTaps(drawn, step, shown) {
  drawn.cells.flat().forEach((node, n) => {
    const own = n % drawn.cells[0].length;
    node.classList.toggle("ck-on", own === shown);
    node.tabIndex = own === step ? 0 : -1;
    mark(node, own === step);
  });
}
