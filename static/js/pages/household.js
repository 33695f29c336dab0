/* A household's file: what we owe it, what it says itself, who lives there, its colour, what happened. */

import { concern } from "../components/concern.js";
import { familyTimeline, identity, people } from "../components/family.js";
import { sentence } from "../components/form.js";
import { colour, goodWords, statement } from "../components/household/colour.js";
import { disputes, disputesOwed } from "../components/household/disputes.js";
import { helpGiven, needRow } from "../components/household/needs.js";
import { owed } from "../components/household/owed.js";
import { addPerson, personRow } from "../components/household/person.js";
import { listen, visits } from "../components/household/visits.js";
import { emptyState, skeleton } from "../components/states.js";
import { createApi } from "../lib/api.js";
import { h, readJson, replace } from "../lib/dom.js";
import { day } from "../lib/format.js";
import { loadLanguage, t } from "../lib/i18n.js";

async function start() {
  await loadLanguage();
  const boot = readJson("boot");
  const uuid = boot.household;
  const root = document.getElementById("household");
  const may = (rule) => boot.may.includes(rule);
  const api = createApi({ onSignedOut: () => document.dispatchEvent(new Event("signed-out")), onReach() {} });

  // Each part stands where it is read on a phone, and is drawn again by itself.
  const slots = Object.fromEntries(["head", "owed", "words", "family", "colour", "help", "visits", "foot"].map((name) => [name, h("div", { class: `file-slot file-${name}` })]));

  function head(card) {
    const place = [card.village && card.village.name, card.grid && card.grid.name].filter(Boolean).join(" · ");
    const at = card.grid || card.village;
    const lead = card.lead ? t("主责{name}", card.lead) : t("暂无主责人");
    return [
      h("div", {}, h("h1", { tabindex: "-1" }, t("{no} 号家庭", { no: card.household_no })), h("p", { class: "plain-lead" }, `${place} · ${lead}`)),
      h(
        "p",
        { class: "file-ways" },
        may("visit-new GET") && h("a", { class: "chip-link file-visit", href: `/visits/new/${uuid}/` }, t("记一次走访")),
        at && h("a", { class: "chip-link", href: `/#/${at.code}?h=${uuid}` }, t("在地图上看")),
      ),
    ];
  }

  function owedRows(card, { current, proposal }, visit) {
    const rows = [];
    if (visit.due_on) {
      const last = visit.last_visit_on ? t("去看望，上次是{day}", { day: day(visit.last_visit_on) }) : t("去看望，还没有人走访过");
      rows.push({ text: last, due_on: visit.due_on, path: may("visit-new GET") && `/visits/new/${uuid}/` });
    }
    const objection = current && current.objections.find((one) => !one.answer);
    if (objection) rows.push({ text: t("答复家庭的异议"), due_on: objection.due_on });
    else if (current) rows.push({ text: t("复核颜色：还要不要这样帮"), due_on: current.review_on });
    if (proposal) rows.push({ text: t("定色建议等人确认") });
    if (card.lapsed && !proposal) rows.push({ text: t("上次的评估过了期，走访后请重新提出建议") });
    return rows;
  }

  const who = identity(uuid, { reveal: may("household-reveal POST") && api.reveal }, "h2");

  function drawFamily() {
    const asks = { people: may("household-people GET") && api.people, reveal: may("household-reveal POST") && api.reveal };
    const list = asks.people && people(uuid, asks, "h2", personRow(api, may));
    if (may("household-people POST")) list.append(addPerson(uuid, api, drawFamily));
    replace(slots.family, who.node, list);
  }

  const writes = (method, rule, path) => may(rule) && ((data) => api.send(method, `/api/households/${uuid}/${path}/`, data).then(draw));
  const act = {
    take: (row, step, data) => api.send("POST", `/api/classifications/${row}/${step}/`, data).then(draw),
    propose: writes("POST", "household-colour POST", "colour"),
  };

  const needAct = may("need-step POST") && {
    step: (need, asked) => api.send("POST", `/api/needs/${need}/step/`, asked).then(draw),
    help: (need, data) => api.send("POST", `/api/needs/${need}/help/`, data).then(draw),
  };
  // What was heard at visits, once somebody has asked for it: by visit and by need.
  let heard = new Map();

  function drawVisits() {
    const came = visits({ page: (n) => api.get(`/api/households/${uuid}/visits/?page_size=5&page=${n}`) });
    const told = (words) => {
      heard = words;
      came.words(words);
      draw();
    };
    if (may("household-notes GET")) came.node.append(listen(() => api.get(`/api/households/${uuid}/notes/`), told));
    replace(slots.visits, came.node);
  }

  async function draw() {
    const [card, found, visit, { needs }, { results: quarrels }] = await Promise.all([
      api.household(uuid),
      api.get(`/api/households/${uuid}/colour/`),
      api.get(`/api/households/${uuid}/due/`),
      may("need-list GET") ? api.get(`/api/households/${uuid}/needs/`) : { needs: [] },
      may("dispute-list GET") ? api.get(`/api/disputes/?state=all&household=${uuid}`) : { results: [] },
    ]);
    replace(slots.head, head(card));
    const open = needs.filter((need) => need.state === "open");
    const rows = open.map((need) => ({ due_on: need.due_on, node: needRow(need, boot.today, heard.get(need.uuid), needAct) }));
    replace(slots.owed, owed([...rows, ...disputesOwed(quarrels), ...owedRows(card, found, visit)], boot.today));
    replace(slots.help, helpGiven(needs), disputes(quarrels, boot.today, may("dispute-new GET") && `/disputes/new/?household=${uuid}`));
    replace(slots.words, statement(found.statement, writes("PUT", "household-statement PUT", "statement")));
    replace(slots.colour, colour(found, card.lapsed, act), goodWords(found.good_words, writes("POST", "household-good-words POST", "good-words")));
    who.show(card.identity);
  }

  async function open() {
    replace(root, skeleton(6));
    try {
      await draw();
    } catch (error) {
      replace(root, emptyState(t("没有打开"), sentence(error), h("button", { type: "button", class: "secondary", onclick: open }, t("再试一次"))));
      return;
    }
    drawFamily();
    if (may("household-visits GET")) drawVisits();
    const raise = (text) => api.send("POST", "/api/concerns/", { household: uuid, text });
    replace(
      slots.foot,
      may("household-timeline GET") && familyTimeline(uuid, api.timeline),
      may("concern-list POST") && concern(raise),
    );
    replace(root, Object.values(slots));
  }

  await open();
  document.body.dataset.ready = "yes";
}

start();
