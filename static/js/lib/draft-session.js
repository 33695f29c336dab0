/* One draft and its edits, one after the other. Nothing is overwritten: the server compares versions, and whoever
   comes second is asked. */

/**
 * @param {object} api lib/api.js
 * @param {object} on
 *   division() the code a new draft is for; taken(answer, kind) a step was done; changed() the draft or `busy` did;
 *   conflict(detail, mine) → true to do it again on top of what others did; it has loaded that before
 */
export function createSession(api, on) {
  let draft = null;
  let redo = 0; // steps undone here that can be done again
  let pending = 0;
  let begun = 0; // edits ever asked for
  let queue = Promise.resolve();

  /* Edits wait for each other: each must know the version that the one before left. */
  function inTurn(work) {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    pending += 1;
    begun += 1;
    on.changed();
    return turn.finally(() => {
      pending -= 1;
      on.changed();
    });
  }

  async function opened() {
    if (!draft || !["open", "proposed"].includes(draft.state)) draft = await api.send("POST", "/api/drafts/", { division: on.division() });
    return draft;
  }

  async function post(path, body, mine) {
    for (;;) {
      try {
        return await api.send("POST", `/api/drafts/${draft.id}/${path}/`, { ...body, expected_version: draft.version });
      } catch (error) {
        if (error.code !== "draft_changed") throw error;
        const since = draft.cursor;
        if (!(await on.conflict({ ...error.detail, since }, mine))) return null;
      }
    }
  }

  async function step(path, body, mine, kind) {
    return inTurn(async () => {
      await opened();
      const answer = await post(path, body, mine);
      if (!answer) return null;
      const before = draft.cursor;
      draft = answer.draft;
      redo = path === "undo" ? redo + 1 : path === "redo" ? redo - 1 : 0;
      await on.taken(answer, { kind, forward: draft.cursor > before });
      return answer;
    });
  }

  return {
    get: () => draft,
    /** What the server says the draft is, and how many steps can be done again; null: none. */
    set(next, again = 0) {
      draft = next;
      redo = again;
    },
    /** Read the draft while no edit is under way, and again if one began meanwhile: an older answer undoes it on the page. */
    async calm(read, take) {
      for (;;) {
        const seen = begun;
        await queue;
        const answer = await read();
        if (seen === begun) return take(answer);
      }
    },
    busy: () => pending > 0,
    redo: () => redo,
    ready: () => inTurn(opened),
    /** `mine`: what the step is, in words, should somebody else have been quicker. */
    take: (kind, body, mine) => step("steps", { kind, ...body }, mine, kind),
    undo: (mine) => step("undo", {}, mine, "undo"),
    again: (mine) => step("redo", {}, mine, "redo"),
    /** An edited file as one step. What it does to the page is for the caller to load. */
    bring: (file) =>
      inTurn(async () => {
        await opened();
        const form = new FormData();
        form.append("expected_version", draft.version);
        form.append("file", file);
        const answer = await api.upload(`/api/drafts/${draft.id}/import/`, form);
        draft = answer.draft;
        return answer;
      }),
    /** publish, propose, discard: the draft is then what the answer says. */
    end: (path, body, mine) =>
      inTurn(async () => {
        const answer = await post(path, body, mine);
        if (answer) draft = answer.draft || answer;
        return answer;
      }),
    /** Has somebody else changed it? */
    async look() {
      if (!draft || pending) return null;
      const seen = draft;
      const found = await api.get(`/api/drafts/${seen.id}/`);
      return !pending && draft === seen && found.version !== seen.version ? found : null;
    },
  };
}
