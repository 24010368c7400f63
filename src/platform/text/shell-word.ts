/** A word of a POSIX shell that means itself. */
export function shellWord(word: string): string {
  return /^[\w:/.%@=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
