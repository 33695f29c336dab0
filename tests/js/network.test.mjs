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

/** Writes: the page that a form stands on, and what the server hears. */
function writing(answer) {
  globalThis.document = { querySelector: () => ({ value: "token" }), hidden: false, addEventListener() {} };
  const made = server(answer);
  return { ...made, keys: () => made.asked.map((one) => one.headers["Idempotency-Key"]) };
}
const gone = () => { throw new TypeError("Failed to fetch"); };

test("every write has a key of its own", async () => {
  const { api, keys, asked } = writing(() => json({}));
  await api.send("POST", "/api/concerns/", { text: "x" });
  await api.send("POST", "/api/concerns/", { text: "x" });
  const [first, second] = keys();
  assert.match(first, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(first, second);
  assert.equal(asked[0].headers["X-CSRFToken"], "token");
});

test("what was not answered is sent again with the same key, and then is over", async () => {
  const answers = [gone, () => json({ code: "unavailable" }, 503), () => json({ code: "still_doing" }, 409), () => json({}), () => json({})];
  const { api, keys } = writing(() => answers.shift()());
  const send = () => api.send("POST", "/api/concerns/", { text: "x" });
  await assert.rejects(send(), Unreachable);
  await assert.rejects(send(), ApiError);
  await assert.rejects(send(), ApiError);
  await send();
  await send();
  const [first, second, third, fourth, fifth] = keys();
  assert.deepEqual([second, third, fourth], [first, first, first]);
  assert.notEqual(fifth, first);
});

test("other words, or another place, are another act", async () => {
  const { api, keys } = writing(gone);
  for (const [url, text] of [["/api/a/", "x"], ["/api/a/", "y"], ["/api/b/", "x"]]) {
    await assert.rejects(api.send("POST", url, { text }), Unreachable);
  }
  assert.equal(new Set(keys()).size, 3);
});

test("after a refusal, or when another write was answered, what one asks for is new", async () => {
  const answers = [gone, () => json({ code: "invalid" }, 422), gone, () => json({}), () => json({})];
  const { api, keys } = writing(() => answers.shift()());
  const send = (url = "/api/a/") => api.send("POST", url, {}).catch(() => {});
  await send();
  await send();
  await send();
  await send("/api/b/");
  await send();
  const [first, refused, third, , last] = keys();
  assert.equal(refused, first);
  assert.equal(new Set([first, third, last]).size, 3);
});

test("a file is known again by its name, size and day; a look has no key", async () => {
  const answers = [gone, gone, gone, () => json({ phone: "" })];
  const { api, keys } = writing(() => answers.shift()());
  const form = (name) => {
    const made = new FormData();
    made.append("expected_version", "3");
    made.append("file", new File(["rows"], name, { lastModified: 5 }));
    return made;
  };
  for (const name of ["a.csv", "a.csv", "b.csv"]) await assert.rejects(api.upload("/api/drafts/1/import/", form(name)), Unreachable);
  await api.reveal("u", "contact", "电话联系走访");
  const [first, again, other, look] = keys();
  assert.equal(again, first);
  assert.notEqual(other, first);
  assert.equal(look, undefined);
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
