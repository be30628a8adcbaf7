// [data-drop]: files by drop, paste or choice, several at once; what was taken is listed before it is sent.
const size = (bytes) => (bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

const line = (file) => {
  const item = document.createElement("li");
  if (file.type.startsWith("image/")) {
    const picture = document.createElement("img");
    picture.alt = "";
    picture.src = URL.createObjectURL(file);
    picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
    item.append(picture);
  }
  const name = document.createElement("span");
  name.textContent = file.name;
  const amount = document.createElement("span");
  amount.className = "size";
  amount.textContent = size(file.size);
  item.append(name, amount);
  return item;
};

const show = (zone) => {
  const files = zone.querySelector("input[type=file]").files;
  zone.querySelector(".drop-list").replaceChildren(...[...files].map(line));
};

const take = (zone, added) => {
  const input = zone.querySelector("input[type=file]");
  const all = new DataTransfer();
  for (const file of [...(input.multiple ? input.files : []), ...added]) all.items.add(file);
  input.files = all.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  input.dispatchEvent(new Event("input", { bubbles: true }));
};

for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    zone.toggleAttribute("data-over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) take(zone, event.dataTransfer.files);
  });
}

document.addEventListener("paste", (event) => {
  const zone = document.querySelector("dialog[open] [data-drop], [data-drop]");
  if (zone && event.clipboardData.files.length) {
    event.preventDefault();
    take(zone, event.clipboardData.files);
  }
});

document.addEventListener("change", (event) => {
  const zone = event.target.closest("[data-drop]");
  if (zone && event.target.type === "file") show(zone);
});
