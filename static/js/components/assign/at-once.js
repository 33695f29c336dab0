/* What needs no draft and counts from now: a leave, a member who stands in or who takes on one household. */

import { t } from "../../lib/i18n.js";
import { daysAgo } from "../../lib/past.js";
import { askClaim } from "./claim-dialog.js";
import { showClaims } from "./claims-dialog.js";
import { askCover } from "./cover-dialog.js";
import { askLeave } from "./leave-dialog.js";

/** @param {object} page what pages/assign.js shares */
export function createAtOnce(page) {
  const { api } = page;

  async function send(url, body, told) {
    try {
      await api.send("POST", url, body);
      await page.reload();
      page.say(told);
    } catch (error) {
      page.problem(page.sentence(error));
    }
  }

  /* The chosen grids, as the routes and the sentences name them. */
  function picked() {
    const rows = [...page.chosen].map((key) => page.rows().get(key));
    return { grids: rows.map((row) => row.code), place: rows.length === 1 ? rows[0].title : t("{n}个网格", { n: rows.length }) };
  }

  const told = (work) => work.then(() => null, page.sentence);

  return {
    mayCover: page.role === "town",
    mayClaim: (id) => ["town", "village"].includes(page.role) || page.boot.me.id === id,
    async cover(id) {
      const { grids, place } = picked();
      const name = page.person(id);
      const asked = await askCover({ name, place, today: daysAgo(0) });
      if (asked) await send("/api/covers/", { grids, member: id, ...asked }, t("已登记{name}代管{place}。", { name, place }));
    },
    uncover(id) {
      const { grids, place } = picked();
      return send("/api/covers/end/", { grids, member: id }, t("{name}不再代管{place}。", { name: page.person(id), place }));
    },
    async claims(id) {
      const member = page.members().find((m) => m.id === id);
      try {
        const { results } = await api.get(`/api/claims/?member=${id}&page_size=1000`);
        await showClaims(member, results, page.villages(), {
          end: (claim) => told(api.send("POST", `/api/claims/${claim.id}/end/`, {})),
          again: (claim) => told(api.send("POST", "/api/claims/", { household: claim.household, member: id }).then((made) => (claim.id = made.id))),
        });
        await page.reload();
      } catch (error) {
        page.problem(page.sentence(error));
      }
    },
    async leave(id) {
      const members = page.members();
      const member = members.find((m) => m.id === id);
      const asked = await askLeave(member, members.filter((m) => m.id !== id && !m.leave), daysAgo(0));
      if (asked) await send("/api/leaves/", asked, t("已登记{name}的请假。", member));
    },
    async claim() {
      const [key] = page.chosen;
      const grid = page.rows().get(key);
      try {
        const { results } = await api.get(`/api/areas/${grid.code}/households/?page_size=1000`);
        const asked = await askClaim(grid, results, page.members().filter((m) => !m.leave));
        if (!asked) return;
        const { home, member } = asked;
        await send("/api/claims/", { household: home.uuid, member }, t("{name}认领了{no}号家庭。", { name: page.person(member), no: home.household_no }));
      } catch (error) {
        page.problem(page.sentence(error));
      }
    },
  };
}
