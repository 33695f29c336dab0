/* OpenLayers measures letters and writes its scale by innerHTML. Text it may write; markup nobody may. */

let allowed = false;

export function allowPlainText() {
  if (allowed || !globalThis.trustedTypes) return;
  globalThis.trustedTypes.createPolicy("default", { createHTML: (text) => (/[<&]/.test(text) ? null : text) });
  allowed = true;
}
