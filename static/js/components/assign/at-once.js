/* What needs no draft and counts from now: a leave, and a member who takes on one household. */

import { t } from "../../lib/i18n.js";
import { daysAgo } from "../../lib/past.js";
import { askClaim } from "./claim-dialog.js";
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

  return {
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
