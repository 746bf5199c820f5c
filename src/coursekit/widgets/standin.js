// Stands in for the notebook's model in a page without one, and draws the figure in
// the first place that waits for it.
const place = document.querySelector(`.ck-mount[data-figure="${NAME}"]:not([data-drawn])`);
const state = JSON.parse(place.dataset.state);
const listeners = {};
const model = {
  get: (name) => state[name],
  set(name, value) {
    state[name] = value;
    (listeners[`change:${name}`] ?? []).forEach((call) => call());
  },
  save_changes() {},
  on: (event, call) => (listeners[event] ??= []).push(call),
  off() {},
};
place.dataset.drawn = "";
figure.render({ model, el: place });
