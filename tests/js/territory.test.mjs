import assert from "node:assert/strict";
import test from "node:test";

import { addressOf, parseAddress, sheetOf } from "../../static/js/lib/assign-address.js";
import { paintOf } from "../../static/js/lib/paint.js";
import { bandOf, bearing, byVillage, cardOf, dressed, ifHers, nearFirst, rowsOf, sumOf, tintsOf, usualParts, withStep, worst } from "../../static/js/lib/territory.js";
import { draftToShow } from "../../static/js/lib/territory-source.js";

const A = "411003104201";
const B = "411003104202";

function row(key, more = {}) {
  return {
    key, code: `${A}00${key.slice(1)}`, name: `柳村第${key.slice(1)}网格`, village: A, lead: null, supports: [], n: 10, c: [4, 1, 1, 1, 1, 2],
    load_h: 5, visits_h: 4, walk_h: 1, gauges: { area: "ok", whole: "ok", load: "ok", notes: [] }, colour_index: null, ...more,
  };
}

test("what a member has, and what she would have with the chosen grids", () => {
  const rows = rowsOf([row("g1", { lead: 7 }), row("g2", { supports: [7] }), row("g3")]);
  assert.equal(cardOf(7, rows).load, 5);
  assert.equal(cardOf(7, rows).supports, 1);
  const after = ifHers(7, rows, new Set(["g1", "g3"]));
  assert.deepEqual([after.grids, after.n, after.load, after.c[1]], [2, 20, 10, 2]);
  assert.equal(ifHers(7, rows, new Set(["g1"])), null);
});

test("what may not be told is not counted as nothing", () => {
  const sum = sumOf([row("g1"), row("g2", { n: null, c: null, load_h: null })]);
  assert.deepEqual([sum.grids, sum.known, sum.n, sum.load], [2, 1, 10, 5]);
});

test("an even share of her village is fair, a fifth either way", () => {
  const rows = rowsOf([row("g1"), row("g2"), row("g3", { village: B })]);
  const members = [{ village: A, role: "member" }, { village: A, role: "member" }, { village: A, role: "village" }];
  const band = bandOf(A, rows, members);
  assert.deepEqual(band, [4, 6]);
  assert.deepEqual([bearing(3.9, band), bearing(5, band), bearing(6.1, band), bearing(1, null)], ["less", "fair", "more", "unknown"]);
  assert.equal(bandOf(B, rows, members), null);
});

test("a step puts rows in and takes rows out, and leaves the page's own map alone", () => {
  const rows = rowsOf([row("g1"), row("g2")]);
  const after = withStep(rows, { touched: [row("n1", { code: "" }), row("g2", { lead: 9 })], removed: ["g1"] });
  assert.deepEqual([...after.keys()], ["g2", "n1"]);
  assert.equal(after.get("g2").lead, 9);
  assert.deepEqual([...rows.keys()], ["g1", "g2"]);
});

test("a lead keeps her tint, and one who comes later takes another", () => {
  const first = tintsOf(rowsOf([row("g1", { lead: 1, colour_index: 0 }), row("g2", { lead: 2, colour_index: 9 })]));
  assert.deepEqual([...first], [[1, 0], [2, 1]]);
  const then = tintsOf(rowsOf([row("g1", { lead: 3, colour_index: 0 }), row("g2", { lead: 2, colour_index: 0 })]), first);
  assert.equal(then.get(2), 1);
  assert.notEqual(then.get(3), 1);
});

test("new grids stand last in their village and are counted in it", () => {
  const rows = rowsOf([row("n12", { code: "", name: "新网格" }), row("n9", { code: "", name: "新网格" }), row("g1", { lead: 7 }), row("g9", { village: B, code: `${B}001` })]);
  assert.deepEqual([...byVillage(rows).get(A)].map((r) => r.key), ["g1", "n9", "n12"]);
  const shown = dressed(rows, { tints: new Map([[7, 4]]), villages: new Map([[A, "柳村"]]), person: () => "王" });
  assert.deepEqual([shown.get("n9").title, shown.get("n12").title], ["新网格 1", "新网格 2"]);
  assert.deepEqual([shown.get("g1").short, shown.get("g1").leadName, shown.get("g1").tint], ["第1网格", "王", 4]);
  assert.deepEqual([shown.get("n9").leadName, shown.get("n9").tint], [null, null]);
});

test("members of the place come before others and before chairs", () => {
  const members = [{ id: 1, village: null, role: "town" }, { id: 2, village: B, role: "member" }, { id: 3, village: A, role: "village" }, { id: 4, village: A, role: "member" }];
  assert.deepEqual(nearFirst(members, new Set([A])).map((m) => m.id), [4, 3, 2, 1]);
  assert.equal(usualParts(A, members), 2);
});

test("the worst of three gauges counts, and one that is not known does not", () => {
  assert.equal(worst({ area: "ok", whole: "warn", load: null }), "warn");
  assert.equal(worst({ area: "bad", whole: "warn", load: "ok" }), "bad");
});

test("each way of colouring says when there is nothing to say", () => {
  const none = { ...row("g1"), tint: null };
  assert.equal(paintOf("lead", none, []).kind, "denied");
  assert.equal(paintOf("unassigned", none, []).kind, "missing");
  assert.equal(paintOf("unassigned", { ...none, lead: 3 }, []).kind, "none");
  assert.equal(paintOf("load", { ...none, load_h: null }, []).kind, "denied");
  assert.ok(paintOf("load", none, [2]).value > paintOf("load", { ...none, load_h: 1 }, [2]).value);
  assert.deepEqual(paintOf("gauge", none, []), { kind: "gauge", value: "ok" });
});

test("the address says where one is, and nothing strange is taken from it", () => {
  const at = { area: A, colour: "gauge", draft: 12, at: [113.8, 34, 13] };
  assert.deepEqual(parseAddress(addressOf(at)), at);
  assert.deepEqual(parseAddress("#/<b>?c=red&d=x&at=1,b"), { area: null, colour: "lead", draft: null, at: null });
});

test("a chair reaches everybody's hand-over sheet, a member her own of today, others none", () => {
  const chair = { id: 1, role: "village" };
  assert.equal(sheetOf(chair, 2), "/assign/handover/2/");
  assert.equal(sheetOf(chair, 2, { draft: 5 }), "/assign/handover/2/?draft=5");
  assert.equal(sheetOf(chair, 2, { on: "2026-03-08" }), "/assign/handover/2/?on=2026-03-08");
  const she = { id: 2, role: "member" };
  assert.equal(sheetOf(she, 2), "/assign/handover/2/");
  assert.equal(sheetOf(she, 2, { on: "2026-03-08" }), null);
  assert.equal(sheetOf(she, 1), null);
  assert.equal(sheetOf({ id: 9, role: "district" }, 2), null);
});

test("one goes on with the draft asked for, else with the newest open one that holds the place", () => {
  const drafts = [{ id: 1, division: B, state: "open" }, { id: 2, division: "411003104", state: "proposed" }, { id: 3, division: "411003104", state: "open" }];
  assert.equal(draftToShow(drafts, A, null).id, 3);
  assert.equal(draftToShow(drafts, A, 2).id, 2);
  assert.deepEqual(draftToShow(drafts, A, 99), { id: 99 });
  assert.equal(draftToShow([], A, null), null);
});
