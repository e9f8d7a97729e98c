// The one module every page loads. Marks the page as scripted and starts the rest, each with its own job.

import { initAll } from "../vendor/nhsuk-frontend/nhsuk-frontend.min.js";
import { startClocks } from "./clocks.js";
import { startDialogs } from "./dialogs.js";
import { startDrafts } from "./drafts.js";
import { startHeartbeats } from "./heartbeat.js";
import { startIdleLock } from "./idle.js";
import { startKeys } from "./keys.js";
import { startLivePanels } from "./live.js";
import { startRequests } from "./requests.js";
import { startSendOnce } from "./send-once.js";
import { startStrip } from "./strip.js";

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
initAll();

// The lock comes first: it must hear of a 423 whoever asked.
startIdleLock();
startRequests();
startStrip();
startClocks();
startDialogs();
startKeys();
startSendOnce();
startDrafts();
startHeartbeats();
startLivePanels();
