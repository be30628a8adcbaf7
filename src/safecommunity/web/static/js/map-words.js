// [data-map-words] on its own script: what the buttons of a map are called in the reader's language.
const L = window.L;
const { nearer, farther, close } = document.querySelector("[data-map-words]").dataset;

L.Control.Zoom.mergeOptions({ zoomInTitle: nearer, zoomOutTitle: farther });
L.Map.addInitHook(function () {
  this.on("popupopen", ({ popup }) => {
    popup.getElement().querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", close);
  });
});
