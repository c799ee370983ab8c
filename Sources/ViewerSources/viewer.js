// Shows pyramids of tiles (Deep Zoom: LEVEL/COLUMN_ROW, each level half as large as the next) one over the other.
// No library and no network: the page is opened from the disk.

const map = JSON.parse(document.getElementById("map").textContent);
const at = id => document.getElementById(id);
const stage = at("stage");
const layers = map.layers.map(layer => ({ ...layer, canvas: at(layer.name), tiles: new Map() }));
const heatmap = layers.find(layer => layer.name === "heatmap");

// ---- View: x, y is the pixel of the map in the middle of the window, scale the window's pixels a pixel of the map.
const view = { x: map.width / 2, y: map.height / 2, scale: 1 };
let size = { width: 1, height: 1, ratio: 1 };
const fitted = () => Math.min(size.width / map.width, size.height / map.height) * 0.94;
const limit = (value, low, high) => Math.min(Math.max(value, low), high);

function moveTo(x, y, scale) {
  view.scale = limit(scale, fitted() / 4, 32);
  view.x = limit(x, 0, map.width);
  view.y = limit(y, 0, map.height);
  requestDraw();
}

// Zooms so that the pixel of the map under (x, y) of the window stays there.
function zoom(factor, x = size.width / 2, y = size.height / 2) {
  const scale = limit(view.scale * factor, fitted() / 4, 32);
  const dx = x - size.width / 2, dy = y - size.height / 2;
  moveTo(view.x + dx / view.scale - dx / scale, view.y + dy / view.scale - dy / scale, scale);
}

const showAll = () => moveTo(map.width / 2, map.height / 2, fitted());

// ---- Tiles
const mostTiles = 600, mostLoading = 8;
let clock = 0, loading = 0, wanted = [];

function exists(layer, level, column, row, columns) {
  if (!layer.present) return true;
  const bits = layer.present[level];
  const index = row * columns + column;
  return bits === undefined || (bits.charCodeAt(index >> 3) >> (index & 7) & 1) === 1;
}

// The tile, loaded or not; those that are not loaded are fetched after this frame, what is asked for first comes first.
function tile(layer, level, column, row) {
  const key = level + "/" + column + "_" + row;
  let entry = layer.tiles.get(key);
  if (!entry) {
    entry = { image: null, state: "new", used: 0, url: layer.path + "/" + key + "." + layer.format };
    layer.tiles.set(key, entry);
  }
  entry.used = clock;
  if (entry.state === "new") wanted.push(entry);
  return entry;
}

function load() {
  while (loading < mostLoading && wanted.length) {
    const entry = wanted.shift();
    if (entry.state !== "new") continue;
    entry.state = "loading";
    entry.image = new Image();
    loading += 1;
    const end = state => () => { entry.state = state; loading -= 1; requestDraw(); };
    entry.image.onload = end("loaded");
    entry.image.onerror = end("missing");
    entry.image.src = entry.url;
  }
  for (const layer of layers) {
    if (layer.tiles.size <= mostTiles) continue;
    const old = [...layer.tiles].filter(([, entry]) => entry.used < clock && entry.state !== "loading");
    old.sort((a, b) => a[1].used - b[1].used);
    for (const [key] of old.slice(0, layer.tiles.size - mostTiles)) layer.tiles.delete(key);
  }
}

// ---- Drawing
let isRequested = false;
function requestDraw() {
  if (isRequested) return;
  isRequested = true;
  requestAnimationFrame(() => { isRequested = false; draw(); });
}

function draw() {
  clock += 1;
  wanted = [];
  drawGround();
  for (const layer of layers) drawLayer(layer);
  load();
  drawScale();
  keepPlace();
  document.documentElement.dataset.state = loading || wanted.length ? "loading" : "ready";
}

// Pixels of the screen a pixel of the map, and where the map's upper left corner lies on the screen.
function placement() {
  const scale = view.scale * size.ratio;
  return { scale, left: size.width * size.ratio / 2 - view.x * scale, top: size.height * size.ratio / 2 - view.y * scale };
}

// Under everything, the colour of no relevance.
function drawGround() {
  const context = at("image").getContext("2d");
  const { scale, left, top } = placement();
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.fillStyle = "rgb(" + map.colors[map.isDiverging ? 128 : 0] + ")";
  context.fillRect(Math.round(left), Math.round(top), Math.round(map.width * scale), Math.round(map.height * scale));
}

