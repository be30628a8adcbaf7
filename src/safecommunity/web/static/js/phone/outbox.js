// What waits to be sent. Each record has a key of its own making, so that however often it is sent it is kept once;
// records go in the order they were made, each with its photos.
import { open, seal } from "./seal.js";
import * as store from "./store.js";

export const tell = (name = "outbox") => document.dispatchEvent(new CustomEvent(name));

// entry: {uuid, method, path, body, title, version, together}; photos: as photos.js prepares them; together: where
// several such entries are taken at once.
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

// Kept for the person: `state` says what is the matter, `said` why.
export const stopped = async (row, state, said, more = {}) => {
  const { uuid, made, order } = row;
  await store.put([["outbox", { uuid, made, order, state, said, ...(await seal({ ...row.entry, ...more })) }]]);
};
