// Sends what waits, in its order. Records that follow each other and may go together do so in one request, all or none;
// when that is refused each goes by itself. A photo that arrived is not sent again.
import { count, drop, stopped, tell, waiting } from "./outbox.js";
import { openBytes } from "./seal.js";
import { SignedOut, ask } from "./server.js";
import * as store from "./store.js";

const MOST = 20; // as many as the server takes in one request

const sendPhotos = async (entry, awaited) => {
  for (const name of awaited.filter((one) => entry.photos?.includes(one))) {
    const kept = await store.get("photos", name);
    if (!kept) continue;
    const form = new FormData();
    form.append("file", new Blob([await openBytes(kept)], { type: "image/jpeg" }), `${name.slice(0, 12)}.jpg`);
    const answer = await ask("POST", `${entry.photosPath}/${name}`, { form });
    if (!answer.ok) return answer;
  }
  return { ok: true };
};

const bodyOf = ({ entry }) => (entry.clocked ? { ...entry.body, sent_at: new Date().toISOString() } : entry.body);

const settle = async (row, first) => {
  const { entry } = row;
  const answer = first.ok ? await sendPhotos(entry, first.value.awaited || []) : first;
  if (answer.ok) return drop(row);
  if (answer.status === 412) {
    return stopped(row, "conflict", answer.said, { theirs: (await ask("GET", entry.current)).value });
  }
  return stopped(row, "refused", answer.said);
};

const deliver = async (rows) => {
  const { together } = rows[0].entry;
  const all = rows.length > 1 ? await ask("POST", together, { body: rows.map(bodyOf) }) : { ok: false };
  for (const [place, row] of rows.entries()) {
    const { method, path, version } = row.entry;
    await settle(row, all.ok ? { ok: true, value: all.value[place] } : await ask(method, path, { body: bodyOf(row), version }));
  }
};

const groups = (rows) => {
  const made = [];
  for (const row of rows) {
    const last = made.at(-1);
    const joins = last?.length < MOST && row.entry.together && row.entry.together === last[0].entry.together;
    if (joins) last.push(row);
    else made.push([row]);
  }
  return made;
};

let [next, reached, lost] = [null, false, false];

const sendAll = async () => {
  try {
    const rows = (await waiting()).filter((row) => row.state === "waiting");
    if (rows.length) tell("sending");
    for (const group of groups(rows)) await deliver(group);
    return (await count()) ? "left" : "sent";
  } catch (error) {
    if (error instanceof SignedOut) return "signed-out";
    lost = next !== null;
    return "offline";
  } finally {
    tell();
  }
};

// Resolves to "sent", "left" (something needs the person), "offline" or "signed-out". One tab sends at a time; what
// is added meanwhile goes with one more turn, however often that is asked for, unless the turn before found no
// server and nobody has `answered` since.
export const send = (answered = false) => {
  reached ||= answered;
  next ??= navigator.locks.request("outbox", () => {
    const inVain = lost && !reached;
    [next, reached, lost] = [null, false, false];
    return inVain ? "offline" : sendAll();
  });
  return next;
};
