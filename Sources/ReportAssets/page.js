// A page of explanations: which class and method is shown, how strongly, and in which colours.
"use strict";
(() => {
  const palettes = JSON.parse(document.getElementById("palettes").textContent).map((palette) => ({
    ...palette, colors: decoded(palette.colors),
  }));

  function decoded(base64) {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  }

  // A chunk of a PNG file: length, type, content, check sum.
  const table = Uint32Array.from({ length: 256 }, (_, n) => {
    for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n;
  });
  function chunk(type, content) {
    const bytes = new Uint8Array(12 + content.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, content.length);
    for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
    bytes.set(content, 8);
    let sum = 0xffffffff;
    for (let i = 4; i < bytes.length - 4; i++) sum = table[(sum ^ bytes[i]) & 255] ^ (sum >>> 8);
    view.setUint32(bytes.length - 4, ~sum >>> 0);
    return bytes;
  }

  // The same picture in other colours. Before its palette stand 8 bytes and the header, perhaps other chunks.
  function recolored(png, palette, alphas) {
    const view = new DataView(png.buffer);
    const sizeAt = (place) => 12 + view.getUint32(place);
    let place = 8;
    while (String.fromCharCode(...png.subarray(place + 4, place + 8)) !== "PLTE") place += sizeAt(place);
    const parts = [png.subarray(0, place), chunk("PLTE", palette.colors)];
    if (alphas) parts.push(chunk("tRNS", alphas));
    parts.push(png.subarray(place + sizeAt(place)));
    return URL.createObjectURL(new Blob(parts, { type: "image/png" }));
  }

  // An overlay is the more opaque the stronger the relevance; the root lifts what is weak.
  function alphasOf(palette) {
    return Uint8Array.from({ length: 256 }, (_, entry) => {
      const share = (entry - 128) / (entry < 128 ? 128 : 127);
      return Math.round(255 * Math.sqrt(palette.diverging ? Math.abs(share) : Math.max(share, 0)));
    });
  }

  const files = new WeakMap();
  function fileOf(image) {
    if (!files.has(image)) files.set(image, decoded(image.src.slice(image.src.indexOf(",") + 1)));
    return files.get(image);
  }
  const made = new WeakMap();
  function show(image, url) {
    if (made.has(image)) URL.revokeObjectURL(made.get(image));
    made.set(image, url);
    image.src = url;
  }

  let palette = palettes[0];
  let isOriginal = true;
  const maps = [...document.querySelectorAll("img[data-map]")];
  const scales = [...document.querySelectorAll(".scale img")];
  for (const image of [...maps, ...scales]) fileOf(image);  // before any other colours replace it

  const articles = [...document.querySelectorAll("article.image")].map((article) => {
    const one = (selector) => article.querySelector(selector);
    const all = (selector) => [...article.querySelectorAll(selector)];
    const big = one("[data-role=heatmap]");
    const over = one("[data-role=over]");
    const status = one("[role=status]");
    const chosen = (name) => {
      const inputs = all(`input[data-choice=${name}]`);
      return inputs.length ? inputs.find((input) => input.checked).value : "0";
    };

    function update(isTold) {
      const key = `${chosen("target")}-${chosen("method")}`;
      for (const element of all("[data-of]")) element.hidden = element.dataset.of !== key;
      for (const button of all(".pick")) button.setAttribute("aria-pressed", button.dataset.key === key);
      const image = one(`img[data-map="${key}"]`);
      for (const element of all("[data-drawn]")) element.hidden = !image;
      if (!image) return;
      show(big, recolored(fileOf(image), palette));
      big.alt = image.dataset.alt;
      if (over) {
        show(over, recolored(fileOf(image), palette, alphasOf(palette)));
        one(".stack").setAttribute("aria-label", `The same over the image. ${image.dataset.alt}`);
      }
      for (const element of all("[data-role=bound]")) element.textContent = image.dataset.bound;
      if (isTold) status.textContent = image.dataset.alt;
    }

    for (const input of all("input[data-choice]")) input.addEventListener("change", () => update(true));
    for (const button of all(".pick")) {
      button.disabled = false;
      button.addEventListener("click", () => {
        const [target, method] = button.dataset.key.split("-");
        for (const input of all("input[data-choice]")) {
          input.checked = input.value === (input.dataset.choice === "target" ? target : method);
        }
        update(true);
        one(".viewer").scrollIntoView();
      });
    }
    const slider = one("input[type=range]");
    if (slider) {
      const tell = () => {
        one(".stack").style.setProperty("--over", slider.value / 100);
        one("output").textContent = `${slider.value} %`;
      };
      slider.addEventListener("input", tell);
      tell();  // a browser may keep the slider's place over a reload
    }
    for (const image of all("img[data-role=under]")) image.src = one("[data-role=image]").src;
    for (const element of all("[data-script]")) element.hidden = false;
    return { update };
  });

  const selects = [...document.querySelectorAll("select[data-role=colors]")];
  function recolor(name) {
    palette = palettes.find((one) => one.name === name) ?? palettes[0];
    for (const select of selects) select.value = palette.name;
    if (!isOriginal || palette !== palettes[0]) {
      for (const image of [...maps, ...scales]) show(image, recolored(fileOf(image), palette));
    }
    isOriginal = palette === palettes[0];
    for (const article of articles) article.update(false);
  }
  for (const select of selects) select.addEventListener("change", () => recolor(select.value));
  recolor(selects[0]?.value);

  // Paper cannot be unfolded.
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
})();
