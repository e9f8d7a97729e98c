// Tells the person something: announce() quietly to screen readers, alarm() in sight until dismissed.

export function announce(text) {
  const place = document.getElementById("announcements");
  // Emptied first, so that the same words said twice are read twice.
  place.textContent = "";
  setTimeout(() => { place.textContent = text; }, 50);
}

// One alarm per name: a second one takes the first one's place. Words only, never HTML.
export function alarm(name, text) {
  silence(name);
  const box = document.createElement("div");
  box.className = "hub-alarm";
  box.dataset.alarm = name;
  box.append(text);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "hub-button hub-button--secondary";
  close.textContent = "Understood";
  close.addEventListener("click", () => box.remove());
  box.append(" ", close);
  document.getElementById("alarms").append(box);
}

export function silence(name) {
  document.querySelector(`[data-alarm="${CSS.escape(name)}"]`)?.remove();
}
