// Moves the clocks on every ten seconds, in the words of hub/said.py. The server's time counts, not this machine's.

const MINUTE = 60_000;
const served = document.querySelector('meta[name="server-now"]')?.content;
const ahead = served ? Date.parse(served) - Date.now() : 0;

export const serverNow = () => Date.now() + ahead;

export function length(span) {
  const minutes = Math.floor(Math.abs(span) / MINUTE);
  if (minutes < 1) return "under 1 min";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${Math.floor(minutes / (24 * 60))} days`;
}

export function timeLeft(span) {
  if (span >= 0) return `${length(span)} left`;
  return span > -MINUTE ? "due now" : `${length(span)} over`;
}

function tick(clock) {
  const text = clock.querySelector("[data-clock-text]");
  if (!text) return;
  let words;
  if (clock.dataset.due) {
    const span = Date.parse(clock.dataset.due) - serverNow();
    words = timeLeft(span);
    clock.classList.toggle("hub-clock--over", span < 0);
    clock.classList.toggle("hub-clock--soon", span >= 0 && span <= 5 * MINUTE);
  } else {
    const span = serverNow() - Date.parse(clock.dataset.since);
    words = length(span);
    if ("ago" in clock.dataset) words = span < MINUTE ? "just now" : `${words} ago`;
  }
  if (text.textContent !== words) text.textContent = words;
}

// A picture on paper says when it was taken: live panels may be newer than the page.
function stamp() {
  const place = document.querySelector("[data-print-time]");
  if (!place) return;
  const time = { dateStyle: "long", timeStyle: "short", timeZone: "Europe/London" };
  place.textContent = `As at ${new Date(serverNow()).toLocaleString("en-GB", time)}`;
}

export function startClocks() {
  const all = () => document.querySelectorAll("[data-due], [data-since]").forEach(tick);
  all();
  setInterval(all, 10_000);
  document.addEventListener("hub:replaced", all);
  document.addEventListener("htmx:afterSettle", all);
  addEventListener("beforeprint", () => { all(); stamp(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) all(); });
}
