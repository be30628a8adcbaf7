// Short messages that float: from the server (HX-Trigger: {"toast": {"text": …}}) or when no answer came.
const place = document.getElementById("toasts");
const pattern = document.getElementById("toast");

const toast = (text, tone) => {
  const note = pattern.content.firstElementChild.cloneNode(true);
  note.dataset.tone = tone || "";
  note.querySelector(".notice-text").textContent = text;
  place.append(note);
  setTimeout(() => note.remove(), 8000);
};

if (place) {
  document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.tone));
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(name, () => {
      toast(document.getElementById("lost-answer").content.textContent.trim(), "wrong");
    });
  }
}
