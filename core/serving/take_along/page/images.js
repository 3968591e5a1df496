// Images as core/data/images and Pillow (libImaging/Resample.c) cut, resize and convert them, number by number.
const PRECISION = 22;
const filters = {
  bicubic: { support: 2, at(x) {
    x = Math.abs(x);
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
  } },
  box: { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
};

async function readImage({ image }, state) {
  const [channels, height, width] = state.shape;
  let picture = await decoded(image, kept.ground);
  if (kept.is_drawing && (picture.width !== width || picture.height !== height)) picture = drawing(grey(picture), width, height);
  return { values: shaped(picture, width, height, channels) };
}

async function decoded(bytes, ground) {
  const bitmap = await createImageBitmap(new Blob([bytes]), { premultiplyAlpha: "none", colorSpaceConversion: "none" })
    .catch(() => { throw new Error("This is not an image that this browser can read."); });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height), context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0, at = 0; i < data.length; i += 4)
    for (let c = 0; c < 3; c++) pixels[at++] = Math.round((data[i + c] * data[i + 3] + ground * (255 - data[i + 3])) / 255);
  return { pixels, width, height, bands: 3 };
}

function grey({ pixels, width, height, bands }) {
  if (bands === 1) return { pixels, width, height, bands };
  const found = new Uint8Array(width * height);
  for (let i = 0; i < found.length; i++)
    found[i] = (pixels[3 * i] * 19595 + pixels[3 * i + 1] * 38470 + pixels[3 * i + 2] * 7471 + 0x8000) >> 16;
  return { pixels: found, width, height, bands: 1 };
}

function shaped(picture, width, height, channels) {
  if (picture.width !== width || picture.height !== height) picture = resized(picture, width, height, "bicubic", middle(picture, width / height));
  if (channels === 1) picture = grey(picture);
  const values = new Uint8Array(channels * height * width);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < width * height; i++) values[c * width * height + i] = picture.pixels[i * picture.bands + (picture.bands === 1 ? 0 : c)];
  return values;
}

function middle({ width, height }, wanted) {
  const ratio = width / height;
  let across = width, down = height;
  if (ratio > wanted) across = wanted * height;
  else if (ratio < wanted) down = width / wanted;
  const left = (width - across) * 0.5, top = (height - down) * 0.5;
  return [left, top, left + across, top + down].map(Math.fround); // Pillow keeps them in 32 bits
}

function coefficients(size, from, to, wanted, filter) {
  const scale = Math.fround(to - from) / wanted, wide = Math.max(scale, 1), support = filter.support * wide;
  return Array.from({ length: wanted }, (_, place) => {
    const center = from + (place + 0.5) * scale;
    const first = Math.max(Math.trunc(center - support + 0.5), 0);
    const count = Math.min(Math.trunc(center + support + 0.5), size) - first;
    const weights = Array.from({ length: count }, (_, x) => filter.at((x + first - center + 0.5) * (1 / wide)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return [first, weights.map((weight) => {
      const share = (total === 0 ? weight : weight / total) * (1 << PRECISION);
      return Math.trunc(share < 0 ? share - 0.5 : share + 0.5);
    })];
  });
}

function resized(picture, width, height, kind, box = [0, 0, picture.width, picture.height]) {
  const filter = filters[kind];
  let found = picture;
  if (width !== found.width || box[0] !== 0 || box[2] !== width)
    found = along(found, coefficients(found.width, box[0], box[2], width, filter), width, true);
  if (height !== found.height || box[1] !== 0 || box[3] !== height)
    found = along(found, coefficients(found.height, box[1], box[3], height, filter), height, false);
  return found;
}

function along({ pixels, width, height, bands }, every, wanted, across) {
  const [w, h] = across ? [wanted, height] : [width, wanted], found = new Uint8ClampedArray(w * h * bands);
  const step = across ? bands : width * bands;
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const [first, weights] = every[across ? x : y];
      for (let band = 0; band < bands; band++) {
        let at = across ? (y * width + first) * bands + band : (first * width + x) * bands + band, sum = 1 << (PRECISION - 1);
        for (const weight of weights) { sum += pixels[at] * weight; at += step; }
        found[(y * w + x) * bands + band] = Math.floor(sum / (1 << PRECISION));
      }
    }
  return { pixels: found, width: w, height: h, bands };
}

// A digit is centred and scaled as those of the training data are.
function drawing({ pixels, width, height }, wide, high) {
  const ink = kept.drawing.ink, f = Math.fround;
  let shades = Float32Array.from(pixels, (value) => f(value / 255));
  const row = (y) => shades.subarray(y * width, (y + 1) * width), column = (x) => Array.from({ length: height }, (_, y) => shades[y * width + x]);
  if (median([...row(0), ...row(height - 1), ...column(0), ...column(width - 1)]) > kept.drawing.dark) shades = shades.map((value) => f(1 - value));
  let canvas = { shades, width, height };
  if (shades.some((value) => value >= ink)) canvas = centred(canvas, wide, high, ink);
  const found = Uint8Array.from(canvas.shades, (value) => rint(f(value * 255)));
  return resized({ pixels: found, width: canvas.width, height: canvas.height, bands: 1 }, wide, high, "box");
}

function centred({ shades, width, height }, wide, high, ink) {
  let [top, bottom, left, right] = [height, -1, width, -1];
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (shades[y * width + x] >= ink) {
    [top, bottom, left, right] = [Math.min(top, y), Math.max(bottom, y), Math.min(left, x), Math.max(right, x)];
  }
  const [w, h] = [right - left + 1, bottom - top + 1], scale = Math.max(h / high, w / wide);
  const [W, H] = [Math.max(rint(wide * scale), w), Math.max(rint(high * scale), h)], found = new Float32Array(W * H);
  const [down, across] = [Math.floor((H - h) / 2), Math.floor((W - w) / 2)];
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) found[(y + down) * W + x + across] = shades[(y + top) * width + x + left];
  const most = found.reduce((one, other) => Math.max(one, other), 0);
  return { shades: found.map((value) => Math.fround(value / most)), width: W, height: H };
}

function median(values) {
  const sorted = Float32Array.from(values).sort(), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : Math.fround((sorted[half - 1] + sorted[half]) / 2);
}

function rint(value) { // to the even one of two that are as near, as in Python
  const low = Math.floor(value), rest = value - low;
  if (rest !== 0.5) return Math.round(value);
  return low % 2 ? low + 1 : low;
}
