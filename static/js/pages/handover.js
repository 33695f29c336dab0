/* The hand-over sheet: a page to print. */

document.getElementById("print").addEventListener("click", () => window.print());
