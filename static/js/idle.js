// The idle lock. After data-idle-seconds without a key or the mouse, or when any request is answered 423, a window
// covers the page and asks for the password; everything typed stays beneath. All tabs of this person go together.

import { post } from "./requests.js";
import { announce } from "./say.js";

const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"];
const TELL_EVERY = 30_000;

export function startIdleLock() {
  const lock = document.getElementById("hub-lock");
  if (!lock) return;
  const limit = Number(lock.dataset.idleSeconds) * 1000;
  const tellEvery = Math.min(TELL_EVERY, limit / 4);
  const tabs = new BroadcastChannel("hub-idle");
  const password = lock.querySelector('input[type="password"]');
  const problem = lock.querySelector("[data-unlock-problem]");
  let seen = Date.now();
  let told = Date.now();
  let locked = false;

  function close() {
    locked = true;
    if (lock.open) return;
    lock.showModal();
    password.focus();
  }

  function open() {
    seen = told = Date.now();
    problem.textContent = "";
    locked = false;
    if (!lock.open) return;
    lock.close();
    announce("Unlocked. What you typed is still here.");
    document.dispatchEvent(new CustomEvent("hub:unlocked"));
  }

  function sign() {
    if (lock.open) return;
    seen = Date.now();
    if (seen - told < tellEvery) return;
    told = seen;
    tabs.postMessage("seen");
    // Typing alone loads no page: the server is told, or it would lock a person who is writing.
    post(lock.dataset.aliveUrl).catch(() => {});
  }

  async function unlock(event) {
    event.preventDefault();
    const form = event.target;
    problem.textContent = "";
    try {
      const answer = await post(form.action, { password: password.value });
      if (answer.ok && !answer.redirected) {
        open();
        tabs.postMessage("unlocked");
      } else if (answer.status === 429) {
        problem.textContent = "Too many wrong passwords. Wait a quarter of an hour, or ask your supervisor. What you typed is kept.";
      } else if (answer.redirected || answer.status === 401) {
        problem.textContent = "Your session has ended. Sign in again in another tab, then come back: what you typed is kept here.";
      } else {
        problem.textContent = "That is not the right password.";
      }
    } catch {
      problem.textContent = "The hub cannot be reached. What you typed is kept; try again.";
    }
    password.value = "";
    if (lock.open) password.focus();
  }

  for (const name of SIGNS) addEventListener(name, sign, { passive: true, capture: true });
  lock.addEventListener("cancel", (event) => event.preventDefault());
  // Some browsers let a second Escape through: then it opens again.
  lock.addEventListener("close", () => { if (locked) close(); });
  lock.querySelector("form").addEventListener("submit", unlock);
  document.addEventListener("hub:locked", close);
  tabs.addEventListener("message", ({ data }) => {
    if (data === "seen" && !lock.open) seen = Date.now();
    if (data === "unlocked") open();
    if (data === "locked") close();
  });
  if (limit > 0) {
    setInterval(() => {
      if (!lock.open && Date.now() - seen > limit) {
        close();
        tabs.postMessage("locked");
      }
    }, 1000);
  }
}
