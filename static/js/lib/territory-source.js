/* What the assign page reads of a place, in as few questions as there are. */

const draftOf = (draft) => (draft ? `?draft=${draft.id}` : "");

export function outlinesOf(code, draft) {
  return `/api/territory/${code}/outlines/${draftOf(draft)}`;
}

/** The draft to go on with: the one asked for, else the newest open one that holds the place. */
export function draftToShow(drafts, code, asked) {
  if (asked) return drafts.find((d) => d.id === asked) || { id: asked };
  return drafts.find((d) => code.startsWith(d.division) && d.state === "open") || null;
}

/**
 * @param {boolean} edits whether this reader has drafts of her own
 * @returns {Promise<object>} with `last`, the title of the draft's last step, `redo`, how many can be done again, and
 *   `ended`: the draft asked for is published or given up, so that this is the territory without it
 */
export async function readTerritory(api, code, asked, edits) {
  const drafts = (await api.get("/api/drafts/")).sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1));
  const draft = edits || asked ? draftToShow(drafts, code, asked) : null;
  const [found, told, shapes, history] = await Promise.all([
    api.area(code, 1),
    api.get(`/api/territory/${code}/${draftOf(draft)}`),
    api.get(outlinesOf(code, draft)),
    draft ? api.get(`/api/drafts/${draft.id}/`) : { steps: [], cursor: 0 },
  ]);
  if (told.draft && ["published", "discarded"].includes(told.draft.state)) return { ...(await readTerritory(api, code, null, edits)), ended: true };
  const last = history.steps.find((step) => step.number === history.cursor);
  return { drafts, found, told, shapes, last: last ? last.title : "", redo: history.steps.length - history.cursor, ended: false };
}
