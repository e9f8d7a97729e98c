// The keyboard of the assessment: one question is current and its buttons have the keys (y, n, k, 1–9); arrows move.
// The server says which question comes next; Tab into another question, or an arrow, makes that one current.

import { announce } from "./say.js";

let current = null;

const questions = () => [...document.querySelectorAll("[data-question]")].filter((each) => each.checkVisibility());
const hasAnswers = (row) => row.querySelector("[data-answer-key]") !== null;

function setCurrent(row, { focus = false } = {}) {
  if (current !== row) {
    current?.classList.remove("ask--current");
    current?.querySelectorAll("[data-answer-key]").forEach((button) => button.removeAttribute("data-key"));
  }
  current = row;
  if (!row) return;
  row.classList.add("ask--current");
  row.querySelectorAll("[data-answer-key]").forEach((button) => { button.dataset.key = button.dataset.answerKey; });
  if (focus) {
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
}

function move(step) {
  const all = questions().filter((each) => each.classList.contains("ask"));
  if (!all.length) return;
  const at = all.indexOf(current);
  setCurrent(all[at < 0 ? 0 : (at + step + all.length) % all.length], { focus: true });
}

function next() {
  return document.querySelector("#assessment [data-next]");
}

function tell() {
  const refused = document.querySelector("[data-refused]");
  const said = document.getElementById("bounds")?.dataset.said;
  announce(refused ? refused.textContent : said ?? "");
}

// After an answer: the words that were searched are done with, and the next question has the focus.
function answered() {
  const find = document.getElementById("find");
  const typing = document.activeElement;
  if (find && typing !== find) {
    find.value = "";
    document.getElementById("found").replaceChildren();
  }
  const elsewhere = typing && typing !== document.body && !typing.closest("#assessment, #side, #found");
  const row = next();
  setCurrent(row, { focus: row !== null && !elsewhere });
  tell();
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id === "assessment" || event.target.id === "assessment") answered();
});

// htmx forgets the button when it stands outside its form, as ours do: without it the answer would be empty.
document.addEventListener("htmx:configRequest", (event) => {
  const button = event.detail.triggeringEvent?.submitter;
  if (button?.name) event.detail.parameters[button.name] = button.value;
});

// A current question grows. While the mouse is down it must not: the button would move away from under the pointer,
// and the press would be lost.
let pressing = false;

function follow() {
  const row = document.activeElement?.closest("[data-question]");
  if (row && row !== current && hasAnswers(row)) setCurrent(row);
}

document.addEventListener("pointerdown", () => { pressing = true; }, true);
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => setTimeout(() => { pressing = false; follow(); }), true);
}

document.addEventListener("focusin", ({ target }) => {
  if (pressing) return;
  follow();
  // The row that became current grew and the one before shrank: what has the focus may have slid under the foot.
  requestAnimationFrame(() => { if (target === document.activeElement) target.scrollIntoView({ block: "nearest" }); });
});

document.addEventListener("click", (event) => {
  const step = event.target.closest('button[name="move"]');
  if (step) return move(Number(step.value));
  const pin = event.target.closest("[data-go]");
  const row = pin && document.getElementById(pin.dataset.go);
  if (row) {
    event.preventDefault();
    setCurrent(row, { focus: true });
  }
  return undefined;
});

// From the search box, Enter or the down arrow goes to the first finding that fits.
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "find" || !["Enter", "ArrowDown"].includes(event.key)) return;
  const row = document.querySelector("#found [data-question]") ?? document.querySelector("#found button");
  if (!row) return;
  event.preventDefault();
  if (row.matches("[data-question]")) setCurrent(row, { focus: true });
  else row.focus();
});

setCurrent(next());
