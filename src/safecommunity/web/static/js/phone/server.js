// Asks the server. A lost network, a server that is gone or busy rejects with Lost, an ended sign-in with SignedOut.
export class Lost extends Error {}
export class SignedOut extends Error {}

// Milliseconds until an answer counts as lost: what any request may take, and a photo more over a slow network.
const PATIENCE = 15000;
const FOR_A_FILE = 15000;
const SLOWEST = 8; // bytes a millisecond
const LATER = new Set([408, 409, 425, 429]);
let token = "";

const patience = (form) => {
  if (!form) return PATIENCE;
  const bytes = [...form.values()].reduce((sum, one) => sum + (one.size || 0), 0);
  return PATIENCE + FOR_A_FILE + bytes / SLOWEST;
};

const asked = async (path, options, form) => {
  try {
    return await fetch(path, { ...options, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(patience(form)) });
  } catch (error) {
    throw new Lost(String(error));
  }
};

const read = async (response) => {
  try {
    return await response.json();
  } catch (error) {
    throw new Lost(String(error));
  }
};

// Who is signed in, with the units they report for and the key of their device.
export const who = async () => {
  const response = await asked("/phone/me/", {});
  if (response.type === "opaqueredirect" || response.status === 401) throw new SignedOut();
  if (!response.ok) throw new Lost(String(response.status));
  const me = await read(response);
  token = me.token;
  return me;
};

const saidOf = ({ detail }) => (Array.isArray(detail) ? detail.map(({ loc, msg }) => `${loc.at(-1)}: ${msg}`).join("; ") : detail);

// {ok, status, value, said}: `said` is why it was not taken.
export const ask = async (method, path, { body, form, version } = {}) => {
  if (!token) await who();
  const headers = { "X-CSRFToken": token };
  if (body) headers["Content-Type"] = "application/json";
  if (version) headers["If-Match"] = `"${version}"`;
  const response = await asked(path, { method, headers, body: form || (body && JSON.stringify(body)) }, form);
  if (response.status === 401 || response.type === "opaqueredirect") {
    token = "";
    throw new SignedOut();
  }
  if (response.status >= 500 || LATER.has(response.status)) throw new Lost(String(response.status));
  const value = await read(response);
  return { ok: response.ok, status: response.status, value, said: response.ok ? "" : String(saidOf(value) || response.status) };
};
