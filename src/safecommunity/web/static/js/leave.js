// form[data-unsent]: signing out empties what the phone's page keeps; what it has not sent yet is warned of first.
const NAME = "phone";

const unsent = async () => {
  const known = await indexedDB.databases();
  if (!known.some(({ name }) => name === NAME)) return 0;
  const request = indexedDB.open(NAME);
  await new Promise((resolve, reject) => {
    request.onsuccess = resolve;
    request.onerror = reject;
  });
  const counted = request.result.transaction("outbox").objectStore("outbox").count();
  await new Promise((resolve, reject) => {
    counted.onsuccess = resolve;
    counted.onerror = reject;
  });
  request.result.close();
  return counted.result;
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-unsent]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  // Who wants to leave leaves, also where the browser keeps nothing or does not tell.
  const left = await unsent().catch(() => 0);
  if (left && !confirm(`${form.dataset.unsent} ${left}`)) return;
  form.submit();
}, { capture: true });
