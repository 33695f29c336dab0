import assert from "node:assert/strict";
import test from "node:test";

import { inUse, watchActivity } from "../../static/js/lib/activity.js";
import { watchSession } from "../../static/js/lib/session.js";

/* A server that answers what it is told, a clock that waits to be asked. */
function watch(answers, { used = false, left = 840 } = {}) {
  const seen = [];
  const waits = [];
  const tell = Object.fromEntries(["fine", "warn", "ended", "other"].map((name) => [name, () => seen.push(name)]));
  let turn = null;
  const session = watchSession({
    member: 7,
    left,
    inUse: () => used,
    ask: async (method) => {
      seen.push(method);
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
    tell,
    later: (then, ms) => {
      waits.push(ms / 1000);
      turn = then;
    },
    cancel: () => {},
  });
  return { seen, waits, session, next: () => turn() };
}

const holds = (seconds_left, member = 7) => ({ member, seconds_left, token: "t" });

test("it asks two minutes before the end, and again two minutes before a later one", async () => {
  const { seen, waits, next } = watch([holds(600)]);
  assert.deepEqual(waits, [720]);
  await next();
  assert.deepEqual(seen, ["GET", "fine"]);
  assert.deepEqual(waits, [720, 480]);
});

test("whoever is typing is asked nothing: it is a use", async () => {
  const { seen, next } = watch([holds(900)], { used: true });
  await next();
  assert.deepEqual(seen, ["POST", "fine"]);
});

test("a warning comes before the end, staying takes it back", async () => {
  const { seen, session, next } = watch([holds(100), holds(900)]);
  await next();
  await session.stay();
  assert.deepEqual(seen, ["GET", "warn", "POST", "fine"]);
});

test("an ended session is looked at until she is back", async () => {
  const { seen, waits, next } = watch([null, null, holds(900)]);
  await next();
  await next();
  await next();
  assert.deepEqual(seen, ["GET", "ended", "GET", "ended", "GET", "fine"]);
  assert.deepEqual(waits.slice(1), [3, 3, 780]);
});

test("a page is not shown on to somebody else", async () => {
  const { seen, waits, next } = watch([holds(900, 8)]);
  await next();
  assert.deepEqual(seen, ["GET", "other"]);
  assert.equal(waits.length, 1);
});

test("a server out of reach ends nothing", async () => {
  const { seen, waits, next } = watch([new Error("no network"), holds(900)]);
  await next();
  await next();
  assert.deepEqual(seen, ["GET", "GET", "fine"]);
  assert.equal(waits[1], 30);
});

test("a key, a click, a touch is use for a minute", (at) => {
  at.mock.timers.enable({ apis: ["Date"], now: 1e12 });
  const page = new EventTarget();
  watchActivity(page);
  assert.ok(!inUse());
  page.dispatchEvent(new Event("keydown"));
  assert.ok(inUse());
  at.mock.timers.setTime(1e12 + 61000);
  assert.ok(!inUse());
});