function drawLayer(layer) {
  const context = layer.canvas.getContext("2d");
  const { scale, left, top } = placement();
  if (layer === heatmap) context.clearRect(0, 0, layer.canvas.width, layer.canvas.height);
  // The smallest level with at least a pixel of its own for each of the screen's.
  const level = limit(map.levels - 1 - Math.floor(Math.log2(Math.max(1 / scale, 1)) + 0.001), 0, map.levels - 1);
  const factor = 2 ** (map.levels - 1 - level), side = map.tile * factor;
  const columns = Math.ceil(Math.ceil(map.width / factor) / map.tile), rows = Math.ceil(Math.ceil(map.height / factor) / map.tile);
  context.imageSmoothingEnabled = scale < 2;
  context.imageSmoothingQuality = "high";
  const first = { column: limit(Math.floor(-left / scale / side), 0, columns), row: limit(Math.floor(-top / scale / side), 0, rows) };
  const last = {
    column: limit(Math.floor((layer.canvas.width - left) / scale / side), -1, columns - 1),
    row: limit(Math.floor((layer.canvas.height - top) / scale / side), -1, rows - 1),
  };
  const pixel = (start, position) => Math.round(start + position * scale);
  for (let row = first.row; row <= last.row; row++) {
    for (let column = first.column; column <= last.column; column++) {
      // Corners on whole pixels of the screen, so that no seams show.
      const x = column * side, y = row * side;
      const right = Math.min(x + side, map.width), bottom = Math.min(y + side, map.height);
      const place = [pixel(left, x), pixel(top, y), pixel(left, right) - pixel(left, x), pixel(top, bottom) - pixel(top, y)];
      if (!exists(layer, level, column, row, columns)) {
        context.fillStyle = map.veil;
        context.fillRect(...place);
        continue;
      }
      drawTile(context, layer, level, column, row, x, y, right, bottom, place);
    }
  }
}

// The tile, or until it is there the part of a smaller level's that shows the same.
function drawTile(context, layer, level, column, row, x, y, right, bottom, place) {
  for (let up = 0; level - up >= 0; up++) {
    const entry = tile(layer, level - up, column >> up, row >> up);
    if (entry.state === "missing") return;
    if (entry.state !== "loaded") continue;
    const factor = 2 ** (map.levels - 1 - level + up), side = map.tile * factor;
    const dx = x - (column >> up) * side, dy = y - (row >> up) * side;
    const width = Math.min((right - x) / factor, entry.image.naturalWidth - dx / factor);
    const height = Math.min((bottom - y) / factor, entry.image.naturalHeight - dy / factor);
    if (width > 0 && height > 0) context.drawImage(entry.image, dx / factor, dy / factor, width, height, ...place);
    return;
  }
}

// ---- Legend
const number = (value, digits = 3) => value === 0 ? "0" : String(Number(value.toPrecision(digits))).replace("-", "−");

function drawLegend() {
  const bar = at("bar"), context = bar.getContext("2d");
  const from = map.isDiverging ? -1 : 0;
  for (let i = 0; i < map.colors.length; i++) {
    context.fillStyle = "rgb(" + map.colors[i] + ")";
    context.fillRect(i, 0, 1, 1);
  }
  const shares = map.isDiverging ? [-1, -0.5, 0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1];
  for (const share of shares) {
    const tick = document.createElement("span");
    tick.textContent = (map.isDiverging && share > 0 ? "+" : "") + number(share * map.bound, 2);
    tick.style.left = 100 * (share - from) / (1 - from) + "%";
    at("ticks").append(tick);
  }
  bar.setAttribute("aria-label", "Colours of relevance from " + number(from * map.bound) + " to " + number(map.bound));
  at("low").textContent = map.isDiverging ? "speaks against" : "none";
  at("high").textContent = "speaks for" + (map.target ? " " + map.target : "");
  at("note").textContent = map.note;
}

function drawScale() {
  const unit = map.microns || 1;
  const step = 120 / view.scale * unit, power = 10 ** Math.floor(Math.log10(step));
  const length = [5, 2, 1].find(n => n * power <= step) * power;
  at("scale").style.width = length / unit * view.scale + "px";
  const text = !map.microns ? number(length) + " pixels" : length >= 1000 ? number(length / 1000) + " mm" : number(length) + " µm";
  at("scaletext").textContent = text;
}

function showPointer(event) {
  const x = Math.floor(view.x + (event.clientX - size.width / 2) / view.scale);
  const y = Math.floor(view.y + (event.clientY - size.height / 2) / view.scale);
  const isInside = x >= 0 && y >= 0 && x < map.width && y < map.height;
  at("pointer").textContent = isInside ? "  ·  x " + (x + map.left) + ", y " + (y + map.top) : "";
}

// ---- Opacity
function setOpacity(percent) {
  at("opacity").value = percent;
  at("percent").value = at("opacity").value + " %";
  heatmap.canvas.style.opacity = at("opacity").value / 100;
  keepPlace();
}

