/* What one may do with a person of the family: correct, remove, and look at what is sensitive about her. */

import { h, replace } from "../../lib/dom.js";
import { day } from "../../lib/format.js";
import { t } from "../../lib/i18n.js";
import { facts } from "../facts.js";
import { field, form, sentence } from "../form.js";
import { skeleton } from "../states.js";

const RELATIONS = { head: "户主", spouse: "配偶", child: "子女", parent: "父母", grandchild: "孙子女", other: "其他" };

const SENSITIVE = { health: "健康", disability: "残疾", income: "收入", care: "未成年人监护" };

const relationField = (id, chosen) =>
  field("与户主关系", h("select", { id, name: "relation" }, Object.entries(RELATIONS).map(([value, name]) => h("option", { value, selected: value === chosen }, t(name)))));

const plainFields = (id, required) => [
  field("姓名", h("input", { id: `${id}-name`, name: "name", type: "text", maxlength: "60", autocomplete: "off", required })),
  field("出生年份", h("input", { id: `${id}-year`, name: "birth_year", type: "text", inputmode: "numeric", pattern: "[0-9]{4}", maxlength: "4", autocomplete: "off" })),
  field("电话", h("input", { id: `${id}-phone`, name: "phone", type: "tel", maxlength: "40", autocomplete: "off" })),
];

/* Only what was filled in: an empty field of a correction leaves what is there. */
function filled(data) {
  const said = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== ""));
  return said.birth_year ? { ...said, birth_year: Number(said.birth_year) } : said;
}

/** A button that opens a form for one more person. */
export function addPerson(uuid, api, added) {
  const root = h("div", { class: "family-add" });
  function closed() {
    replace(root, h("button", { type: "button", class: "link", onclick: opened }, t("登记一位家人")));
  }
  function opened() {
    const fields = [plainFields("new", true)[0], relationField("new-relation", "spouse"), ...plainFields("new", true).slice(1)];
    const send = async (data) => {
      await api.send("POST", `/api/households/${uuid}/people/`, filled(data));
      closed();
      added();
    };
    replace(root, form({ fields, submit: "登记", send, cancel: closed }));
    root.querySelector("input").focus();
  }
  closed();
  return root;
}

function sensitive(one, api, may) {
  const url = `/api/people/${one.uuid}/sensitive/`;
  const root = h("div", { class: "person-body" });
  const look = h("button", { type: "button", class: "link", onclick: read }, t("看健康、残疾、收入和照护情况"));

  async function read() {
    replace(root, skeleton(2));
    try {
      told(await api.get(url));
    } catch (error) {
      replace(root, h("p", { class: "form-problem", role: "alert" }, sentence(error)), look);
    }
  }

  function told(found) {
    const pairs = Object.entries(SENSITIVE).map(([name, label]) => [label, found[name]]);
    replace(
      root,
      pairs.some(([, value]) => value) ? facts(pairs) : h("p", { class: "quiet" }, t("没有记录。")),
      found.written_at && h("p", { class: "quiet" }, t("{name}写于{day}", { name: found.written_by, day: day(found.written_at) })),
      h("p", { class: "quiet", role: "status" }, t("这次查看已经记下。")),
      may("person-sensitive PUT") && h("button", { type: "button", class: "link", onclick: () => write(found) }, t("改写")),
    );
  }

  function write(found) {
    const fields = Object.entries(SENSITIVE).map(([name, label]) => {
      const text = h("textarea", { id: `${name}-${one.uuid}`, name, rows: "2", maxlength: "1000" });
      text.value = found[name];
      return field(label, text);
    });
    replace(root, form({ fields, submit: "写下", send: async (data) => told(await api.send("PUT", url, data)), cancel: () => told(found) }));
    root.querySelector("textarea").focus();
  }

  replace(root, look);
  return root;
}

/** `row(one, reload)` for the list of people; null when her role may do nothing with a person. */
export function personRow(api, may) {
  const corrects = may("person-detail PATCH");
  const looks = may("person-sensitive GET");
  if (!corrects && !looks) return undefined;
  return (one, reload) => {
    const url = `/api/people/${one.uuid}/`;
    const body = h("div", { class: "person-body", hidden: true });
    const toggle = () => {
      body.hidden = !body.hidden;
      button.setAttribute("aria-expanded", String(!body.hidden));
    };
    const button = h("button", { type: "button", class: "link person-more", "aria-expanded": "false", "aria-label": `${one.relation} ${t("更多")}`, onclick: toggle }, t("更多"));

    function shut() {
      replace(
        body,
        looks && sensitive(one, api, may),
        corrects && h("button", { type: "button", class: "link", onclick: correct }, t("更正")),
        may("person-detail DELETE") && h("button", { type: "button", class: "link", onclick: remove }, t("删去这位家人")),
      );
    }
    function correct() {
      const send = async (data) => {
        await api.send("PATCH", url, filled(data));
        await reload();
      };
      const fields = [plainFields(one.uuid, false)[0], relationField(`${one.uuid}-relation`, Object.keys(RELATIONS).find((key) => RELATIONS[key] === one.relation)), ...plainFields(one.uuid, false).slice(1)];
      replace(body, form({ note: "空着的不改。", fields, submit: "更正", send, cancel: shut }));
      body.querySelector("input").focus();
    }
    function remove() {
      const reason = field("为什么删去（至少 5 个字）", h("input", { id: `${one.uuid}-why`, name: "reason", type: "text", maxlength: "200", autocomplete: "off", required: true }));
      const send = async (data) => {
        await api.send("DELETE", url, data);
        await reload();
      };
      replace(body, form({ note: "连同敏感情况一起删去，不能恢复。", fields: [reason], submit: "删去", send, cancel: shut }));
      body.querySelector("input").focus();
    }

    shut();
    return [button, body];
  };
}
