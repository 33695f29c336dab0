import assert from "node:assert/strict";
import test from "node:test";

import { ApiError, createApi, Unreachable } from "../../static/js/lib/api.js";
import { poll } from "../../static/js/lib/poll.js";

function server(answer) {
  const asked = [];
  globalThis.fetch = async (url, options) => {
    asked.push({ url, ...options });
    return answer(url, options);
  };
  const told = { reach: [], out: 0 };
  const api = createApi({ onSignedOut: () => (told.out += 1), onReach: (ok) => told.reach.push(ok) });
  return { api, asked, told };
}

const json = (body, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers });

test("a refusal carries the server's sentence", async () => {
  const { api } = server(() => json({ code: "not_found", message: "没有找到这户。" }, 404));
  await assert.rejects(api.household("x"), (error) => error instanceof ApiError && error.status === 404 && error.message === "没有找到这户。");
});

test("a network that is gone is told apart from a refusal", async () => {
  const { api, told } = server(() => { throw new TypeError("Failed to fetch"); });
  await assert.rejects(api.area("411003", 1), Unreachable);
  assert.deepEqual(told.reach, [false]);
});

test("a server behind which the database is gone counts as unreachable", async () => {
  const { api, told } = server(() => json({ message: "…" }, 503));
  await assert.rejects(api.area("411003", 1), ApiError);
  assert.deepEqual(told.reach, [false]);
});

test("a session that has ended leads to the sign-in page", async () => {
  const { api, told } = server(() => json({}, 401));
  await assert.rejects(api.me(), ApiError);
  assert.equal(told.out, 1);
});

test("an empty tile has no bytes, and what tells versions apart never leaves the browser", async () => {
  const { api, asked } = server(() => new Response(null, { status: 204 }));
  assert.equal(await api.tile("/tiles/grids/12/1/2.mvt#abc"), null);
  assert.equal(asked[0].url, "/tiles/grids/12/1/2.mvt");
});

test("an unchanged version costs a 304 and says the same again", async () => {
  const { api, asked } = server((url, { headers }) =>
    headers["If-None-Match"] === '"v1"' ? new Response(null, { status: 304 }) : json({ version: "v1" }, 200, { ETag: '"v1"' }),
  );
  assert.equal(await api.version(), "v1");
  assert.equal(await api.version(), "v1");
  assert.equal(asked[1].headers["If-None-Match"], '"v1"');
});

test("what somebody types is sent as text", async () => {
  const { api, asked } = server(() => json({ results: [] }));
  await api.search("柳村&q=x");
  assert.equal(asked[0].url, `/api/search/?q=${encodeURIComponent("柳村&q=x")}`);
});

/** By hand: a clock of real milliseconds fails on a busy machine, and a poll left over keeps node from ending. */
function clock(t) {
  const real = { setTimeout, clearTimeout };
  const waiting = new Map();
  let last = 0;
  globalThis.setTimeout = (then) => waiting.set((last += 1), then) && last;
  globalThis.clearTimeout = (id) => waiting.delete(id);
  t.after(() => Object.assign(globalThis, real));
  return {
    waiting,
    pass() {
      const due = [...waiting.values()];
      waiting.clear();
      for (const then of due) then();
    },
  };
}

test("a poll asks again and again, never twice at a time, and not while nobody looks", async (t) => {
  const heard = {};
  globalThis.document = { hidden: false, addEventListener: (name, then) => (heard[name] = then), removeEventListener() {} };
  globalThis.window = { addEventListener() {}, removeEventListener() {} };
  const { waiting, pass } = clock(t);
  let times = 0;
  let answered = null;
  const poller = poll(() => {
    times += 1;
    return new Promise((done) => (answered = done));
  }, 2);
  const answer = () => new Promise((done) => setImmediate(done, answered()));
  poller.now();
  poller.now();
  assert.equal(times, 1);
  assert.equal(waiting.size, 0);
  await answer();
  pass();
  assert.equal(times, 2);
  await answer();
  document.hidden = true;
  pass();
  assert.equal(times, 2);
  document.hidden = false;
  heard.visibilitychange();
  assert.equal(times, 3);
  poller.stop();
  await answer();
  assert.equal(waiting.size, 0);
});
