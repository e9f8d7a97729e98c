// Keyboard: data-key="x" on a button, link or field makes x press it (or go to the field). While typing in a field
// only Alt+x counts. "?" opens the list of the page's keys; single keys can be switched off there (WCAG 2.1.4).

const SWITCH = "hub-single-keys";
const singleKeysOn = () => localStorage.getItem(SWITCH) !== "off";

const isField = (element) =>
  element.isContentEditable || ["TEXTAREA", "SELECT"].includes(element.tagName)
  || (element.tagName === "INPUT" && !["checkbox", "radio", "button", "submit", "reset"].includes(element.type));

// With Alt some keyboards give another character, so the key's place counts as well.
function pressed(event) {
  const names = [event.key.toLowerCase()];
  if (event.altKey) {
    if (event.code.startsWith("Key")) names.push(event.code.slice(3).toLowerCase());
    if (event.code.startsWith("Digit")) names.push(event.code.slice(5));
  }
  return names;
}

function inReach(element) {
  const window_ = document.querySelector("dialog[open]:modal");
  if (window_ && !window_.contains(element)) return false;
  return !element.disabled && element.checkVisibility();
}

function find(event) {
  const names = pressed(event);
  return [...document.querySelectorAll("[data-key]")]
    .find((element) => names.includes(element.dataset.key.toLowerCase()) && inReach(element));
}

function act(element) {
  if (isField(element)) {
    element.focus();
    element.select?.();
  } else {
    element.focus();
    element.click();
  }
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.isComposing || event.defaultPrevented || event.repeat) return;
  const typing = isField(event.target);
  if (event.key === "Escape" && typing && !event.target.closest("dialog")) return event.target.blur();
  if (!event.altKey && (typing || (!singleKeysOn() && event.key !== "?"))) return;
  const element = find(event);
  if (!element) return;
  event.preventDefault();
  act(element);
}

// What a control is called in the list: its own words, without the key shown on it.
function label(element) {
  if (element.dataset.keyLabel) return element.dataset.keyLabel;
  const copy = element.cloneNode(true);
  copy.querySelectorAll("kbd").forEach((hint) => hint.remove());
  return copy.textContent.trim().replace(/\s+/g, " ");
}

function list(place) {
  place.replaceChildren();
  const seen = new Set();
  for (const element of document.querySelectorAll("[data-key]")) {
    const key = element.dataset.key;
    if (seen.has(key) || !element.checkVisibility()) continue;
    seen.add(key);
    const [term, name, meaning] = ["dt", "kbd", "dd"].map((tag) => document.createElement(tag));
    name.textContent = key;
    term.append(name);
    meaning.textContent = label(element);
    place.append(term, meaning);
  }
}

export function startKeys() {
  document.addEventListener("keydown", onKey);
  const help = document.getElementById("hub-keys");
  if (!help) return;
  document.addEventListener("click", (event) => {
    if (event.target.closest('[data-dialog="hub-keys"]')) list(help.querySelector("[data-key-list]"));
  }, true);
  const toggle = help.querySelector("[data-key-switch]");
  toggle.checked = singleKeysOn();
  toggle.addEventListener("change", () => localStorage.setItem(SWITCH, toggle.checked ? "on" : "off"));
}
