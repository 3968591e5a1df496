// The box beside the pointer: which place, and the value of each line there. Stands before line_chart.js.

const TOLD = 8; // lines that it names at most

class PointerBox {
  constructor(chart) {
    this.chart = chart;
    this.box = element("div", "ts-told");
    this.box.hidden = true;
  }

  tell() {
    const { plot, lines, raw, layout, hidden } = this.chart;
    const { left, idx, idxs } = plot.cursor;
    const told = left < 0 || idx === null ? [] : lines.map((line, at) => [line, raw[at + 1], idxs[at + 1]])
      .filter(([line, values, at]) => line.hoverinfo !== "skip" && !hidden.has(groupOf(line)) && typeof values[at] === "number");
    this.box.hidden = !told.length;
    if (!told.length) return;
    const rows = told.slice(0, TOLD).map(([line, values, at]) => {
      const row = element("div");
      row.append(strokeOf(line.line.color, line.line.dash), element("span", "", `${line.name} `), element("b", "", this.valueAt(line, values, at)));
      return row;
    });
    const more = told.length > TOLD ? [element("div", "", `and ${told.length - TOLD} more`)] : [];
    this.box.replaceChildren(element("div", "", `${layout.xaxis.title.text} ${placeText(raw[0][idx])}`), ...rows, ...more);
    this.place(left);
  }

  valueAt(line, values, at) { // and how many there are at this place
    const { raw: [places], spread, layout } = this.chart;
    const written = (value) => `${numberText(value, spread)}${layout.yaxis.ticksuffix ?? ""}`;
    const here = [];
    for (let next = places.indexOf(places[at]); places[next] === places[at]; next++) if (typeof values[next] === "number") here.push(values[next]);
    if (here.length < 2) return written(values[at]);
    const count = line.thinned ? "several points" : `${here.length.toLocaleString("en")} points`;
    return `${count}, ${written(smallestOf(here))} to ${written(largestOf(here))}`;
  }

  place(left) {
    const { plot, node } = this.chart;
    const over = plot.over.getBoundingClientRect();
    const right = left > over.width / 2;
    const inside = over.left - node.getBoundingClientRect().left + left;
    this.box.style.left = right ? "auto" : `${inside + 14}px`;
    this.box.style.right = right ? `${node.clientWidth - inside + 14}px` : "auto";
  }
}

function smallestOf(values) { // of any number of them; Math.min takes only so many
  return values.reduce((one, other) => Math.min(one, other));
}

function largestOf(values) {
  return values.reduce((one, other) => Math.max(one, other));
}
