// When and where a JPEG was taken, read before the picture is made smaller: {device_at, longitude, latitude}.
const TAKEN = 0x9003;
const EXIF = 0x8769;
const GPS = 0x8825;

const entries = (view, start, at, little) => {
  const found = new Map();
  const number = view.getUint16(start + at, little);
  for (let place = 0; place < number; place += 1) {
    const entry = start + at + 2 + place * 12;
    found.set(view.getUint16(entry, little), entry);
  }
  return found;
};

const rational = (view, at, little) => view.getUint32(at, little) / view.getUint32(at + 4, little);

const degrees = (view, start, found, tag, little, negative) => {
  const [entry, side] = [found.get(tag), found.get(tag - 1)];
  if (!entry || !side) return null;
  const at = start + view.getUint32(entry + 8, little);
  const [whole, minutes, seconds] = [0, 8, 16].map((step) => rational(view, at + step, little));
  const value = whole + minutes / 60 + seconds / 3600;
  if (!Number.isFinite(value)) return null;
  return String.fromCharCode(view.getUint8(side + 8)) === negative ? -value : value;
};

const taken = (view, start, entry, little) => {
  const at = start + view.getUint32(entry + 8, little);
  const text = Array.from({ length: 19 }, (_, step) => String.fromCharCode(view.getUint8(at + step))).join("");
  const found = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(text);
  return found ? `${found[1]}-${found[2]}-${found[3]}T${found[4]}` : null;
};

const read = (view, start) => {
  const little = view.getUint16(start) === 0x4949;
  const main = entries(view, start, view.getUint32(start + 4, little), little);
  const part = (tag) =>
    main.has(tag) ? entries(view, start, view.getUint32(main.get(tag) + 8, little), little) : new Map();
  const [details, place] = [part(EXIF), part(GPS)];
  const [latitude, longitude] = [degrees(view, start, place, 2, little, "S"), degrees(view, start, place, 4, little, "W")];
  const whole = latitude !== null && longitude !== null;
  return {
    device_at: details.has(TAKEN) ? taken(view, start, details.get(TAKEN), little) : null,
    longitude: whole ? longitude : null,
    latitude: whole ? latitude : null,
  };
};

export const facts = (bytes) => {
  const nothing = { device_at: null, longitude: null, latitude: null };
  const view = new DataView(bytes);
  try {
    if (view.getUint16(0) !== 0xffd8) return nothing;
    for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
      if (view.getUint16(at) === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return read(view, at + 10);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return nothing;
};
