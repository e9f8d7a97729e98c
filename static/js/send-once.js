// A form is sent once however often its button is pressed; after a second it says that it is being sent.

import { announce } from "./say.js";

const sending = new WeakSet();
const isOurs = (form) => form.tagName === "FORM" && form.method === "post" && !("unlock" in form.dataset);

function release(form) {
  sending.delete(form);
  form.querySelectorAll('[aria-disabled="true"]').forEach((button) => button.removeAttribute("aria-disabled"));
}

function hold(form) {
  sending.add(form);
  // aria-disabled, not disabled: a disabled button would not send its own name and value.
  form.querySelectorAll('button:not([type="button"])').forEach((button) => button.setAttribute("aria-disabled", "true"));
  setTimeout(() => { if (sending.has(form)) announce("Sending…"); }, 1000);
}

export function startSendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!isOurs(form) || event.defaultPrevented) return;
    if (sending.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    hold(form);
  }, true);
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form");
    if (form) release(form);
  });
  document.addEventListener("hub:not-sent", (event) => release(event.target));
  // A page taken back from the browser's memory must be able to send again.
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form").forEach(release);
  });
}
