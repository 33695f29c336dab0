/* Who lives in a household: masked; in full with a reason, which is logged; and what happened, told by the server. */

import { h, replace } from "../lib/dom.js";
import { day } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { facts } from "./facts.js";
import { sentence } from "./form.js";
import { skeleton } from "./states.js";

const SHORTEST_REASON = 5;

/** A button; pressed, it asks for a reason; then `shown(answer)`, until it is masked again. */
function reveal(id, label, ask, shown) {
  const root = h("div", { class: "reveal" });

  function closed(focus = true) {
    const button = h("button", { type: "button", class: "link", onclick: opened }, t(label));
    replace(root, button);
    if (focus) button.focus();
  }

  function opened() {
    const reason = h("input", { id: `reason-${id}`, type: "text", maxlength: "200", autocomplete: "off" });
    const problem = h("p", { class: "form-problem", role: "alert" });
    const button = h("button", { type: "submit" }, t("显示"));
    async function submit(event) {
      event.preventDefault();
      if (reason.value.trim().length < SHORTEST_REASON) {
        replace(problem, t("请写明为什么要看，至少 5 个字。"));
        reason.focus();
        return;
      }
      button.disabled = true;
      replace(problem);
      try {
        shown(await ask(reason.value));
        const again = h("button", { type: "button", class: "link", onclick: masked }, t("重新遮住"));
        replace(root, h("p", { class: "revealed quiet", role: "status" }, t("已显示，这次查看已经记下。"), again));
        again.focus();
      } catch (error) {
        button.disabled = false;
        replace(problem, sentence(error));
      }
    }
    replace(
      root,
      h(
        "form",
        { onsubmit: submit },
        h("label", { for: reason.id }, t("为什么要看（至少 5 个字）")),
        h("p", { class: "quiet", id: `logged-${id}` }, t("会记下您的姓名、时间和理由，这家人可以要求知道谁看过。")),
        reason,
        problem,
        h("div", { class: "form-buttons" }, button, h("button", { type: "button", class: "secondary", onclick: closed }, t("不看了"))),
      ),
    );
    reason.setAttribute("aria-describedby", `logged-${id}`);
    reason.focus();
    root.scrollIntoView({ block: "nearest" });
  }

  function masked() {
    shown(null);
    closed();
  }

  closed(false);
  return root;
}

function person(one, more) {
  return h(
    "li",
    { class: "person" },
    h("span", { class: "person-relation" }, one.relation),
    h("span", { class: "person-name" }, one.name, one.minor && h("span", { class: "quiet" }, t("未成年"))),
    one.birth_year && h("span", {}, t("{year}年出生", { year: one.birth_year })),
    one.phone && h("span", { class: "person-phone" }, one.phone),
    more,
  );
}

/** The people, masked. `row(person)` adds what one may do with each. */
export function people(uuid, asks, heading = "h3", row = () => null) {
  const root = h("section", { class: "family-people" }, h(heading, {}, t("家庭成员")));
  const list = h("div", {}, skeleton(2));
  root.append(list);
  const fill = (found) => replace(list, h("ul", { class: "people" }, found.map((one) => person(one, row(one, load)))));

  async function load() {
    try {
      const { people: found } = await asks.people(uuid);
      if (!found.length) return replace(list, h("p", { class: "quiet" }, t("还没有登记家庭成员。")));
      fill(found);
      if (asks.reveal && !root.querySelector(".reveal")) {
        const ask = (reason) => asks.reveal(uuid, "people", reason);
        root.append(reveal("people", "显示家人的姓名和电话", ask, (answer) => fill(answer ? answer.people : found)));
      }
    } catch (error) {
      const again = h("button", { type: "button", class: "link", onclick: load }, t("再试一次"));
      replace(list, h("p", { class: "quiet" }, sentence(error)), again);
    }
    return null;
  }

  load();
  return root;
}

/** Closed until somebody wants to know. The server's sentences are Chinese. */
export function familyTimeline(uuid, ask) {
  const events = h("ol", { class: "timeline", lang: "zh-Hans" });
  const foot = h("div", {});
  let page = 0;

  async function more() {
    replace(foot, skeleton(2));
    try {
      const found = await ask(uuid, page + 1);
      page += 1;
      for (const { at, text } of found.results) events.append(h("li", {}, h("time", { class: "quiet", datetime: at }, day(at)), h("span", {}, text)));
      if (found.next) replace(foot, h("button", { type: "button", class: "link", onclick: more }, t("更早的")));
      else replace(foot, !events.children.length && h("p", { class: "quiet" }, t("还没有记录。")));
    } catch (error) {
      replace(foot, h("p", { class: "quiet" }, sentence(error)), h("button", { type: "button", class: "link", onclick: more }, t("再试一次")));
    }
  }

  const toggled = (event) => event.target.open && !page && more();
  return h("details", { class: "happened", ontoggle: toggled }, h("summary", {}, t("这户的经过")), events, foot);
}

/** Who the household is. @param {{reveal?}} asks what the reader's role may ask; the rest leaves no trace */
export function identity(uuid, asks, heading = "h3") {
  let known = null;
  const shown = {};
  const who = h("div", {});
  const reveals = h("div", { class: "reveals" });

  function draw() {
    const told = known && { ...known, ...shown.contact, ...shown.address };
    replace(
      who,
      told
        ? facts([
            ["户主", told.contact_name],
            ["电话", told.phone],
            ["地址", told.address],
            ["人口", told.members && t("{n}人", { n: told.members })],
          ])
        : h("p", { class: "quiet" }, t("您的岗位看不到户主信息。")),
    );
  }

  function offer(group, label) {
    const taken = (answer) => {
      shown[group] = answer;
      draw();
    };
    return reveal(group, label, (reason) => asks.reveal(uuid, group, reason), taken);
  }

  return {
    node: h("section", { class: "family-identity" }, h(heading, {}, t("家庭")), who, reveals),
    /** The masked identity, as it is now; null when the role sees none. */
    show(next) {
      known = next;
      draw();
      if (!asks.reveal || !known || reveals.children.length) return;
      if (known.contact_name || known.phone) reveals.append(offer("contact", "显示姓名和电话"));
      if (known.address) reveals.append(offer("address", "显示地址"));
    },
  };
}
