/** What no name of a branch or tag holds (git check-ref-format): such a name is not asked for, and is in nobody's URL. */
const IMPOSSIBLE = [
  /[\u0000-\u0020\u007f~^:?*[\\]/,
  /\.\./,
  /@\{/,
  /^[/-]|\/$|\/\//,
  /(^|\/)\./,
  /(\.|\.lock)(\/|$)/,
  /^@$/,
];

/** Whether git could have a branch or tag of this name. */
export function isRefName(text: string): boolean {
  return text !== '' && text.length <= 255 && !IMPOSSIBLE.some((pattern) => pattern.test(text));
}
