// [data-vanish] with seconds: what was shown for a moment is covered again, and leaves the page.
for (const place of document.querySelectorAll("[data-vanish]")) {
  setTimeout(() => place.replaceChildren("***"), Number(place.dataset.vanish) * 1000);
}
