// j and k: from row to row of the queue. A button inside data-rows="selector" with a value of 1 or -1 goes to the next
// or the row before; Enter then opens the row, because the focus is on its link.

let last = null; // the address of the row where the person was, so that a live update does not lose the place

const links = (list) => [...list.querySelectorAll("tbody th a")];

function go(list, step) {
  const all = links(list);
  if (!all.length) return;
  const here = all.findIndex((link) => link.getAttribute("href") === last);
  const next = here === -1 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1);
  last = all[next].getAttribute("href");
  all[next].focus();
  all[next].scrollIntoView({ block: "nearest" });
}

for (const steps of document.querySelectorAll("[data-rows]")) {
  const list = document.querySelector(steps.dataset.rows);
  steps.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) go(list, Number(button.value));
  });
  list.addEventListener("focusin", (event) => {
    const link = event.target.closest("tbody tr")?.querySelector("th a");
    if (link) last = link.getAttribute("href");
  });
}
