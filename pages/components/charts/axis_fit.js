// Where the values of a picture lie: an axis that fits nearly all of them, with what is outside said in a sentence.
// Stands before line_chart.js.

const HUGE = 1e300; // what is beyond is drawn here: its differences do not fit into a number
const OUT_OF_PROPORTION = 50; // times the middle nine tenths
const OUT_OF_SIZE = 100; // times the largest of them
const AROUND = 3; // widths of the middle part beyond which a value is outside

function fitOf(lines, { log, all, part }) { // lines: {y, isFaint}; all: leave nothing out; part: places that count
  const solid = lines.filter((line) => !line.isFaint);
  const values = finiteOf(solid.length ? solid : lines, part);
  const positive = log ? values.filter((value) => value > 0) : values;
  const isLog = log && (positive.length > 0 || !values.length);
  const notes = [];
  if (log && !isLog) notes.push("No value is above zero, which a log scale needs: drawn on a linear one.");
  else if (positive.length < values.length) notes.push(notPositiveNote(values.length - positive.length, values.length, lines.some((line) => line.thinned)));
  const inside = (isLog ? positive : values).sort((one, other) => one - other);
  if (!inside.length) return { isLog, low: isLog ? 0.1 : 0, high: 1, notes, left: 0 };
  const whole = [inside[0], inside.at(-1)].map(drawable);
  const [low, high] = all || isLog ? whole : bulkOf(inside.map(drawable));
  const left = [inside.filter((value) => value < Math.min(low, HUGE)).length, inside.filter((value) => value > Math.max(high, -HUGE)).length];
  const said = (count) => (lines.some((line) => line.thinned) ? "Some values are" : `${count.toLocaleString("en")} of ${counted(inside.length, "value")} ${count === 1 ? "is" : "are"}`); // how many are left out there is not known here
  const isHuge = low === -HUGE || high === HUGE;
  if (isHuge) notes.push(`Values beyond ${shortExponent(HUGE, 1)} are drawn there; the pointer reads them as they are.`);
  if (left[0] && low > -HUGE) notes.push(outsideNote(said(left[0]), "below", inside[0]));
  if (left[1] && high < HUGE) notes.push(outsideNote(said(left[1]), "above", inside.at(-1)));
  const behind = lines.filter((line) => line.isFaint);
  const ends = all || isLog ? widened(whole, finiteOf(lines, part), isLog) : widened([low, high], behind.flatMap((line) => line.middle ?? middleOf(finiteOf([line], part))), isLog);
  const reached = widened(ends, finiteOf(behind, part), isLog);
  if (reached[1] - reached[0] > 2 * (ends[1] - ends[0]) && !isLog) notes.push(`Before smoothing, values reach from ${numberText(reached[0], 0, 3)} to ${numberText(reached[1], 0, 3)}.`);
  return { isLog, low: ends[0], high: ends[1], notes, left: isHuge ? 0 : left[0] + left[1] };
}

function drawable(value) {
  return Math.min(Math.max(value, -HUGE), HUGE);
}

function finiteOf(lines, part) {
  const found = [];
  for (const { x, y } of lines) y.forEach((value, at) => { if (Number.isFinite(value) && (!part || (x[at] >= part[0] && x[at] <= part[1]))) found.push(value); });
  return found;
}

function bulkOf(sorted) { // the whole, unless a few values would press all the others into a line
  const whole = [sorted[0], sorted.at(-1)];
  const cut = Math.max(1, Math.floor(sorted.length / 20));
  if (sorted.length < 5) return whole;
  const [low, high] = [sorted[cut], sorted.at(-1 - cut)];
  const size = Math.max(Math.abs(low), Math.abs(high));
  const width = Math.max(high - low, size / 100);
  const isFar = whole[1] - whole[0] > OUT_OF_PROPORTION * width;
  const isLarge = Math.max(Math.abs(whole[0]), Math.abs(whole[1])) > OUT_OF_SIZE * size;
  if (!size || !isFar || !isLarge) return whole; // one spike among zeros is what there is to see
  const near = sorted.filter((value) => value >= low - AROUND * width && value <= high + AROUND * width);
  return [near[0], near.at(-1)];
}

function middleOf(values) { // eight tenths of them; of a thinned line, whose extremes were kept, the server says it
  const sorted = values.sort((one, other) => one - other);
  const cut = Math.floor(sorted.length / 10);
  return sorted.length ? [sorted[cut], sorted.at(-1 - cut)] : [];
}

function widened(ends, values, isLog) { // so that most of the faint line behind is seen, too
  return values.filter((value) => !isLog || value > 0).map(drawable).reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], ends);
}

function outsideNote(which, where, farthest) {
  return `${which} ${where} what is drawn, ${where === "above" ? "up" : "down"} to ${numberText(farthest)}.`;
}

function notPositiveNote(count, all, thinned) {
  return thinned ? "Some values are not above zero: no log scale shows them." : `${count.toLocaleString("en")} of ${counted(all, "value")} ${count === 1 ? "is" : "are"} not above zero: no log scale shows that.`;
}

function counted(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

// What uPlot is given: logarithms on a log axis, and numbers of a size that it can count with.
function placing({ isLog, low, high }) {
  if (isLog) return { to: (value) => (value > 0 ? Math.log10(drawable(value)) : null), from: (place) => 10 ** place };
  const size = Math.max(Math.abs(low), Math.abs(high));
  const unit = size >= 1e12 || (size && size < 1e-9) ? 10 ** orderOf(size) : 1;
  const [least, most] = [low - 100 * (high - low || size), high + 100 * (high - low || size)].map((end) => drawable(end / unit));
  return { to: (value) => Math.min(Math.max(drawable(value) / unit, least), most), from: (place) => place * unit };
}

function roomAround({ isLog, low, high }, place) { // the ends of the axis, with some room
  const [first, last] = [place.to(low), place.to(high)];
  const room = (last - first) * 0.05 || (isLog ? 0.05 : Math.abs(last) * 0.05 || 1);
  return [first - room, last + room];
}

function yTicks(place, isLog, [first, last], most) { // {places: where uPlot draws them, texts}
  if (!isLog) {
    const unit = place.from(1);
    const { places, step } = ticksBetween(first, last, most);
    return { places, texts: tickTexts(places.map((at) => at * unit), step * unit) };
  }
  if (last - first < 1) { // less than one power of ten: round numbers between
    const { places, step } = ticksBetween(10 ** first, 10 ** last, most);
    const above = places.filter((value) => value > 0);
    return { places: above.map(Math.log10), texts: tickTexts(above, step) };
  }
  const stride = Math.max(1, Math.ceil((last - first) / most));
  const powers = [];
  for (let power = Math.ceil(first / stride) * stride; power <= last; power += stride) powers.push(power);
  const between = powers.length <= 2 && stride === 1 ? [2, 5].flatMap((factor) => [powers[0] - 1, ...powers].map((power) => power + Math.log10(factor))) : [];
  const places = [...powers, ...between].filter((at) => at >= first && at <= last).sort((one, other) => one - other);
  return { places, texts: places.map((at) => numberText(Number((10 ** at).toPrecision(3)))) };
}
