// The outbox as the person sees it: what waits, what was refused and why, what somebody else changed meanwhile.
import { drop, insist, waiting } from "./outbox.js";
import { $, make, word } from "./page.js";

const button = (label, act, css = "button small") => {
  const made = make("button", { type: "button", className: css }, label);
  made.addEventListener("click", act, { once: true });
  return made;
};

const removal = (row) =>
  button(word("remove"), () => {
    if (confirm(word("really remove"))) drop(row);
    else fill();
  }, "button small danger");

const versions = ({ entry }) => {
  const there = entry.theirs?.visits?.find((one) => one.client_uuid === entry.uuid) || entry.theirs || {};
  const [mine, theirs] = [entry.body.answers || {}, there.answers || {}];
  const names = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])];
  const cell = (one) => (one ? [word(one.value), one.remark].filter(Boolean).join(" · ") : "—");
  const rows = names.map((name) => {
    const line = make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, cell(mine[name])), make("td", {}, cell(theirs[name])));
    if (mine[name]?.value !== theirs[name]?.value) line.dataset.differs = "";
    return line;
  });
  const head = ["", "mine", "theirs"].map((name) => make("th", { scope: "col" }, name && word(name)));
  return make("table", { className: "table versions" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
};

const line = (row) => {
  const about = make("span", { className: "line-main" }, row.entry.title,
    make("small", {}, [new Date(row.made).toLocaleString(), word(row.state), row.said].filter(Boolean).join(" · ")));
  if (row.state === "conflict") {
    const theirs = row.entry.theirs?.visits?.find((one) => one.client_uuid === row.uuid);
    const over = { ...row, entry: { ...row.entry, theirs } };
    return make("li", { className: "waiting-conflict" }, about, versions(row),
      make("div", { className: "row" }, button(word("use mine"), () => insist(over)), button(word("drop mine"), () => drop(row))));
  }
  if (row.state === "refused") return make("li", {}, about, button(word("again"), () => insist({ ...row, entry: { ...row.entry, theirs: { version: row.entry.version } } })), removal(row));
  return make("li", {}, about);
};

export const fill = async () => {
  const rows = await waiting();
  $("#waiting-count").textContent = rows.length || "";
  $("#waiting").replaceChildren(...rows.map(line));
  $("#waiting").hidden = rows.length === 0;
  $("#waiting-none").hidden = rows.length > 0;
};
