// Ctrl-K (or /) opens the search; arrows choose, Enter opens. The answers come from the server through htmx.
const palette = document.getElementById("palette");
const input = palette?.querySelector("input");
const results = palette?.querySelector(".palette-results");

const options = () => [...results.querySelectorAll("a[role=option]")];

const choose = (option) => {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  if (!option) return;
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
};

const open = () => {
  if (!palette.open) palette.showModal();
  input.focus();
  input.select();
  input.dispatchEvent(new Event("palette"));
};

const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

if (palette) {
  document.addEventListener("keydown", (event) => {
    const wanted = (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !typing(event.target));
    if (!wanted) return;
    event.preventDefault();
    open();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-opens=palette]")) queueMicrotask(open);
  });

  input.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(all[(at + step + all.length) % all.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      (all[at] || all[0])?.click();
    }
  });

  results.addEventListener("htmx:afterSwap", () => choose(options()[0]));
}
