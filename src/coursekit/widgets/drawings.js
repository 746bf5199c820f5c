// Ranges and drawings: what every figure with an SVG uses.

const range = (n) => Array.from({ length: n }, (_, i) => i);

const NAMESPACE = icon("Step").firstElementChild.namespaceURI; // that of every drawing

function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(NAMESPACE, tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  node.append(...children);
  return node;
}

const lettering = (text, place) => svg("text", { class: "ck-words", ...place }, text);

function drawing(kind, role, label, width, height, ...children) {
  const viewBox = `0 0 ${width} ${height}`;
  const look = { class: kind, width, height, viewBox, role, "aria-label": label };
  return svg("svg", look, ...children);
}
