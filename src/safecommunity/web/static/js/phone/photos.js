// A photo for the outbox: its facts read, then made smaller, named by its SHA-256 and sealed.
import { facts } from "./exif.js";
import { sealBytes, sha256 } from "./seal.js";

const SIDE = 1600;
const QUALITY = 0.82;

const shrunk = async (file) => {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return (await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY })).arrayBuffer();
};

// [{said: what the record speaks of, row: what the store keeps}]; rejects for what is no picture.
export const prepared = (files) =>
  Promise.all(
    [...files].map(async (file) => {
      const known = facts(await file.arrayBuffer());
      const bytes = await shrunk(file);
      const name = await sha256(bytes);
      return { said: { sha256: name, ...known }, row: { sha256: name, ...(await sealBytes(bytes)) } };
    }),
  );
