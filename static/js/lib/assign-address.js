/* Where one is on the assign page, kept in the address: #/411003104?c=load&d=12&at=113.8,34.0,13 */

export const COLOURS = ["lead", "load", "gauge", "unassigned"];
const PLACE = /^\d{6}(\d{3}){0,2}$/;

export function parseAddress(hash) {
  const [path, query] = hash.replace(/^#\/?/, "").split("?");
  const params = new URLSearchParams(query || "");
  const at = (params.get("at") || "").split(",").map(Number);
  const draft = params.get("d") || "";
  return {
    area: PLACE.test(path) ? path : null,
    colour: COLOURS.includes(params.get("c")) ? params.get("c") : "lead",
    draft: /^\d{1,9}$/.test(draft) ? Number(draft) : null,
    at: at.length === 3 && at.every(Number.isFinite) ? at : null,
  };
}

export function addressOf({ area, colour, draft, at }) {
  const params = [];
  if (colour !== "lead") params.push(`c=${colour}`);
  if (draft) params.push(`d=${draft}`);
  if (at) params.push(`at=${at.join(",")}`);
  return `#/${area || ""}${params.length ? `?${params.join("&")}` : ""}`;
}

/**
 * Where one is. A change of place, colour or draft is a step one can go back; a moved map is not.
 *
 * @param {{area: string}} start what stands where the address says nothing
 * @param {(now: object, before: object) => void} onChange
 */
export function createAddress(start, onChange) {
  const read = () => {
    const parsed = parseAddress(location.hash);
    return { ...parsed, area: parsed.area || start.area };
  };
  let current = read();

  window.addEventListener("popstate", () => {
    const before = current;
    current = read();
    onChange(current, before);
  });

  return {
    get: () => current,
    go(change) {
      const before = current;
      current = { ...current, ...("area" in change ? { at: null, draft: null } : {}), ...change };
      history.pushState(null, "", addressOf(current));
      onChange(current, before);
    },
    note(change) {
      current = { ...current, ...change };
      history.replaceState(null, "", addressOf(current));
    },
  };
}

/**
 * The hand-over sheet of a member: with who takes over by a draft, or as of a past day. Null: not the reader's to see.
 *
 * @param {{id: number, role: string}} me a member reads her own, a chair that of everybody here
 */
export function sheetOf(me, id, { draft = null, on = null } = {}) {
  const chairs = ["town", "village"].includes(me.role);
  if (!chairs && (me.role !== "member" || me.id !== id || on)) return null;
  const asked = [draft && `draft=${draft}`, on && `on=${on}`].filter(Boolean).join("&");
  return `/assign/handover/${id}/${asked ? `?${asked}` : ""}`;
}
