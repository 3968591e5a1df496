// Rows as core/preprocessing/columns.py makes features of them.
const DAY_S = 86400, YEAR_DAYS = 365.25;
const modulo = (value, by) => ((value % by) + by) % by;

function readColumns({ row }, state) {
  const features = [], remarks = [];
  for (const column of state.numbers) numberFeatures(column, row[column.name], features, remarks);
  for (const column of state.words) wordFeatures(column, row[column.name], features, remarks);
  for (const column of state.dates || []) dateFeatures(column, row[column.name], features, remarks);
  return { values: Float32Array.from(features), remarks };
}

function numberFeatures(column, given, features, remarks) {
  let value = given ?? NaN;
  const beyond = value < column.low || value > column.high || (column.zero_is_missing && value === 0);
  if (column.beyond_is_missing && beyond) {
    remarks.push(`${column.name}: ${value} lies far outside of what was learnt from (${column.known_low} to ${column.known_high}), so it counts as unknown.`);
    value = NaN;
  }
  const missing = Number.isNaN(value), filled = missing ? column.median : Math.min(Math.max(value, column.low), column.high);
  features.push((filled - column.mean) / column.std);
  if (column.marks_missing) features.push(Number(missing));
  if (column.log_std) features.push((Math.log(Math.max(filled + column.log_shift, column.log_floor)) - column.log_mean) / column.log_std);
}

function wordFeatures(column, given, features, remarks) {
  const word = given === null || given === undefined ? "" : String(given).split(/\s+/u).filter(Boolean).join(" ");
  const place = column.words.indexOf(word), missing = word === "";
  for (let i = 0; i < column.words.length; i++) features.push(Number(i === place));
  if (column.has_rare) features.push(Number(place < 0 && !missing));
  if (column.has_missing) features.push(Number(missing));
  if (Object.keys(column.encoded).length) features.push(missing ? 0 : (column.encoded[word] ?? 0));
  const rare = column.rare || [], knowsAll = !column.has_rare || (rare.length > 0 && rare.length < 20000);
  if (knowsAll && !missing && place < 0 && !rare.includes(word)) remarks.push(`${column.name}: '${word}' was never seen in training.`);
}

function dateFeatures(column, given, features, remarks) {
  let seconds = NaN;
  if (given && column.is_clock) seconds = given.split(":").reduce((sum, part) => 60 * sum + Number(part), 0) * (given.split(":").length === 2 ? 60 : 1);
  else if (given) seconds = Date.parse(`${given}T00:00:00Z`) / 1000;
  const beyond = seconds < column.low || seconds > column.high;
  if (beyond) remarks.push(`${column.name}: lies far outside of the time learnt from, so it counts as unknown.`);
  const missing = Number.isNaN(seconds) || beyond, filled = missing ? column.middle : seconds;
  const day = modulo(Math.floor(filled / DAY_S) - 4, 7), hour = Math.floor(modulo(filled, DAY_S) / 3600);
  const weekend = column.weekdays && day >= 5, one = (count, is) => { for (let i = 0; i < count; i++) features.push(Number(is(i))); };
  features.push((filled - column.origin - column.mean) / column.std);
  if (column.hours) {
    const turn = (2 * Math.PI * modulo(filled, DAY_S)) / DAY_S;
    features.push(Math.sin(turn), Math.cos(turn));
    one(24, (i) => i === hour);
  }
  if (column.weekdays) one(7, (i) => i === day);
  if (column.hours_at_weekends) one(24, (i) => i === hour && weekend);
  if (column.months) one(12, (i) => i === new Date(1000 * Math.trunc(filled)).getUTCMonth());
  if (column.season) {
    const turn = (2 * Math.PI * modulo(filled / DAY_S, YEAR_DAYS)) / YEAR_DAYS;
    features.push(Math.sin(turn), Math.cos(turn));
  }
  if (column.marks_missing) features.push(Number(missing));
}
