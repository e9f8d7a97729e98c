// Puts new HTML into a panel without disturbing the person at it: focus, scroll, opened details and what was typed
// stay. While a field in the panel has the focus, or a window of it is open, the new content waits.

const waiting = new Map();

const isField = (element) => element.matches("textarea, select, input:not([type=hidden], [type=button], [type=submit])");
const changed = (field) =>
  field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked
    : field.tagName === "SELECT" ? [...field.options].some((option) => option.selected !== option.defaultSelected)
      : field.value !== field.defaultValue;

function busy(panel) {
  const active = document.activeElement;
  return (panel.contains(active) && isField(active)) || panel.querySelector("dialog[open]") !== null;
}

// How an element is found again in the new content: by id, else by what it is called or leads to.
function address(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  for (const name of ["name", "href", "data-key"]) {
    const value = element.getAttribute(name);
    if (value) return `${element.tagName.toLowerCase()}[${name}="${CSS.escape(value)}"]`;
  }
  const form = element.form?.getAttribute("action");
  return form ? `form[action="${CSS.escape(form)}"] ${element.tagName.toLowerCase()}` : null;
}

function remember(panel) {
  const active = panel.contains(document.activeElement) ? address(document.activeElement) : null;
  const fields = [...panel.querySelectorAll("textarea, select, input")].filter((field) => isField(field) && changed(field))
    .map((field) => ({ where: address(field), value: field.value, checked: field.checked }));
  const open = [...panel.querySelectorAll("details[open][id]")].map((each) => each.id);
  const scrolled = [...panel.querySelectorAll("[id]"), panel].filter((each) => each.scrollTop || each.scrollLeft)
    .map((each) => ({ id: each.id, top: each.scrollTop, left: each.scrollLeft }));
  return { active, fields, open, scrolled };
}

function restore(panel, was) {
  for (const { where, value, checked } of was.fields) {
    const field = where && panel.querySelector(where);
    if (!field) continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = checked;
    else field.value = value;
  }
  was.open.forEach((id) => panel.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", ""));
  for (const { id, top, left } of was.scrolled) {
    const place = id === panel.id ? panel : panel.querySelector(`#${CSS.escape(id)}`);
    if (place) [place.scrollTop, place.scrollLeft] = [top, left];
  }
  if (was.active) panel.querySelector(was.active)?.focus({ preventScroll: true });
}

function now(panel, html) {
  const was = remember(panel);
  const content = document.createElement("template");
  content.innerHTML = html;
  panel.replaceChildren(content.content);
  restore(panel, was);
  window.htmx?.process(panel);
  panel.dispatchEvent(new CustomEvent("hub:replaced", { bubbles: true }));
}

export function replace(panel, html) {
  if (!busy(panel)) return now(panel, html);
  // Only the newest content waits; it goes in as soon as the person has left the field or closed the window.
  if (!waiting.has(panel)) {
    panel.addEventListener("focusout", later);
    panel.addEventListener("close", later, true);
  }
  waiting.set(panel, html);
}

function later(event) {
  const panel = event.currentTarget;
  setTimeout(() => {
    if (!waiting.has(panel) || busy(panel)) return;
    const html = waiting.get(panel);
    waiting.delete(panel);
    panel.removeEventListener("focusout", later);
    panel.removeEventListener("close", later, true);
    now(panel, html);
  });
}
