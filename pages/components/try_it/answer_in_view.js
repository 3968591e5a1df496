/* On a phone the answer stands below what was asked: each new question brings it into view, once. */
const NARROW = 640; // pixels, where columns stand below each other
const MARGIN = 64; // of the page's own bar

export default function mount({ parentElement, data }) {
  if (window.touchstoneAnswer === data.number) return;
  window.touchstoneAnswer = data.number;
  if (window.innerWidth >= NARROW) return;
  const place = parentElement.host ?? parentElement;
  place.style.scrollMarginTop = `${MARGIN}px`;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  requestAnimationFrame(() => place.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" }));
}
