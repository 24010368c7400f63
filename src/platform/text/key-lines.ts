const BEGIN = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;
const END = /-----END [A-Z0-9 ]*PRIVATE KEY-----/;
/** What stands between them: base64 at the end of a line, whatever a logger put before it, or a header (RFC 1421). */
const BODY = /(?:^|[^A-Za-z0-9+/=])[A-Za-z0-9+/]{8,}={0,2}["'\\,;\s]*$|^[^A-Za-z]*(?:Proc-Type|DEK-Info):|^\s*$/;
/** An RSA key of 16,384 bits has some 190 lines of 64 characters. */
const MOST = 200;

/** A line of a key as tools print it (RFC 7468: 64 characters), by itself: there is nothing else by which to know it. */
export function mayBeKeyLine(line: string): boolean {
  return /[A-Za-z0-9+/]{40}/.test(line) && BODY.test(line);
}

/**
 * Which of these lines are part of a private key that was printed over several of them. Each alone looks like nothing.
 * @param lines of one writer, in the order they were written. One end of the key may lie outside of what was read.
 */
export function keyLines(lines: readonly string[]): Set<number> {
  const found = new Set<number>();
  for (const [index, line] of lines.entries()) {
    if (BEGIN.test(line)) mark(lines, index, 1, found);
    if (END.test(line)) mark(lines, index, -1, found);
  }
  return found;
}

function mark(lines: readonly string[], start: number, step: 1 | -1, found: Set<number>): void {
  found.add(start);
  for (let count = 1; count <= MOST; count++) {
    const index = start + count * step;
    const line = lines[index];
    if (line === undefined || BEGIN.test(line) || END.test(line) || !BODY.test(line)) return;
    found.add(index);
  }
}
