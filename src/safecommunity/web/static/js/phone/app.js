// The application on the phone: starts without a network, sends when there is one, and leaves nothing behind.
import { refresh } from "./area.js";
import * as hazard from "./hazard.js";
import { count } from "./outbox.js";
import { $, say, show, word } from "./page.js";
import * as round from "./round.js";
import { keep, kept, owner, takeKey } from "./seal.js";
import { send } from "./sending.js";
import { SignedOut, ask, who } from "./server.js";
import { wipe } from "./store.js";
import * as waiting from "./waiting.js";

const EVERY = 20000;

const state = (name) => {
  if (name === "sent" && $("#said").dataset.tone === "done") say("");
  $("#state").textContent = word(name);
  $("#sign-in").hidden = name !== "signed-out";
};

const fill = async (me) => {
  $("#who").textContent = me.name;
  await Promise.all([hazard.fill(me), round.fill(), waiting.fill()]);
};

// Somebody else signed in: what the one before left is unreadable to them and is not shown; it must be sent first.
const begin = async () => {
  const before = await owner();
  const me = await who();
  if (before && before !== me.username && (await count())) {
    say(word("other person"), "wrong");
    return null;
  }
  if (before !== me.username) await wipe();
  await takeKey(me.username, me.key);
  await keep("me", me);
  return me;
};

const work = async () => {
  try {
    const me = await begin();
    if (!me) return;
    const sent = await send(true);
    if (sent === "sent" || sent === "left") await refresh(me);
    await fill(me);
    state(sent);
  } catch (error) {
    state(error instanceof SignedOut ? "signed-out" : "offline");
  }
};

// Warns of what was not sent; then nothing is left here, and where there is a network the session ends too.
const signOut = async () => {
  const left = await count();
  if (left && !confirm(`${word("unsent")} ${left}`)) return;
  await wipe();
  await ask("POST", "/account/sign-out/").catch(() => null);
  location.assign("/account/sign-in/?next=/phone/");
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-goes]");
  if (link) show(link.dataset.goes);
});
document.addEventListener("outbox", async () => {
  await Promise.all([waiting.fill(), round.fill()]);
});
document.addEventListener("unsent", async () => state(await send()));
document.addEventListener("sending", () => state("sending"));
$("#send-now").addEventListener("click", work);
$("#sign-out").addEventListener("click", signOut);
addEventListener("online", work);
addEventListener("offline", () => state("offline"));
setInterval(async () => {
  if (await count()) await work();
}, EVERY * (0.75 + Math.random() / 2));

if ("serviceWorker" in navigator) navigator.serviceWorker.register("/phone/worker.js", { scope: "/phone/" });
if (!isSecureContext) say(word("insecure"), "wrong");
show("today");
if (await owner()) await fill(await kept("me"));
await work();
