// [data-bulk] form around a list: its bar appears when something is chosen and says how many.
const boxes = (form) => [...form.querySelectorAll("input[type=checkbox][data-row]")];

const refresh = (form) => {
  const all = boxes(form);
  const chosen = all.filter((box) => box.checked).length;
  const bar = form.querySelector(".bulk");
  if (bar) bar.hidden = chosen === 0;
  for (const place of form.querySelectorAll("[data-chosen]")) place.textContent = String(chosen);
  const head = form.querySelector("input[data-all]");
  if (head) {
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  }
};

let last = null;

document.addEventListener("click", (event) => {
  const form = event.target.closest("[data-bulk]");
  if (!form) return;
  if (event.target.matches("[data-all]")) {
    for (const box of boxes(form)) box.checked = event.target.checked;
  } else if (event.target.matches("[data-row]")) {
    const all = boxes(form);
    const [from, to] = [all.indexOf(last), all.indexOf(event.target)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) {
      for (const box of all.slice(from, to + 1)) box.checked = event.target.checked;
    }
    last = event.target;
  } else if (event.target.closest("[data-none]")) {
    for (const box of boxes(form)) box.checked = false;
  } else return;
  refresh(form);
});

for (const form of document.querySelectorAll("[data-bulk]")) refresh(form);
document.addEventListener("htmx:afterSettle", () => {
  for (const form of document.querySelectorAll("[data-bulk]")) refresh(form);
});
