import assert from "node:assert/strict";
import test from "node:test";

import { ApiError } from "../../static/js/lib/api.js";
import { createSession } from "../../static/js/lib/draft-session.js";

/** A server that keeps one draft and refuses what does not know its version. */
function server() {
  const draft = { id: 5, state: "open", version: 1, cursor: 0 };
  const asked = [];
  const send = async (method, url, body) => {
    asked.push([url, body]);
    await null;
    if (url === "/api/drafts/") return { ...draft };
    if (body.expected_version !== draft.version) throw new ApiError(409, { code: "draft_changed", message: "", detail: { version: draft.version, by: "王", steps: [] } });
    draft.version += 1;
    draft.cursor += url.endsWith("/undo/") ? -1 : 1;
    return { draft: { ...draft }, step: { title: "" }, touched: [], removed: [] };
  };
  return { draft, asked, api: { send, get: async () => ({ ...draft, steps: [] }) } };
}

const quiet = { division: () => "411003104", changed() {}, taken() {} };

test("the first edit opens a draft, and edits made at once each know the version before", async () => {
  const { api, asked } = server();
  const session = createSession(api, quiet);
  await Promise.all([session.take("assign", { keys: ["g1"] }, ""), session.take("assign", { keys: ["g2"] }, "")]);
  assert.deepEqual(asked.map(([url]) => url), ["/api/drafts/", "/api/drafts/5/steps/", "/api/drafts/5/steps/"]);
  assert.deepEqual(asked.slice(1).map(([, body]) => body.expected_version), [1, 2]);
  assert.equal(session.busy(), false);
});

test("who comes second is asked; a yes does the step on top, a no does nothing", async () => {
  for (const again of [true, null]) {
    const { api, draft, asked } = server();
    const told = [];
    const session = createSession(api, {
      ...quiet,
      async conflict(detail, mine) {
        told.push([detail.by, detail.since, mine]);
        session.set({ ...draft });
        return again;
      },
    });
    session.set({ ...draft });
    draft.version = 4;
    const answer = await session.take("merge", { keys: ["g1", "g2"] }, "合并");
    assert.deepEqual(told, [["王", 0, "合并"]]);
    assert.equal(Boolean(answer), Boolean(again));
    assert.equal(asked.length, again ? 2 : 1);
    assert.equal(draft.version, again ? 5 : 4);
  }
});

test("a refusal reaches who asked, and the next edit is not held up by it", async () => {
  const { api } = server();
  const { send } = api;
  let once = true;
  api.send = async (method, url, body) => {
    if (body.kind === "merge" && once) {
      once = false;
      throw new ApiError(422, { code: "merge_needs_two", message: "不行" });
    }
    return send(method, url, body);
  };
  const session = createSession(api, quiet);
  await assert.rejects(session.take("merge", {}, ""), /不行/);
  assert.ok(await session.take("merge", {}, ""));
});

test("what was undone can be done again until something else is done", async () => {
  const { api } = server();
  const session = createSession(api, quiet);
  await session.take("assign", {}, "");
  await session.undo("");
  assert.equal(session.redo(), 1);
  await session.again("");
  assert.equal(session.redo(), 0);
  await session.undo("");
  await session.take("assign", {}, "");
  assert.equal(session.redo(), 0);
});

test("somebody else's change is noticed, one's own is not", async () => {
  const { api, draft } = server();
  const session = createSession(api, quiet);
  await session.take("assign", {}, "");
  assert.equal(await session.look(), null);
  draft.version += 1;
  assert.equal((await session.look()).version, draft.version);
});

test("what was read before an edit is not laid over it; it is read again", async () => {
  const { api, draft } = server();
  const session = createSession(api, quiet);
  const answers = [];
  let arrive;
  const slow = () => new Promise((done) => (arrive = () => done(draft.cursor ? { ...draft } : null)));
  const reading = session.calm(slow, (answer) => {
    answers.push(answer);
    session.set(answer);
  });
  await new Promise(setImmediate);
  const old = arrive;
  const edit = session.take("assign", {}, "");
  old();
  assert.ok(await edit);
  assert.deepEqual(answers, []);
  await new Promise(setImmediate);
  arrive();
  await reading;
  assert.deepEqual(answers, [{ ...draft }]);
  assert.equal(session.get().cursor, 1);
});
