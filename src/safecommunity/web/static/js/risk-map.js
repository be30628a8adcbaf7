// [data-risk-map] with the id of a JSON script: {tiles, attribution, bounds, source, areas: GeoJSON, marks}.
// Marks are {lat, lng, tone, count, label, url}; with a source they are fetched for what is in view. The signs of the
// tones are taken from [data-signs]. A mark of several points comes nearer when it is chosen.
const L = window.L;
const [HOME, FAR] = [[35, 105], 17];
const signs = new Map([...document.querySelectorAll("[data-signs] [data-tone]")].map((one) => [one.dataset.tone, one]));

const sign = (mark) => {
  const drawn = document.createElement("span");
  drawn.className = "risk-mark";
  drawn.dataset.tone = mark.tone;
  const picture = signs.get(mark.tone)?.querySelector("svg");
  if (picture) drawn.append(picture.cloneNode(true));
  if (mark.count > 1) drawn.append(String(mark.count));
  return drawn;
};

const words = (mark) => {
  const told = document.createElement(mark.url ? "a" : "span");
  if (mark.url) told.href = mark.url;
  told.textContent = mark.label;
  return told;
};

const marker = (map, mark, nearer) => {
  const size = mark.count > 1 ? [52, 28] : [28, 28];
  const icon = L.divIcon({ className: "map-icon", html: sign(mark), iconSize: size });
  const zIndexOffset = mark.tone === "red" ? 1000 : 0;
  const made = L.marker([mark.lat, mark.lng], { title: mark.label, alt: mark.label, icon, zIndexOffset });
  if (!nearer || mark.url || map.getZoom() >= FAR) return made.bindPopup(words(mark));
  return made.on("click", () => map.setView([mark.lat, mark.lng], Math.min(map.getZoom() + 2, FAR)));
};

const outlines = (areas) =>
  L.geoJSON(areas, {
    style: ({ properties }) => ({ className: `risk-area ${properties.tone}` }),
    onEachFeature: ({ properties }, layer) => layer.bindPopup(words(properties)).bindTooltip(properties.label),
  });

const follow = (map, data, place) => {
  const shown = L.layerGroup().addTo(map);
  let asked = null;
  const fetchMarks = async () => {
    asked?.abort();
    asked = new AbortController();
    const view = map.getBounds().pad(0.1);
    const { level, back } = place.dataset;
    const address = new URL(data.source, location.origin);
    const part = { west: view.getWest(), south: view.getSouth(), east: view.getEast(), north: view.getNorth() };
    const asks = { ...part, zoom: map.getZoom(), ...(level && { level, back }) };
    for (const [name, value] of Object.entries(asks)) address.searchParams.set(name, value);
    try {
      const answer = await fetch(address, { signal: asked.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const { marks } = await answer.json();
      shown.clearLayers();
      for (const mark of marks) shown.addLayer(marker(map, mark, true));
      place.dataset.drawn = marks.length;
    } catch (error) {
      if (error.name !== "AbortError") place.dataset.failed = "";
    }
  };
  map.on("moveend", fetchMarks);
  fetchMarks();
};

for (const place of document.querySelectorAll("[data-risk-map]")) {
  const data = JSON.parse(document.getElementById(place.dataset.riskMap).textContent);
  const zoomSnap = data.source ? 1 : 0.25; // marks that stay fill the map
  const options = { attributionControl: false, zoomAnimation: false, maxZoom: 19, zoomSnap };
  const map = L.map(place, options).setView(HOME, 4);
  L.control.attribution({ prefix: false }).addTo(map);
  if (data.tiles) L.tileLayer(data.tiles, { attribution: data.attribution || "" }).addTo(map);
  const bounds = L.latLngBounds(data.bounds || []);
  if (data.areas) bounds.extend(outlines(data.areas).addTo(map).getBounds());
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [40, 40], maxZoom: 16 });
  for (const mark of data.marks || []) marker(map, mark, false).addTo(map);
  if (data.source) follow(map, data, place);
}
