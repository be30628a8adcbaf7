// What waits to be sent. Each record has a key of its own making, so that however often it is sent it is kept once;
// records go in the order they were made, each with its photos, and a photo that arrived is not sent again.
import { open, openBytes, seal } from "./seal.js";
import * as store from "./store.js";
import { SignedOut, ask } from "./server.js";

const tell = (name = "outbox") => document.dispatchEvent(new CustomEvent(name));

// entry: {uuid, method, path, body, title, version}; photos: as photos.js prepares them.
export const add = async (entry, photos = []) => {
  const rows = photos.map(({ row }) => ["photos", row]);
  const made = { uuid: entry.uuid, made: Date.now(), order: performance.now(), state: "waiting", said: "" };
  await store.put([["outbox", { ...made, ...(await seal(entry)) }], ...rows]);
  tell();
  tell("unsent");
};

export const waiting = async () => {
  const rows = await store.all("outbox");
  rows.sort((one, other) => one.made - other.made || one.order - other.order);
  return Promise.all(rows.map(async (row) => ({ ...row, entry: await open(row) })));
};

export const count = () => store.count("outbox");

export const drop = async (row) => {
  await store.remove("outbox", row.uuid);
  await Promise.all((row.entry.photos || []).map((name) => store.remove("photos", name)));
  tell();
};

// The person's own version once more, now over the version that stands on the server.
export const insist = async (row) => {
  const entry = { ...row.entry, version: row.entry.theirs.version, theirs: null };
  const { uuid, made, order } = row;
  await store.put([["outbox", { uuid, made, order, state: "waiting", said: "", ...(await seal(entry)) }]]);
  tell("unsent");
};

const stopped = async (row, state, said, more = {}) => {
  const { uuid, made, order } = row;
  await store.put([["outbox", { uuid, made, order, state, said, ...(await seal({ ...row.entry, ...more })) }]]);
};

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

const deliver = async (row) => {
  const { entry } = row;
  const body = entry.clocked ? { ...entry.body, sent_at: new Date().toISOString() } : entry.body;
  let answer = await ask(entry.method, entry.path, { body, version: entry.version });
  if (answer.ok) answer = await sendPhotos(entry, answer.value.awaited || []);
  if (answer.ok) return drop(row);
  if (answer.status === 412) {
    return stopped(row, "conflict", answer.said, { theirs: (await ask("GET", entry.current)).value });
  }
  return stopped(row, "refused", answer.said);
};

let [next, reached, lost] = [null, false, false];

const sendAll = async () => {
  try {
    const rows = (await waiting()).filter((row) => row.state === "waiting");
    if (rows.length) tell("sending");
    for (const row of rows) await deliver(row);
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
