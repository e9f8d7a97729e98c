// Every request a page sends by itself: the CSRF token, the lock (423), and a plain word when one fails.

import { alarm, silence } from "./say.js";

export const token = () => document.querySelector('meta[name="csrf-token"]').content;

// POST fields as a form would. A locked screen (423) is announced to idle.js; network failure rejects.
export async function post(url, fields = {}, options = {}) {
  const answer = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { "X-CSRFToken": token(), "X-Requested-With": "fetch", Accept: "application/json" },
    credentials: "same-origin",
    ...options,
  });
  if (answer.status === 423) document.dispatchEvent(new CustomEvent("hub:locked"));
  return answer;
}

// The sentence of an answer that says no: JSON {sentence} or {detail}, else our own words.
export async function sentence(answer, otherwise) {
  try {
    const said = await answer.clone().json();
    return said.sentence || said.detail || otherwise;
  } catch {
    return otherwise;
  }
}

export function startRequests() {
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token();
  });
  // Panels pushed to many screens hold forms without a token: each screen puts in its own as it sends.
  document.addEventListener("submit", (event) => fillToken(event.target), true);
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 423) return document.dispatchEvent(new CustomEvent("hub:locked"));
    return alarm("request", `Not done: the hub answered with an error (${status}). What you typed is still here.`);
  });
  document.addEventListener("htmx:sendError", () => {
    alarm("request", "Not sent: the hub cannot be reached. What you typed is still here; try again.");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) silence("request");
  });
}

function fillToken(form) {
  if (form.method !== "post" || new URL(form.action).origin !== location.origin) return;
  let field = form.querySelector('input[name="csrfmiddlewaretoken"]');
  if (!field) {
    field = document.createElement("input");
    field.type = "hidden";
    field.name = "csrfmiddlewaretoken";
    form.append(field);
  }
  field.value ||= token();
}
