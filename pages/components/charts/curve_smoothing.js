// A smooth line through the data. Lines that are here as a whole are smoothed here, by the same rule as on the server
// (core/store/smoothing.py); of thinned ones the server smooths the data. Stands before curve_drawing.js.

const WHOLE_POINTS = 1000; // a longer curve is smoothed by the thousandth of its length

function keptShare(numbers, weight) { // how much of the mean before is kept at each number
  return weight ** Math.min(1, WHOLE_POINTS / Math.max(numbers, 1));
}

function smooth(values, weight) { // exponential moving average, debiased: Kingma & Ba 2014
  const isNumber = (value) => typeof value === "number";
  const keep = keptShare(values.filter(isNumber).length, weight);
  let mean = 0;
  let mass = 0;
  return values.map((value) => {
    if (!isNumber(value)) return null;
    mean = keep * mean + (1 - keep) * value;
    mass = keep * mass + (1 - keep);
    return mean / mass;
  });
}

function smoothLine(line, weight) { // {step, value, time} of the smooth line, or nothing while the server is asked for it
  if (line.smooth && line.weight === weight) return line.smooth;
  return line.thinned || line.count !== undefined ? null : { ...line, value: smooth(line.value, weight) };
}

function extendSmooth(line, fresh) { // by what came since the server smoothed it; so long a curve has no bias left
  const { smooth: known } = line;
  if (!known) return;
  if (fresh.global_step || known.global_step) known.global_step = [...runSteps(known), ...runSteps(fresh)];
  for (const name of ["step", "time"]) for (const item of fresh[name]) known[name].push(item);
  for (const value of fresh.value) {
    if (typeof value === "number") known.mean = known.keep * known.mean + (1 - known.keep) * value;
    known.value.push(typeof value === "number" ? known.mean : null);
  }
}
