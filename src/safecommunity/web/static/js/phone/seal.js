// Seals what is kept with the person's key (AES-GCM). The key comes with the sign-in, cannot be read out of the
// browser again, and goes with the sign-out.
import { get, put } from "./store.js";

const ALGORITHM = "AES-GCM";
let own = null;

const bytesOf = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

export const takeKey = async (owner, text) => {
  const key = await crypto.subtle.importKey("raw", bytesOf(text), ALGORITHM, false, ["encrypt", "decrypt"]);
  await put([["keys", { id: "own", owner, key }]]);
  own = key;
};

// Whose device this is, "" when nobody has signed in since it was wiped.
export const owner = async () => {
  const kept = await get("keys", "own");
  own = kept?.key || null;
  return kept?.owner || "";
};

export const sealBytes = async (bytes) => {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, sealed: await crypto.subtle.encrypt({ name: ALGORITHM, iv }, own, bytes) };
};

export const openBytes = ({ iv, sealed }) => crypto.subtle.decrypt({ name: ALGORITHM, iv }, own, sealed);

export const seal = (value) => sealBytes(new TextEncoder().encode(JSON.stringify(value)));

export const open = async (row) => JSON.parse(new TextDecoder().decode(await openBytes(row)));

export const keep = async (id, value) => put([["kept", { id, ...(await seal(value)) }]]);

export const kept = async (id) => {
  const row = await get("kept", id);
  return row ? open(row) : null;
};

export const sha256 = async (bytes) =>
  [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))]
    .map((one) => one.toString(16).padStart(2, "0"))
    .join("");
