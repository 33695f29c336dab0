/* The buttons around the map, and the keys that work everywhere on the page. */

export function createControls({ map, editing, escape, editable }) {
  const sides = document.querySelectorAll(".sides button");

  function showSide(name) {
    document.querySelector(".assign").dataset.side = name;
    for (const button of sides) button.setAttribute("aria-pressed", String(button.dataset.side === name));
  }

  for (const button of sides) button.addEventListener("click", () => showSide(button.dataset.side));
  for (const button of document.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => map.zoom(Number(button.dataset.zoom)));
  window.addEventListener("resize", () => map.resize());
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea, dialog")) return;
    if (event.key === "Escape") escape();
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && editable()) {
      event.preventDefault();
      if (event.shiftKey) editing.redo();
      else editing.undo();
    }
  });
  document.querySelector("form.language").addEventListener("submit", (event) => {
    event.target.elements.next.value = `/assign/${location.hash}`;
  });
}
