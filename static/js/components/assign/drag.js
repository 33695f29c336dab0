/* Carry the selection onto a member's card: by mouse, pen or finger. */

import { h } from "../../lib/dom.js";

const FAR = 6;

/**
 * @param {() => string|null} label what is carried, in words; null: nothing to carry
 * @param {(member: number) => void} onDrop
 */
export function createCarrier(label, onDrop) {
  let ghost = null;
  let over = null;

  function cardAt(x, y) {
    const under = document.elementFromPoint(x, y);
    return under && under.closest(".member");
  }

  function mark(card) {
    if (over === card) return;
    if (over) over.classList.remove("is-target");
    if (card) card.classList.add("is-target");
    over = card;
  }

  /* Begin to carry when the pointer has left its place; until then it may become a click. */
  return function carry(event, { before = () => {} } = {}) {
    if (event.button !== 0) return;
    const from = [event.clientX, event.clientY];
    const { pointerId } = event;

    function move(at) {
      if (at.pointerId !== pointerId) return;
      if (!ghost) {
        if (Math.hypot(at.clientX - from[0], at.clientY - from[1]) < FAR) return;
        before();
        const text = label();
        if (!text) return end();
        ghost = document.body.appendChild(h("div", { class: "carried", "aria-hidden": "true" }, text));
        document.body.classList.add("is-carrying");
      }
      at.preventDefault();
      ghost.style.setProperty("transform", `translate(${at.clientX + 12}px, ${at.clientY + 12}px)`);
      mark(cardAt(at.clientX, at.clientY));
    }

    function end() {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", drop);
      window.removeEventListener("pointercancel", end);
      window.removeEventListener("keydown", escape);
      if (ghost) {
        ghost.remove();
        document.body.classList.remove("is-carrying");
      }
      ghost = null;
      mark(null);
    }

    function drop(at) {
      if (at.pointerId !== pointerId) return;
      const card = ghost && cardAt(at.clientX, at.clientY);
      end();
      if (card) onDrop(Number(card.dataset.member));
    }

    function escape(key) {
      if (key.key === "Escape") end();
    }

    window.addEventListener("pointermove", move, { passive: false });
    window.addEventListener("pointerup", drop);
    window.addEventListener("pointercancel", end);
    window.addEventListener("keydown", escape);
  };
}
