/* A page that waits for its import: says how far it is, and comes anew when it has ended. */

import { createApi } from "../lib/api.js";
import { replace } from "../lib/dom.js";

const EVERY_MS = 1000;
const line = document.getElementById("progress");
const api = createApi({ onSignedOut: () => location.assign(`/accounts/sign-in/?next=${location.pathname}`), onReach() {} });

async function look() {
  try {
    const { running, progress } = await api.get(line.dataset.url);
    if (!running) {
      location.replace(location.pathname);
      return;
    }
    if (progress) replace(line, progress);
  } catch {
    // The server may be restarting; the next look will tell.
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
