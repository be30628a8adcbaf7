// [data-here]: a form for a place. The device's own position fills it in and sends it; so does, after a button, a point on the map.
const form = document.querySelector("[data-here]");
const find = form.querySelector("[data-here-find]");
const said = form.querySelector("[data-here-said]");
const go = form.querySelector("[data-here-go]");

if (navigator.geolocation && isSecureContext) find.hidden = false;

find.addEventListener("click", () => {
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      form.elements.latitude.value = coords.latitude.toFixed(6);
      form.elements.longitude.value = coords.longitude.toFixed(6);
      form.requestSubmit();
    },
    () => {
      said.textContent = said.dataset.refused;
    },
    { enableHighAccuracy: true, timeout: 15000 },
  );
});

form.addEventListener("input", () => {
  if (go) go.hidden = !form.elements.latitude.value;
});
