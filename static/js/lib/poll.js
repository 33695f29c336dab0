/* Ask again and again, but only while somebody looks. */

/**
 * @param {() => Promise<void>} ask never started twice at a time
 * @param {number} every milliseconds between an answer and the next question
 * @returns {{now: () => void, stop: () => void}}
 */
export function poll(ask, every) {
  let timer = null;
  let asking = false;
  let stopped = false;

  async function turn() {
    clearTimeout(timer);
    if (asking || stopped || document.hidden) return;
    asking = true;
    try {
      await ask();
    } finally {
      asking = false;
      if (!stopped) timer = setTimeout(turn, every);
    }
  }

  document.addEventListener("visibilitychange", turn);
  window.addEventListener("online", turn);
  window.addEventListener("offline", turn);
  timer = setTimeout(turn, every);
  return {
    now: turn,
    stop() {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", turn);
      window.removeEventListener("online", turn);
      window.removeEventListener("offline", turn);
    },
  };
}
