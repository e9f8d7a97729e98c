// Saves what is typed in a field with data-draft-url, 600 ms after the last key, and says so beside it.
// POSTs the field's name and value, and `fence` if the form has one. Answers: 2xx saved (JSON {saved_at} if it
// likes), 409 somebody else has the case (no more tries), 423 locked (tried again after unlocking), else tried again.

import { post, sentence } from "./requests.js";

const PAUSE = 600;
const AGAIN = 5000;
const drafts = new Map();

class Draft {
  constructor(field) {
    this.field = field;
    this.saved = field.value;
    this.refused = false;
    this.busy = false;
    this.place = document.createElement("span");
    this.place.className = "hub-saved";
    this.place.setAttribute("role", "status");
    field.after(this.place);
    field.addEventListener("input", () => this.soon(PAUSE));
    field.addEventListener("blur", () => this.save());
  }

  get unsaved() { return this.field.value !== this.saved; }

  soon(pause) {
    this.stop();
    this.timer = setTimeout(() => this.save(), pause);
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = null;
  }

  say(words, bad = false) {
    this.place.textContent = words;
    this.place.classList.toggle("hub-saved--not", bad);
  }

  // One request at a time: a slow early answer must not overwrite a later text.
  async save(options = {}) {
    this.stop();
    if (this.busy || this.refused || !this.unsaved) return;
    this.busy = true;
    const text = this.field.value;
    const fields = { [this.field.name]: text };
    const fence = this.field.form?.elements.fence ?? this.field.dataset.fence;
    if (fence !== undefined) fields.fence = fence.value ?? fence;
    try {
      await this.read(await post(this.field.dataset.draftUrl, fields, options), text);
    } catch {
      this.say("Not saved: the hub cannot be reached. Trying again.", true);
      this.soon(AGAIN);
    } finally {
      this.busy = false;
    }
    // Typed meanwhile. A text that stayed as it is waits for what it waits for: another try, or the unlocking.
    if (this.field.value !== text && !this.refused && !this.timer) this.soon(PAUSE);
  }

  async read(answer, text) {
    if (answer.ok) {
      this.saved = text;
      const time = (await answer.json().catch(() => ({}))).saved_at || new Date().toLocaleTimeString("en-GB");
      this.say(`Saved ${time}`);
    } else if (answer.status === 423) {
      this.say("Not saved: the screen is locked. It is saved when you unlock.", true);
    } else if (answer.status >= 400 && answer.status < 500) {
      this.refused = true;
      this.say(`Not saved: ${await sentence(answer, "the hub refused it.")} Your words stay here: copy them.`, true);
    } else {
      this.say("Not saved: the hub has a fault. Trying again.", true);
      this.soon(AGAIN);
    }
  }
}

function look() {
  for (const field of drafts.keys()) if (!field.isConnected) drafts.delete(field);
  for (const field of document.querySelectorAll("[data-draft-url]")) {
    if (!drafts.has(field)) drafts.set(field, new Draft(field));
  }
}

export function startDrafts() {
  look();
  document.addEventListener("htmx:afterSettle", look);
  document.addEventListener("hub:replaced", look);
  const all = (options) => drafts.forEach((draft) => draft.save(options));
  document.addEventListener("hub:unlocked", () => all());
  addEventListener("online", () => all());
  // Sending the form sends the text too: no warning then.
  let sent = false;
  document.addEventListener("submit", (event) => { if (!event.defaultPrevented) sent = true; });
  // assessment-send.js asks first whether the hub can be reached: what stays here is warned about again.
  document.addEventListener("hub:not-sent", () => { sent = false; });
  addEventListener("pagehide", () => all({ keepalive: true }));
  addEventListener("beforeunload", (event) => {
    if (!sent && [...drafts.values()].some((draft) => draft.unsaved)) event.preventDefault();
  });
}
