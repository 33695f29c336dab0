/* How long the session holds: warns before its end, says when it has ended and when she is back. */

const WARN = 120;
const SOON = 3;
const UNREACHABLE = 30;

/**
 * @param {object} how
 * @param {number} how.member whose page this is
 * @param {number} how.left seconds until the session ends, as far as the page knows
 * @param {(method: string) => Promise<?{member: number, seconds_left: number, token: string}>} how.ask
 *   the server; null when the session has ended
 * @param {() => boolean} how.inUse
 * @param {{fine: Function, warn: Function, ended: Function, other: Function}} how.tell
 * @returns {{check: () => Promise<void>, stay: () => Promise<void>}}
 */
export function watchSession({ member, left, ask, inUse, tell, later = setTimeout, cancel = clearTimeout }) {
  let timer = null;
  let over = false;

  const again = (seconds) => {
    cancel(timer);
    timer = later(check, seconds * 1000);
  };

  async function look(method) {
    let said;
    try {
      said = await ask(method);
    } catch {
      return again(UNREACHABLE);
    }
    over = said === null;
    if (over) {
      tell.ended();
      return again(SOON);
    }
    if (said.member !== member) return tell.other();
    if (said.seconds_left > WARN) {
      tell.fine(said);
      return again(said.seconds_left - WARN);
    }
    tell.warn(said);
    return again(Math.min(10, said.seconds_left + 1));
  }

  /* Writing a long text asks the server nothing for minutes: that is use too. */
  const check = () => look(inUse() && !over ? "POST" : "GET");
  again(Math.max(SOON, left - WARN));
  return { check, stay: () => look("POST") };
}
