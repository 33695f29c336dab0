import assert from "node:assert/strict";
import test from "node:test";

import { daysAgo, happened, stopAt, stopsOf } from "../../static/js/lib/past.js";

const stop = (on, what = {}) => ({ on, drawn: 0, closed: 0, redrawn: 0, people: 0, ...what });

test("the stops are the days of change, and today", () => {
  const days = [stop("2026-01-05", { drawn: 4 }), stop("2026-03-08", { people: 1 })];
  assert.deepEqual(stopsOf(days, "2026-03-09").map((s) => s.on), ["2026-01-05", "2026-03-08", "2026-03-09"]);
  assert.deepEqual(stopsOf(days, "2026-03-08"), days);
  assert.deepEqual(stopsOf([], "2026-03-08"), [stop("2026-03-08")]);
});

test("a day is as the last stop before it; one before the first, as the first", () => {
  const stops = [stop("2026-01-05"), stop("2026-03-08"), stop("2026-03-20")];
  assert.deepEqual(["2025-12-31", "2026-01-05", "2026-03-07", "2026-03-08", "2026-09-09"].map((day) => stopAt(stops, day)), [0, 0, 0, 1, 2]);
});

test("what happened is said in words, and nothing where nothing did", () => {
  assert.equal(happened(stop("2026-03-08", { drawn: 2, closed: 1, people: 3 })), "新划2个网格，停用1个网格，3个网格换了负责的人");
  assert.equal(happened(stop("2026-03-08")), "");
});

test("days are counted across months and years", () => {
  assert.equal(daysAgo(1, new Date(2026, 0, 1)), "2025-12-31");
  assert.equal(daysAgo(-1, new Date(2028, 1, 28)), "2028-02-29");
});
