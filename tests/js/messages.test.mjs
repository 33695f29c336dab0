import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";

import { isChinese, loadLanguage, t } from "../../static/js/lib/i18n.js";
import english from "../../static/js/lib/messages.en.js";

const ROOT = new URL("../../", import.meta.url);
const CHINESE = /[\u4e00-\u9fff]/;

function files(folder, suffix) {
  return readdirSync(new URL(folder, ROOT), { recursive: true })
    .filter((name) => name.endsWith(suffix))
    .map((name) => readFileSync(new URL(`${folder}${name}`, ROOT), "utf8"));
}

/** Every Chinese sentence written between double quotes, comments left out. */
function sentences(source) {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
  return [...code.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map((m) => m[1]).filter((text) => CHINESE.test(text));
}

const dictionaries = files("static/js/lib/", ".en.js");
const said = new Set(files("static/js/", ".js").filter((source) => !dictionaries.includes(source)).flatMap(sentences));

test("every sentence that the modules say has its English", () => {
  assert.ok(said.size > 80);
  assert.deepEqual([...said].filter((text) => !(text in english)), []);
});

test("no English is left over for what nobody says", () => {
  const fromServer = ["core/", "visits/", "disputes/", "support/", "households/", "boundaries/", "grids/", "gis_app/"].flatMap((folder) => files(folder, ".py")).join("\n");
  assert.deepEqual(Object.keys(english).filter((text) => !said.has(text) && !fromServer.includes(`"${text}"`)), []);
});

test("English fills in the same places as Chinese", () => {
  const places = (text) => (text.match(/\{\w+\}/g) || []).sort();
  for (const [text, translated] of Object.entries(english)) {
    assert.deepEqual(places(translated), places(text), text);
    assert.ok(!CHINESE.test(translated), translated);
  }
});

test("no sentence hides in a template string, where this test would not find it", () => {
  for (const source of files("static/js/", ".js")) {
    const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
    const bare = [...code.matchAll(/`([^`]*)`/g)].map((m) => m[1].replace(/"[^"]*"/g, "")).filter((text) => CHINESE.test(text));
    assert.deepEqual(bare.filter((text) => text !== "${y}年${m}月${d}日"), []);
  }
});

test("a sentence without English is said in Chinese rather than not at all", async () => {
  await loadLanguage("zh-hans");
  assert.equal(t("{n}户", { n: 3 }), "3户");
  assert.ok(isChinese());
  await loadLanguage("en");
  assert.equal(t("{n}户", { n: 3 }), "3 households");
  assert.equal(t("未曾听说"), "未曾听说");
  assert.ok(!isChinese());
  await loadLanguage("zh-hans");
});
