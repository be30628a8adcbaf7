// [data-locate="longitude-id latitude-id"] asks the device where it is. A form with [data-device-time] says by the
// device's clock when it was opened and when it is sent, so that a wrong clock can be noticed.
const iso = () => new Date().toISOString();

const say = (button, words) => {
  const said = button.parentElement.querySelector("[data-locate-said]");
  if (said) said.textContent = words;
};

for (const form of document.querySelectorAll("form[data-device-time]")) {
  const [at, sent] = ["device_at", "sent_at"].map((name) => form.elements.namedItem(name));
  if (at && !at.value) at.value = iso();
  form.addEventListener("submit", () => {
    if (sent) sent.value = iso();
  });
}

for (const button of document.querySelectorAll("[data-locate]")) {
  button.addEventListener("click", () => {
    const inputs = button.dataset.locate.split(" ").map((id) => document.getElementById(id));
    const refused = () => say(button, button.dataset.refused);
    if (!navigator.geolocation) return refused();
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        for (const [input, value] of [[inputs[0], coords.longitude], [inputs[1], coords.latitude]]) {
          input.value = value.toFixed(6);
          input.dispatchEvent(new Event("input", { bubbles: true }));
        }
        say(button, button.dataset.found);
      },
      refused,
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
}
