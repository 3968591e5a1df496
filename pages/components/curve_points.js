// The points of a line in the browser: what the route /api/runs/ID/curves says of it, put together. Points that came
// late take their place among the others; those of one step stand in the order in which they came.

const POINT_COLUMNS = ["step", "value", "time"];

function addPoints(line, fresh) { // line: what is known, or nothing; fresh: what came to it
  const first = fresh.step[0];
  const isLate = line && line.step.length > 0 && first < line.step.at(-1);
  const known = line ?? { step: [], value: [], time: [] };
  if (fresh.global_step || known.global_step) known.global_step = [...runSteps(known), ...runSteps(fresh)];
  for (const name of POINT_COLUMNS) for (const item of fresh[name]) known[name].push(item);
  if (isLate) {
    const order = known.step.map((_, at) => at).sort((a, b) => known.step[a] - known.step[b] || a - b);
    for (const name of [...POINT_COLUMNS, "global_step"]) if (known[name]) known[name] = order.map((at) => known[name][at]);
  }
  known.thinned = fresh.thinned || known.thinned;
  known.axis = fresh.axis ?? known.axis; // what its steps count, such as "epoch"; nothing where they are the run's own
  known.length = fresh.length; // how many points there are of it: what is asked for next comes after these
  return known;
}

function runSteps(line) { // where the run was at each point
  return line.global_step ?? line.step;
}

function knownOf(lines) { // in the words of the route's query
  return Object.entries(lines).map(([key, line]) => `${encodeURIComponent(key)}:${line.length}`).join(",");
}

function minutesAt(time, began, pauses = []) { // of work: the pauses before a run was resumed do not count
  const paused = pauses.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(time, to) - Math.max(from, began)), 0);
  return (time - began - paused) / 60;
}
