/* OpenLayers measures letters and writes its scale as if they were markup. Text it may write; markup nobody may. */

let allowed = false;

export function allowPlainText() {
  if (allowed || !globalThis.trustedTypes) return;
  globalThis.trustedTypes.createPolicy("default", { createHTML: (text) => (/[<&]/.test(text) ? null : text) });
  allowed = true;
}
