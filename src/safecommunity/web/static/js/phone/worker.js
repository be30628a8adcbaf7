// The service worker: the shell of the application is kept, whole or not at all, and served without asking the network.
// The server writes FILES (what the shell is made of) and VERSION (what is in them) above this text.
/* global FILES, VERSION */
const NAME = `phone-${VERSION}`;
const SHELL = "/phone/";

self.addEventListener("install", (event) => {
  const fetched = FILES.map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(fetched)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("phone-") && name !== NAME).map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(old());
});

const kept = async (request, path) => {
  const cache = await caches.open(NAME);
  return (await cache.match(path)) || fetch(request);
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && pathname === SHELL) event.respondWith(kept(request, SHELL));
  else if (FILES.includes(pathname)) event.respondWith(kept(request, pathname));
});
