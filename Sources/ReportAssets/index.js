// An index of images: which are shown, and in which order.
"use strict";
(() => {
  const list = document.querySelector(".cards");
  const form = document.querySelector(".filters");
  const status = document.querySelector("[data-role=count]");
  const cards = [...list.children].map((item, place) => ({
    item, place,
    name: item.querySelector(".title").textContent,
    text: item.textContent.toLowerCase(),
    label: item.dataset.class,
    score: Number(item.dataset.score),
    probability: Number(item.dataset.probability),
  }));
  const names = new Intl.Collator(undefined, { numeric: true });
  const orders = {
    given: (a, b) => a.place - b.place,
    name: (a, b) => names.compare(a.name, b.name) || a.place - b.place,
    class: (a, b) => names.compare(a.label, b.label) || b.probability - a.probability || a.place - b.place,
    "score-down": (a, b) => b.score - a.score || a.place - b.place,
    "score-up": (a, b) => a.score - b.score || a.place - b.place,
    "probability-down": (a, b) => b.probability - a.probability || a.place - b.place,
    "probability-up": (a, b) => a.probability - b.probability || a.place - b.place,
  };
  let order = "given";

  function apply() {
    const [label, text] = [form.elements.class.value, form.elements.text.value.trim().toLowerCase()];
    const words = text.split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const card of cards) {
      const isShown = (!label || card.label === label) && words.every((word) => card.text.includes(word));
      card.item.hidden = !isShown;
      if (isShown) shown += 1;
    }
    const wanted = form.elements.order.value;
    if (wanted !== order) {
      order = wanted;
      list.append(...[...cards].sort(orders[order]).map((card) => card.item));
    }
    status.textContent = shown === cards.length ? `${cards.length} images` : `${shown} of ${cards.length} images`;
    // In the address, so that the way back from an image leads to the same list.
    const state = new URLSearchParams();
    if (label) state.set("class", label);
    if (text) state.set("text", text);
    if (order !== "given") state.set("order", order);
    history.replaceState(null, "", `#${state}`);
  }

  const state = new URLSearchParams(location.hash.slice(1));
  for (const name of ["class", "text", "order"]) {
    if (state.has(name)) form.elements[name].value = state.get(name);
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", apply);
  form.hidden = false;
  apply();
})();
