// Numbers as charts write them: with as many digits as tell them apart. Stands before axis_fit.js.

const MOST_DIGITS = 12; // that count; a float has 15 to 17, the last of which are noise
const EXACT = 1e15; // whole numbers from here on are written with an exponent

function orderOf(value) { // 0 for 1 to 9.99, 3 for 1,000
  return Math.floor(Math.log10(Math.abs(value)) + 1e-12);
}

function ticksBetween(low, high, most) { // round places, and how far apart they are
  const raw = (high - low) / Math.max(most, 1);
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((factor) => factor * unit >= raw * 0.999999) * unit;
  const places = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9 && places.length < 200; at++) places.push(Number((at * step).toPrecision(15)));
  return { places, step };
}

function tickTexts(places, step) { // no two alike where the places differ
  const largest = Math.max(...places.map(Math.abs));
  const digits = (value) => Math.min(Math.max(orderOf(value) - orderOf(step) + 1, 1), 16);
  if (largest >= EXACT || (largest && largest < 1e-3)) return places.map((value) => (value ? shortExponent(value, digits(value)) : "0"));
  if (largest >= 1e6 && digits(largest) <= 4) {
    return places.map((value) => (value ? value.toLocaleString("en", { notation: "compact", maximumSignificantDigits: digits(value) }) : "0"));
  }
  const decimals = Math.min(Math.max(-orderOf(step), 0), 15);
  return places.map((value) => value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
}

function shortExponent(value, digits) { // 1e-4, not 1.000e-4
  return Number(value.toPrecision(digits)).toExponential().replace("e+", "e");
}

function placeText(x) { // under the pointer: exactly, 99,730
  if (!Number.isFinite(x)) return "–";
  return Math.abs(x) >= 1e21 ? shortExponent(x, MOST_DIGITS) : x.toLocaleString("en", { maximumFractionDigits: Math.abs(x) >= 1000 ? 3 : 6 });
}

function digitsFor(value, spread, least) { // so that a thousandth of what is on the picture is seen
  const whole = Math.max(orderOf(value) + 1, 1);
  const apart = spread > 0 ? orderOf(value) - orderOf(spread) + 3 : 0;
  const rest = Math.abs(value - Math.round(value));
  const off = rest && rest < 0.01 && Math.round(value) && whole <= 2 ? Math.min(orderOf(value) - orderOf(rest) + 2, 8) : 0; // 0.9999 is not 1
  return Math.min(Math.max(least, whole, apart, off), Math.max(MOST_DIGITS, whole));
}

function numberText(value, spread = 0, least = 4) {
  if (!value) return "0";
  const size = Math.abs(value);
  const digits = digitsFor(value, spread, least);
  if (size < 1e-3 || size >= EXACT) return shortExponent(value, Math.min(digits, MOST_DIGITS));
  return value.toLocaleString("en", { maximumSignificantDigits: Math.min(digits, 21) });
}

function percentText(share, spread = 0) { // of 0 to 1; one decimal, or more where one would hide the difference
  const value = 100 * share;
  if (Math.abs(value) >= 1e6) return `${numberText(value)} %`;
  let decimals = spread > 0 ? Math.min(Math.max(1 - orderOf(100 * spread), 1), 10) : 1;
  while (decimals < 6 && Number.isInteger(Number(value.toFixed(decimals))) && Math.abs(value - Math.round(value)) > 1e-9) decimals++;
  return `${value.toFixed(decimals)} %`;
}
