// Keeps the lease on an open case: POSTs `fence` to data-heartbeat-url every data-heartbeat-seconds (60).
// 409: somebody else has the case now, told in sight, and no more beats. 423: the lock opens (idle.js).

import { post, sentence } from "./requests.js";
import { alarm, silence } from "./say.js";

export function startHeartbeats() {
  for (const place of document.querySelectorAll("[data-heartbeat-url]")) {
    const { heartbeatUrl, fence, heartbeatSeconds } = place.dataset;
    const timer = setInterval(beat, Number(heartbeatSeconds || 60) * 1000);
    document.addEventListener("hub:unlocked", beat);

    async function beat() {
      let answer;
      try {
        answer = await post(heartbeatUrl, fence ? { fence } : {});
      } catch {
        alarm("heartbeat", "The hub cannot be reached. If this lasts, the case goes back to the queue. What you typed stays here.");
        return;
      }
      if (answer.ok) {
        silence("heartbeat");
      } else if (answer.status === 409) {
        clearInterval(timer);
        document.removeEventListener("hub:unlocked", beat);
        const words = await sentence(answer, "Somebody else has this case now.");
        alarm("heartbeat", `${words} Nothing more from this page is saved; what you typed stays here to copy.`);
        document.dispatchEvent(new CustomEvent("hub:case-lost"));
      }
    }
  }
}
