// A word beside the mark of a chart under the pointer: the mark's own aria-label. A mark with data-url opens it.
let tip = null;

const place = (event) => {
  const right = Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8);
  const below = event.clientY + 16 + tip.offsetHeight < innerHeight;
  tip.style.left = `${Math.max(8, right)}px`;
  tip.style.top = `${below ? event.clientY + 16 : event.clientY - tip.offsetHeight - 8}px`;
};

document.addEventListener("pointermove", (event) => {
  const mark = event.target.closest?.(".chart svg [aria-label]:not([role=graphics-document], [role=graphics-symbol])");
  if (!mark) {
    tip?.remove();
    tip = null;
    return;
  }
  if (!tip) {
    tip = document.createElement("div");
    tip.className = "tip";
    tip.setAttribute("aria-hidden", "true");
    document.body.append(tip);
  }
  tip.textContent = mark.getAttribute("aria-label");
  place(event);
});