function setGrey(isGrey) {
  at("grey").checked = isGrey;
  at("image").classList.toggle("grey", isGrey && layers.length > 1);
}

// ---- Place in the address, so that it can be kept and sent.
let isReading = true;
function keepPlace() {
  if (isReading) return;
  const text = [view.x, view.y].map(value => value.toFixed(1)).join(",") + "," + view.scale.toPrecision(4) + "," + at("opacity").value;
  try { history.replaceState(null, "", "#" + text); } catch { /* some browsers keep no history of files */ }
}

function readPlace() {
  isReading = true;
  const numbers = location.hash.slice(1).split(",").map(Number);
  if (numbers.length === 4 && numbers.every(Number.isFinite)) {
    setOpacity(numbers[3]);
    moveTo(numbers[0], numbers[1], numbers[2]);
  } else {
    showAll();
  }
  isReading = false;
}

// ---- Mouse, touch, keys
const pointers = new Map();
stage.addEventListener("pointerdown", event => {
  stage.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  stage.classList.add("dragging");
});
stage.addEventListener("pointermove", event => {
  showPointer(event);
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const now = { x: event.clientX, y: event.clientY };
  const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
  if (other) {
    // Two fingers: the middle between them moves, their distance zooms.
    const distance = point => Math.hypot(point.x - other.x, point.y - other.y);
    zoom(distance(now) / Math.max(distance(before), 1), (now.x + other.x) / 2, (now.y + other.y) / 2);
    moveTo(view.x - (now.x - before.x) / 2 / view.scale, view.y - (now.y - before.y) / 2 / view.scale, view.scale);
  } else {
    moveTo(view.x - (now.x - before.x) / view.scale, view.y - (now.y - before.y) / view.scale, view.scale);
  }
  pointers.set(event.pointerId, now);
});
for (const name of ["pointerup", "pointercancel"]) {
  stage.addEventListener(name, event => {
    pointers.delete(event.pointerId);
    if (!pointers.size) stage.classList.remove("dragging");
  });
}
stage.addEventListener("wheel", event => {
  event.preventDefault();
  const lines = event.deltaMode === 1 ? 33 : event.deltaMode === 2 ? 400 : 1;
  zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0018)), event.clientX, event.clientY);
}, { passive: false });
stage.addEventListener("dblclick", event => zoom(2, event.clientX, event.clientY));

const keys = {
  "+": () => zoom(1.5), "=": () => zoom(1.5), "-": () => zoom(1 / 1.5), "0": showAll,
  ArrowLeft: () => move(-1, 0), ArrowRight: () => move(1, 0), ArrowUp: () => move(0, -1), ArrowDown: () => move(0, 1),
  "[": () => setOpacity(Number(at("opacity").value) - 10), "]": () => setOpacity(Number(at("opacity").value) + 10),
  h: () => setOpacity(at("opacity").value > 0 ? 0 : 100), g: () => setGrey(!at("grey").checked),
};
const move = (x, y) => moveTo(view.x + x * size.width / 6 / view.scale, view.y + y * size.height / 6 / view.scale, view.scale);
addEventListener("keydown", event => {
  // On the slider, arrows are the slider's.
  if (event.target.type === "range" && event.key.startsWith("Arrow") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});
at("in").onclick = () => zoom(1.5);
at("out").onclick = () => zoom(1 / 1.5);
at("all").onclick = showAll;
at("opacity").oninput = () => setOpacity(at("opacity").value);
at("grey").onchange = () => setGrey(at("grey").checked);
addEventListener("hashchange", readPlace);

function resize() {
  const ratio = devicePixelRatio || 1, wasFitted = Math.abs(view.scale / fitted() - 1) < 0.01;
  size = { width: stage.clientWidth, height: stage.clientHeight, ratio };
  for (const canvas of stage.children) {
    canvas.width = Math.round(size.width * ratio);
    canvas.height = Math.round(size.height * ratio);
  }
  if (wasFitted) showAll();
  requestDraw();
}
new ResizeObserver(resize).observe(stage);

// ---- Begin
for (const layer of layers) {
  if (layer.present) for (const level in layer.present) layer.present[level] = atob(layer.present[level]);
}
at("title").textContent = map.title;
at("subtitle").textContent = map.subtitle;
for (const [name, value] of map.facts) {
  const line = at("facts").insertRow();
  line.insertCell().textContent = name;
  line.insertCell().textContent = value;
}
if (layers.length === 1) at("imagerow").hidden = true;
drawLegend();
setGrey(true);
resize();
readPlace();
setOpacity(at("opacity").value);
