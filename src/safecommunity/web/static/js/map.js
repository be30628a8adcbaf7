// [data-map] with the id of a JSON script: {tiles, attribution, centre, zoom, points: [{lat, lng, label, url, tone}], areas: GeoJSON}.
// Without tiles it is a plain ground. [data-map-pick] writes the clicked point into its two inputs.
const L = window.L;

const popup = (point) => {
  const link = document.createElement(point.url ? "a" : "span");
  if (point.url) link.href = point.url;
  link.textContent = point.label;
  return link;
};

const marker = (point) =>
  L.marker([point.lat, point.lng], {
    title: point.label,
    alt: point.label,
    icon: L.divIcon({ className: "map-icon", html: dot(point.tone), iconSize: [18, 18] }),
  }).bindPopup(popup(point));

const dot = (tone) => {
  const mark = document.createElement("span");
  mark.className = "map-point";
  if (tone) mark.dataset.tone = tone;
  return mark;
};

const draw = (place) => {
  const data = JSON.parse(document.getElementById(place.dataset.map).textContent);
  const map = L.map(place, { attributionControl: false }).setView(data.centre || [35, 105], data.zoom || 4);
  L.control.attribution({ prefix: false }).addTo(map);
  if (data.tiles) L.tileLayer(data.tiles, { attribution: data.attribution || "" }).addTo(map);
  const layers = L.featureGroup((data.points || []).map(marker));
  if (data.areas) layers.addLayer(L.geoJSON(data.areas, { className: "map-area" }));
  layers.addTo(map);
  if (layers.getLayers().length) map.fitBounds(layers.getBounds(), { padding: [24, 24], maxZoom: 15 });
  if (place.dataset.mapPick !== undefined) pick(map, place);
};

const pick = (map, place) => {
  const [latitude, longitude] = [place.dataset.latitude, place.dataset.longitude].map((id) => document.getElementById(id));
  let chosen = null;
  const show = (point) => {
    chosen?.remove();
    chosen = marker({ ...point, label: "" }).addTo(map);
  };
  if (latitude.value && longitude.value) show({ lat: latitude.value, lng: longitude.value });
  map.on("click", ({ latlng }) => {
    show(latlng);
    for (const [input, value] of [[latitude, latlng.lat], [longitude, latlng.lng]]) {
      input.value = value.toFixed(6);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
};

for (const place of document.querySelectorAll("[data-map]")) draw(place);
