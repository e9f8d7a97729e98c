// Measures the strip that stays in view, so that sticky headings and jumps to a field stop below it.

export function startStrip() {
  const strip = document.querySelector(".hub-strip");
  if (!strip) return;
  const measure = () => {
    const stays = getComputedStyle(strip).position === "sticky";
    document.documentElement.style.setProperty("--strip-height", stays ? `${strip.offsetHeight}px` : "0px");
  };
  new ResizeObserver(measure).observe(strip);
  addEventListener("resize", measure);
}
