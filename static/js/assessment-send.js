// A form is sent only when the hub can be reached: a browser that cannot reach it shows its own page instead of ours,
// and what was typed goes with ours. An answer that does not come back in time is told as well.

import { post } from "./requests.js";
import { alarm, announce, silence } from "./say.js";

const PATIENCE = 5000;
const alive = document.getElementById("hub-lock")?.dataset.aliveUrl;

const ours = (form) => form.method === "post" && !form.hasAttribute("hx-post") && form.closest("main, .hub-strip");

async function reachable() {
  try {
    const answer = await post(alive, {}, { signal: AbortSignal.timeout(PATIENCE) });
    return answer.status < 500;
  } catch {
    return false;
  }
}

async function send(form, button) {
  if (await reachable()) {
    if (button?.name) {
      const pressed = document.createElement("input");
      [pressed.type, pressed.name, pressed.value] = ["hidden", button.name, button.value];
      form.append(pressed);
    }
    silence("send");
    HTMLFormElement.prototype.submit.call(form);
    return;
  }
  form.dispatchEvent(new CustomEvent("hub:not-sent", { bubbles: true }));
  const ambulance = form.action.includes("ambulance") ? " If it cannot wait, ring dispatch." : "";
  alarm("send", `Not sent and not saved: the hub cannot be reached. What you typed is still here; press again.${ambulance}`);
}

// On the window, so that everything else that listens to a form being sent has heard of it before.
addEventListener("submit", (event) => {
  if (event.defaultPrevented || !alive || !ours(event.target)) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

// An answer or a search by htmx that stays out, or is refused because nobody is signed in any more.
document.addEventListener("htmx:timeout", () => {
  alarm("request", "No answer from the hub: it may not be saved. What you see is still here; press again. Nothing is saved twice.");
});

document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status !== 401) return;
  alarm("request", "Not saved: you are signed out. Sign in again in another tab, then press again here: what you see is kept.");
  announce("You are signed out.");
});
