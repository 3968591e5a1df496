// Which points of lines are asked for, and what is said of those that have no place. Stands after curve_points.js.

const LAST_STEP = "99999999999999999";
const WHOLE = { low: `-${LAST_STEP}`, high: LAST_STEP }; // of runs from elsewhere steps may be negative
const SETTLED_MS = 200; // after the last change of a slider, the server is asked

function listed(keys) { // a name may have a comma in it
  return keys.map(encodeURIComponent).join(",");
}

function beginning(lines) { // seconds since 1970; infinite where no line has times
  return lines.reduce((first, line) => line.time.reduce((least, time) => (time > 0 && time < least ? time : least), first), Infinity);
}

function unplacedNote(line, label, axis, run) { // of points without a place on the axis
  const missing = line.step.reduce((count, _, at) => count + !Number.isFinite(axis.of(line, at, run)), 0);
  if (!missing) return "";
  if (missing < line.step.length) return `${label}: ${missing.toLocaleString("en")} of ${counted(line.step.length, "point")} ${missing === 1 ? "has" : "have"} no ${axis.noun}, and cannot be shown here.`;
  return `${label} has no ${axis.noun} at its points: choose another X axis.`;
}
