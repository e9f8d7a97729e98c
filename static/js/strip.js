// Measures what stays in view, so that sticky headings, jumps to a field and the focus stop clear of it: the strip at the
// top of a large window, or at the foot of a small one the button that sends help, with the bounds of an assessment.

const FOOT = { "--send-height": ".hub-send", "--foot-height": ".hub-send, .hub-strip .bounds" };

const stays = (element, how) => getComputedStyle(element).position === how;
const heightOf = (elements) => elements.reduce((sum, each) => sum + each.offsetHeight, 0);

export function startStrip() {
  const strip = document.querySelector(".hub-strip");
  if (!strip) return;
  const set = (name, height) => document.documentElement.style.setProperty(name, `${height}px`);
  const measure = () => {
    set("--strip-height", stays(strip, "sticky") ? strip.offsetHeight : 0);
    for (const [name, selector] of Object.entries(FOOT)) {
      set(name, heightOf([...document.querySelectorAll(selector)].filter((each) => stays(each, "fixed"))));
    }
  };
  new ResizeObserver(measure).observe(strip);
  addEventListener("resize", measure);
  // An answer draws the button and the bounds anew.
  document.addEventListener("htmx:afterSettle", measure);
}
