// Which of many charts are near the screen: what is far from it is not built, and costs nothing. Stands before what
// shows charts.

const FEW = 24; // charts that are all built at once
const NEAR_PX = 900; // above and below what is seen

class NearScreen {
  constructor(onChange) {
    this.near = new Set();
    this.onChange = onChange; // called with what came near and what went away
  }

  watch(elements) { // all of them stand in the document by now
    this.stop();
    if (elements.length <= FEW) { this.near = new Set(elements); return; }
    this.observer = new IntersectionObserver((entries) => this.take(entries), { root: scrollerOf(elements[0]), rootMargin: `${NEAR_PX}px 0px` });
    for (const one of elements) this.observer.observe(one);
  }

  take(entries) {
    const came = [];
    const went = [];
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting === this.near.has(target) || document.fullscreenElement === target) continue;
      if (isIntersecting) { this.near.add(target); came.push(target); } else { this.near.delete(target); went.push(target); }
    }
    if (came.length || went.length) this.onChange(came, went);
  }

  has(one) {
    return this.near.has(one);
  }

  stop() {
    this.observer?.disconnect();
    this.observer = null;
    this.near = new Set();
  }
}

function scrollerOf(node) { // what scrolls it; null is the window
  for (let parent = node.parentElement; parent; parent = parent.parentElement) {
    if (["auto", "scroll"].includes(getComputedStyle(parent).overflowY)) return parent;
  }
  return null;
}
