// Fetches live panels again, each from its data-live-src, or all others together from the page itself.

import { replace } from "./replace.js";

const stale = new Set();
let fetching = false;

async function fetchAll(changed) {
  const fromPage = changed.filter((panel) => !panel.dataset.liveSrc);
  const get = async (url) => {
    const answer = await fetch(url, { headers: { "X-Requested-With": "live" } });
    if (answer.status === 423) document.dispatchEvent(new CustomEvent("hub:locked"));
    return answer.ok && !answer.redirected ? answer.text() : null;
  };
  for (const panel of changed.filter((each) => each.dataset.liveSrc)) {
    const html = await get(panel.dataset.liveSrc);
    if (html !== null) replace(panel, html);
  }
  if (!fromPage.length) return;
  const html = await get(location.href);
  if (html === null) return;
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const panel of fromPage) {
    const fresh = page.getElementById(panel.id);
    if (fresh) replace(panel, fresh.innerHTML);
  }
}

// Many changes at once are one fetch: what changes while it runs is fetched after it.
export async function refetch(changed) {
  changed.forEach((panel) => stale.add(panel));
  if (fetching) return;
  fetching = true;
  try {
    while (stale.size) {
      await new Promise((done) => setTimeout(done, 150));
      const next = [...stale].filter((panel) => panel.isConnected);
      stale.clear();
      await fetchAll(next);
    }
  } catch {
    // Unreachable: the connection strip says so already, and the next connection fetches again.
  } finally {
    fetching = false;
  }
}
