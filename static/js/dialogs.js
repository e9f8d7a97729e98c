// data-dialog="id" opens that <dialog>; data-close-dialog inside closes it. Escape and focus are the browser's own.

import { announce } from "./say.js";

export function startDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      if (!dialog.open) dialog.showModal();
      return;
    }
    const closer = event.target.closest("[data-close-dialog]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog").close();
      announce("Closed. Nothing was sent.");
    }
  });
}
