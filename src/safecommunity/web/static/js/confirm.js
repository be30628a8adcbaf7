// [data-confirm] on a button, a link or a form asks first, in the page's own dialog; hx-confirm likewise.
const dialog = document.getElementById("confirm");

const ask = (title, text, label) => {
  const yes = dialog.querySelector("[value=yes]");
  dialog.querySelector("#confirm-title").textContent = title;
  dialog.querySelector("#confirm-text").textContent = text || "";
  yes.textContent = label || yes.dataset.label;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
};

const wording = (element) => [element.dataset.confirm, element.dataset.confirmText, element.dataset.confirmLabel];

document.addEventListener("submit", async (event) => {
  const asking = event.submitter?.dataset.confirm ? event.submitter : event.target;
  if (!dialog || !asking.dataset.confirm || asking.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await ask(...wording(asking)))) return;
  asking.confirmed = true;
  event.target.requestSubmit(event.submitter);
  asking.confirmed = false;
}, true);

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-confirm]");
  if (!dialog || !link) return;
  event.preventDefault();
  if (await ask(...wording(link))) location.assign(link.href);
});

document.addEventListener("htmx:confirm", async (event) => {
  if (!dialog || !event.detail.question) return;
  event.preventDefault();
  const { confirmText, confirmLabel } = event.target.dataset;
  if (await ask(event.detail.question, confirmText, confirmLabel)) event.detail.issueRequest(true);
});
