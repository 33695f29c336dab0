/* The source language is Chinese: a sentence is its own key. English is loaded only when asked for. */

let dictionary = null;

export async function loadLanguage(lang = document.documentElement.lang) {
  dictionary = lang.startsWith("en") ? (await import("./messages.en.js")).default : null;
}

export function isChinese() {
  return dictionary === null;
}

/** The sentence in the reader's language, with {name} replaced by values.name. */
export function t(text, values) {
  const sentence = (dictionary && dictionary[text]) || text;
  return values ? sentence.replace(/\{(\w+)\}/g, (_, key) => values[key]) : sentence;
}
