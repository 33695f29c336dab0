import assert from "node:assert/strict";
import test from "node:test";

import { gaugeRows } from "../../static/js/components/assign/gauge-table.js";

const before = { area: { ok: 1, warn: 1 }, whole: { ok: 2 }, load: { bad: 2 }, across_m: 3140, compactness: 0.651, hull: 0.9, settlements_cut: 2 };
const after = { area: { ok: 1 }, whole: { warn: 1 }, load: {}, across_m: 3960, compactness: 0.7, hull: 1, settlements_cut: null };

test("each gauge says in words how many grids are how good, then its figures", () => {
  assert.deepEqual(gaugeRows({ before, after }), [
    {
      name: "区域性",
      words: ["合适1个 · 留意1个", "合适1个"],
      figures: [
        { name: "切开的自然村", pair: [2, null] },
        { name: "最远处（千米）", pair: ["3.1", "4"] },
      ],
    },
    {
      name: "整体性",
      words: ["合适2个", "留意1个"],
      figures: [
        { name: "紧凑度", pair: ["0.65", "0.70"] },
        { name: "饱满度", pair: ["90%", "100%"] },
      ],
    },
    { name: "适度性", words: ["不合适2个", null], figures: [] },
  ]);
});

test("a village that had no grid has no gauges before", () => {
  assert.deepEqual(gaugeRows({ before: {}, after })[0].words, [null, "合适1个"]);
});
