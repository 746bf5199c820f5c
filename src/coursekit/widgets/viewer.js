// What figures with curves have around them: sliders, ticks and tables.

// A slider; `text` holds its value in words, to be put beside it.
function slider(label, { least = 0, most, step = 1 }, words, changed) {
  const input = make("input", { type: "range", class: "ck-range", min: least, max: most, step });
  input.addEventListener("input", () => changed(input.valueAsNumber));
  const text = make("output", { class: "ck-value", "aria-hidden": "true" });
  const name = make("span", { class: "ck-label" }, label);
  const node = make("label", { class: "ck-field ck-slider" }, name, input);
  const put = (value, end = most) => {
    input.max = end;
    input.value = value;
    input.setAttribute("aria-valuetext", words(value));
    text.textContent = words(value);
  };
  return { node, input, text, put };
}

// A checkbox; with a `look`, a sample of the line that it shows stands beside it.
function tick(label, changed, look = "") {
  const input = make("input", { type: "checkbox", onchange: () => changed(input.checked) });
  const sample = look ? [make("span", { class: `ck-sample ${look}`, "aria-hidden": "true" })] : [];
  const node = make("label", { class: "ck-check" }, input, ...sample, make("span", {}, label));
  return { node, put: (value) => (input.checked = value) };
}

// A table with the first entry of each line as its head.
function tableOf(words, heads, lines) {
  const row = ([head, ...cells]) =>
    make("tr", {}, make("th", { scope: "row" }, head), ...cells.map((text) => make("td", {}, text)));
  const titles = heads.map((text) => make("th", { scope: "col" }, text));
  const head = make("thead", {}, make("tr", {}, ...titles));
  const body = make("tbody", {}, ...lines.map(row));
  return make("table", { class: "ck-runs" }, make("caption", {}, words), head, body);
}
