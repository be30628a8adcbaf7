// Today's rounds: their places, and the checklist of one place, answered without a network.
import { area } from "./area.js";
import { add, waiting } from "./outbox.js";
import { $, make, once, position, say, show, word } from "./page.js";
import { prepared } from "./photos.js";

const form = $("#visit-form");
const RESULTS = ["pass", "fail", "na"];
let visiting = null;

const local = (thing, key) => (document.documentElement.lang.startsWith("en") && thing[`${key}_en`]) || thing[key];

const radio = (name, value, label) =>
  make("label", {}, make("input", { type: "radio", name, value, required: true }), label);

const control = (name, item) => {
  if (item.answer === "number") {
    const number = make("input", { name, type: "number", step: "any", required: true });
    number.setAttribute("aria-label", [local(item, "text"), local(item, "unit")].filter(Boolean).join(" "));
    return number;
  }
  const choices = item.answer === "choice"
    ? item.choices.map((one) => [one.code, local(one, "label")])
    : RESULTS.map((one) => [one, word(one)]);
  return make("div", { className: "row" }, ...choices.map(([value, label]) => radio(name, value, label)));
};

const line = (list, item) => {
  const name = `${list.code}/${item.code}`;
  const photo = make("input", { type: "file", name: `${name} photos`, accept: "image/*", multiple: true });
  photo.setAttribute("aria-label", word("photo"));
  const remark = make("input", { type: "text", name: `${name} remark`, maxLength: 500, placeholder: word("remark") });
  remark.setAttribute("aria-label", word("remark"));
  const hazard = make("label", {}, make("input", { type: "checkbox", name: `${name} hazard`, checked: true }), word("open a hazard"));
  return make("fieldset", { className: "form-section" }, make("legend", {}, local(item, "text")),
    make("div", { className: "control" }, control(name, item)), make("div", { className: "control" }, remark), photo, hazard);
};

const start = (round, visit, lists) => {
  visiting = { round, visit, items: lists.flatMap((list) => list.items.map((item) => `${list.code}/${item.code}`)) };
  $("#visit-title").textContent = visit.place;
  $("#visit-items").replaceChildren(...lists.flatMap((list) => list.items.map((item) => line(list, item))));
  show("visit");
};

export const fill = async () => {
  const { rounds, checklists } = await area();
  const pending = new Set((await waiting()).map(({ uuid }) => uuid));
  const listed = rounds.map((round) => {
    const lists = checklists.filter((one) => round.checklists.some(([code]) => code === one.code));
    const places = round.visits.map((visit) => {
      const state = pending.has(visit.client_uuid) ? "waiting" : visit.state;
      const go = make("button", { type: "button", className: "button small" }, word("inspect"));
      go.addEventListener("click", () => start(round, visit, lists));
      return make("li", {}, make("span", { className: "line-main" }, visit.place, make("small", {}, word(state))), go);
    });
    return make("section", { className: "card" },
      make("header", { className: "card-head" }, make("h2", {}, round.name), make("small", {}, round.due_date)),
      make("ul", { className: "line-list" }, ...places));
  });
  $("#rounds").replaceChildren(...(listed.length ? listed : [make("p", { className: "muted" }, word("no rounds"))]));
};

const answersOf = async (items) => {
  const photos = [];
  const answers = {};
  for (const name of items) {
    const own = await prepared(form.elements[`${name} photos`].files);
    photos.push(...own);
    answers[name] = { value: form.elements[name].value, remark: form.elements[`${name} remark`].value, pictures: own.map((one) => one.said) };
  }
  return { answers, photos };
};

once(form, async () => {
  if (!form.reportValidity()) return;
  const { visit, round, items } = visiting;
  const { answers, photos } = await answersOf(items);
  const path = `/api/units/${round.unit}/stops/${visit.client_uuid}`;
  const body = { answers, ...(await position()), device_at: new Date().toISOString() };
  await add({
    uuid: visit.client_uuid, method: "PUT", path, body, clocked: true, version: visit.version, title: visit.place,
    photos: photos.map((one) => one.said.sha256), photosPath: `${path}/pictures`,
    current: `/api/units/${round.unit}/inspections/${round.client_uuid}`,
  }, photos);
  for (const item of items) {
    if (answers[item].value === "fail" && form.elements[`${item} hazard`].checked) {
      const uuid = crypto.randomUUID();
      await add({ uuid, method: "POST", path: `${path}/hazards`, body: { client_uuid: uuid, item }, title: `${visit.place} ${item}` });
    }
  }
  say(word("kept"), "done");
  show("outbox");
});
