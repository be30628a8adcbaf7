// Registering a hidden hazard, with or without a network. What is typed is kept as a draft until it is in the outbox.
import { area } from "./area.js";
import { add } from "./outbox.js";
import { $, make, once, position, say, show, word } from "./page.js";
import { prepared } from "./photos.js";
import { keep, kept } from "./seal.js";
import { remove } from "./store.js";

const form = $("#hazard-form");
const DRAFTED = ["unit", "kind", "cause", "field", "severity", "place", "text"];
let here = { longitude: null, latitude: null };

const values = () => Object.fromEntries(DRAFTED.map((name) => [name, form.elements[name].value.trim()]));

export const fill = async (me) => {
  form.elements.unit.replaceChildren(...me.units.map(({ slug, name }) => make("option", { value: slug }, name)));
  const { premises } = await area();
  $("#premises").replaceChildren(...premises.map(({ title }) => make("option", { value: title })));
  const draft = await kept("draft");
  for (const name of DRAFTED) if (draft?.[name]) form.elements[name].value = draft[name];
};

form.addEventListener("input", () => keep("draft", values()));

$("#hazard-here").addEventListener("click", async () => {
  here = await position();
  $("#hazard-here-said").textContent = word(here.longitude === null ? "no position" : "position");
});

once(form, async () => {
  for (const name of ["place", "text"]) form.elements[name].value = values()[name];
  if (!form.reportValidity()) return;
  let photos;
  try {
    photos = await prepared(form.elements.photos.files);
  } catch {
    say(word("not a photo"), "wrong");
    return;
  }
  const { unit, ...said } = values();
  const uuid = crypto.randomUUID();
  const first = photos.find(({ said: one }) => one.longitude !== null)?.said;
  const place = here.longitude === null && first ? { longitude: first.longitude, latitude: first.latitude } : here;
  const known = (await area()).premises.find((one) => one.title === said.place && one.unit === unit);
  const body = {
    ...said, ...place, client_uuid: uuid, premises: known?.id ?? null, device_at: new Date().toISOString(),
    pictures: photos.map((one) => one.said),
  };
  const path = `/api/units/${unit}/hazards`;
  const entry = {
    uuid, method: "POST", path, body, clocked: true, together: `${path}/batch`, title: said.text.slice(0, 60),
    photos: photos.map((one) => one.said.sha256), photosPath: `${path}/${uuid}/pictures`,
  };
  await add(entry, photos);
  await remove("kept", "draft");
  for (const name of ["place", "text", "photos"]) form.elements[name].value = "";
  here = { longitude: null, latitude: null };
  $("#hazard-here-said").textContent = "";
  form.elements.photos.dispatchEvent(new Event("change", { bubbles: true }));
  say(word("kept"), "done");
  show("outbox");
});
