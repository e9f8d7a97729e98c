// The one module every page loads. Marks the page as scripted and starts the rest, each with its own job.

import { initAll } from "../vendor/nhsuk-frontend/nhsuk-frontend.min.js";

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
initAll();
