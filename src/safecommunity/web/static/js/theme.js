// Light, dark, or as the system says; kept in a cookie so that the server draws the page right at once.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-switch] button");
  if (!button) return;
  const root = document.documentElement;
  if (button.value) root.dataset.theme = button.value;
  else delete root.dataset.theme;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${button.value}; path=/; max-age=31536000; samesite=lax${secure}`;
  for (const other of document.querySelectorAll("[data-theme-switch] button")) {
    other.setAttribute("aria-pressed", String(other.value === button.value));
  }
});
