// Small hands for the page: pick, make, say, show one screen.
export const $ = (selector, from = document) => from.querySelector(selector);

const words = JSON.parse($("#words").textContent);

export const word = (key) => words[key] || key;

// make("p", {className: "muted"}, "text", node, …)
export const make = (name, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
};

export const say = (text, tone = "") => {
  const place = $("#said");
  place.dataset.tone = tone;
  place.hidden = !text;
  $(".notice-text", place).textContent = text;
};

export const show = (name) => {
  for (const screen of document.querySelectorAll("[data-screen]")) screen.hidden = screen.dataset.screen !== name;
  for (const link of document.querySelectorAll("[data-goes]")) {
    if (link.dataset.goes === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  scrollTo(0, 0);
};

// A form acts once however often its button is pressed, and again when that is over.
export const once = (form, act) => {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.busy) return;
    form.busy = true;
    try {
      await act(form);
    } finally {
      form.busy = false;
    }
  });
};

export const position = () =>
  new Promise((resolve) => {
    const nothing = () => resolve({ longitude: null, latitude: null });
    if (!navigator.geolocation) nothing();
    else {
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => resolve({ longitude: coords.longitude, latitude: coords.latitude }),
        nothing,
        { enableHighAccuracy: true, timeout: 8000, maximumAge: 60000 },
      );
    }
  });
