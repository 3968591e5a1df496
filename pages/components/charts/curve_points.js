// The points of a line in the browser: what the route /api/runs/ID/curves says of it, put together. Points that came
// late take their place among the others; those of one step stand in the order in which they came.

const POINT_COLUMNS = ["step", "value", "time"];
const SAID_OF_ALL = ["count", "numbers", "smooth", "middle", "weight"]; // by the server, of a thinned line

function addPoints(line, fresh) { // line: what is known, or nothing; fresh: what came to it
  const first = fresh.step[0];
  const isLate = line && line.step.length > 0 && first < line.step.at(-1);
  const known = line ?? { step: [], value: [], time: [] };
  if (fresh.global_step || known.global_step) known.global_step = [...runSteps(known), ...runSteps(fresh)];
  for (const name of POINT_COLUMNS) for (const item of fresh[name]) known[name].push(item);
  if (isLate || fresh.thinned) for (const name of SAID_OF_ALL) delete known[name]; // no longer true: asked for again
  else goOn(known, fresh);
  if (isLate) {
    const order = known.step.map((_, at) => at).sort((a, b) => known.step[a] - known.step[b] || a - b);
    for (const name of [...POINT_COLUMNS, "global_step"]) if (known[name]) known[name] = order.map((at) => known[name][at]);
  }
  known.thinned = fresh.thinned || known.thinned;
  known.axis = fresh.axis ?? known.axis; // what its steps count, such as "epoch"; nothing where they are the run's own
  known.length = fresh.length; // how many points there are of it: what is asked for next comes after these
  return known;
}

function goOn(line, fresh) { // with what the server said of all points before these
  extendSmooth(line, fresh);
  if (line.count === undefined) return;
  line.count += fresh.value.length;
  line.numbers += fresh.value.filter((value) => typeof value === "number").length;
}

function finer(line, known, weight) { // what the route /detail says of the whole line, in the place of what is known
  return { ...line, thinned: true, weight, length: line.count, axis: line.axis ?? known?.axis };
}

function isCoarser(line, weight) { // than what the server can say of it
  if (!line?.thinned) return false;
  if (weight && line.weight !== weight) return true;
  return line.count === undefined && line.value.some((value) => typeof value !== "number");
}

function runSteps(line) { // where the run was at each point
  return line.global_step ?? line.step;
}

function knownOf(lines, keys) { // in the words of the route's query
  return Object.entries(lines).filter(([key]) => !keys.length || keys.includes(key)).map(([key, line]) => `${encodeURIComponent(key)}:${line.length}`).join(",");
}

function minutesAt(time, began, pauses = []) { // of work: the pauses before a run was resumed do not count
  if (!(time > 0)) return null; // what was imported may have no times
  const paused = pauses.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(time, to) - Math.max(from, began)), 0);
  return (time - began - paused) / 60;
}
