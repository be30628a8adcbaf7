// What the phone keeps, in IndexedDB: the person's key, their area, drafts, the outbox with its photos.
const NAME = "phone";
const STORES = { keys: "id", kept: "id", outbox: "uuid", photos: "sha256" };

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const opened = () => {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    for (const [name, keyPath] of Object.entries(STORES)) request.result.createObjectStore(name, { keyPath });
  };
  return done(request);
};

const database = opened();

export const get = async (store, id) => done((await database).transaction(store).objectStore(store).get(id));

export const all = async (store) => done((await database).transaction(store).objectStore(store).getAll());

export const count = async (store) => done((await database).transaction(store).objectStore(store).count());

// All rows of all stores in one transaction, on the disk when this resolves: [[store, row], …].
export const put = async (rows) => {
  const stores = [...new Set(rows.map(([store]) => store))];
  const work = (await database).transaction(stores, "readwrite", { durability: "strict" });
  for (const [store, row] of rows) work.objectStore(store).put(row);
  return new Promise((resolve, reject) => {
    work.oncomplete = resolve;
    work.onabort = () => reject(work.error);
  });
};

export const remove = async (store, id) =>
  done((await database).transaction(store, "readwrite").objectStore(store).delete(id));

// Nothing of anybody is left on the device.
export const wipe = async () => {
  const work = (await database).transaction(Object.keys(STORES), "readwrite");
  for (const name of Object.keys(STORES)) work.objectStore(name).clear();
  return new Promise((resolve) => {
    work.oncomplete = resolve;
  });
};
