// Unsaved changes: say so beside the save button and before leaving; Ctrl-S saves; errors get the focus;
// a form is sent once however often its button is pressed; [data-autosubmit] sends itself on change.
const changed = new Set();

const state = (form, isChanged) => {
  const note = form.querySelector("[data-save-state]");
  if (note) note.hidden = !isChanged;
};

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.matches("[data-guard]")) return;
  changed.add(form);
  state(form, true);
});

document.addEventListener("change", (event) => {
  if (event.target.form?.matches("[data-autosubmit]")) event.target.form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  changed.delete(event.target);
  if (event.target.method !== "post" || event.target.hasAttribute("hx-post")) return;
  if (event.target.sent) {
    event.preventDefault();
    return;
  }
  event.target.sent = true;
});

addEventListener("pageshow", () => {
  for (const form of document.forms) form.sent = false;
});

addEventListener("beforeunload", (event) => {
  if (changed.size) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
  const form = document.querySelector("form[data-guard]");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});

document.querySelector("form[method=post] [data-focus]")?.focus();
