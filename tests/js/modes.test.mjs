import assert from "node:assert/strict";
import test from "node:test";

import { forPaper, mainSlot, measure, modeText, parseMode } from "../../static/js/lib/modes.js";

const counts = (more) => ({ state: "ok", n: 40, c: [10, 6, 0, 18, 6, 0], lapsed: 4, grids: 5, led: 3, ...more });
const say = (key, more, slot = 1) => measure({ key, slot }, counts(more));

test("the main kind of support is the one most assessed families receive", () => {
  assert.deepEqual(say("main"), { state: "ok", value: 3 });
});

test("of equal kinds the one that needs us more is the main one", () => {
  assert.equal(mainSlot([9, 0, 4, 0, 4, 0]), 2);
});

test("an area without a single assessed family is said to be so, not coloured", () => {
  assert.deepEqual(say("main", { c: [40, 0, 0, 0, 0, 0] }), { state: "zero", value: 0 });
});

test("an area in which nobody lives is empty in every mode that counts families", () => {
  for (const key of ["main", "share", "unassessed", "overdue"]) {
    assert.equal(say(key, { n: 0, c: [0, 0, 0, 0, 0, 0], lapsed: 0 }).state, "empty", key);
  }
});

test("shares are of all families", () => {
  assert.deepEqual(say("share", {}, 3), { state: "ok", value: 0.45 });
  assert.deepEqual(say("share", {}, 2), { state: "zero", value: 0 });
  assert.equal(say("unassessed").value, 0.25);
  assert.equal(say("overdue").value, 0.1);
});

test("a hidden number stays hidden", () => {
  assert.equal(say("share", { c: [10, -1, 0, 18, 6, 0] }).state, "suppressed");
  assert.equal(say("main", { c: [10, -1, 0, 0, 0, 0] }).state, "suppressed");
  for (const key of ["main", "share", "unassessed", "overdue"]) assert.equal(say(key, { n: -1 }).state, "suppressed", key);
});

test("what is not the reader's stays untold", () => {
  const denied = { state: "denied", n: null, c: null, lapsed: null };
  for (const key of ["main", "share", "unassessed", "overdue", "size"]) assert.equal(say(key, denied).state, "denied", key);
});

test("one's own part of an area has figures, but no households per grid", () => {
  assert.deepEqual(say("main", { state: "part" }), { state: "ok", value: 3 });
  assert.equal(say("size", { state: "part" }).state, "denied");
});

test("households per grid need no colours", () => {
  assert.deepEqual(say("size", { state: "denied", c: null }), { state: "ok", value: 8 });
});

test("whether somebody answers for the grids is told to everybody", () => {
  assert.equal(say("unassigned", { state: "denied", n: null, c: null }).value, 0.4);
  assert.equal(say("unassigned", { led: 5 }).state, "zero");
});

test("no grids is another thing than no families, and not known another than none", () => {
  assert.equal(say("unassigned", { grids: 0, led: 0 }).state, "ungridded");
  assert.equal(say("unassigned", { grids: null, led: null }).state, "unknown");
});

test("paper hides every number from one to four and no other", () => {
  const paper = forPaper(counts({ c: [0, 1, 4, 5, -1, 30] }));
  assert.deepEqual(paper.c, [0, -1, -1, 5, -1, 30]);
  assert.equal(paper.lapsed, -1);
  assert.equal(paper.n, 40);
});

test("a share of fewer than five families is not printed as a percentage", () => {
  assert.equal(measure({ key: "share", slot: 1 }, forPaper(counts({ c: [36, 4, 0, 0, 0, 0] }))).state, "suppressed");
});

test("a mode survives the address", () => {
  for (const text of ["main", "share-4", "unassessed", "overdue", "size", "unassigned"]) {
    assert.equal(modeText(parseMode(text)), text);
  }
  assert.equal(parseMode("ranking"), null);
  assert.equal(parseMode(null), null);
});
