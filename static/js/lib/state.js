/* Where one is, kept in the address, so that "back" works and a link can be passed on.

   #/411003104?m=share-3&h=<uuid>&at=113.83,34.02,12.5 ; #/mine is the page of one's own grids. */

import { modeText, parseMode } from "./modes.js";

const PLACE = /^\d{6}(\d{3}){0,3}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function parseHash(hash) {
  const [path, query] = hash.replace(/^#\/?/, "").split("?");
  const params = new URLSearchParams(query || "");
  const at = (params.get("at") || "").split(",").map(Number);
  const household = params.get("h") || "";
  return {
    area: PLACE.test(path) ? path : null,
    mine: path === "mine",
    household: UUID.test(household) ? household : null,
    mode: parseMode(params.get("m")),
    at: at.length === 3 && at.every(Number.isFinite) ? at : null,
  };
}

export function hashOf(state, usual) {
  const params = [];
  const mode = modeText(state.mode);
  if (mode !== modeText(usual)) params.push(`m=${mode}`);
  if (state.household) params.push(`h=${state.household}`);
  if (state.at) params.push(`at=${state.at.join(",")}`);
  const path = state.mine ? "mine" : state.area || "";
  return `#/${path}${params.length ? `?${params.join("&")}` : ""}`;
}

/**
 * The state of the page. A change of place is a step one can go back; a moved map is not.
 *
 * @param {{area: string, mine: boolean, mode: object}} start what stands where the address says nothing
 * @param {(state: object, before: object) => void} onChange
 */
export function createState(start, onChange) {
  const read = () => {
    const parsed = parseHash(location.hash);
    return {
      ...parsed,
      area: parsed.area || start.area,
      mine: parsed.mine || (!parsed.area && start.mine),
      mode: parsed.mode || start.mode,
    };
  };
  let current = read();
  const address = () => hashOf(current, start.mode);

  window.addEventListener("popstate", () => {
    const before = current;
    current = read();
    onChange(current, before);
  });

  return {
    get: () => current,
    go(change) {
      const before = current;
      const moved = "area" in change || "mine" in change;
      current = { ...current, ...(moved ? { at: null, household: null, mine: false } : {}), ...change };
      if (address() === hashOf(before, start.mode)) return;
      history.pushState(null, "", address());
      onChange(current, before);
    },
    note(change) {
      current = { ...current, ...change };
      history.replaceState(null, "", address());
    },
  };
}
