import { isUtf8 } from 'node:buffer';
import { InvalidInput } from '../errors';

/** Deeper than any message of ours, the MCP envelope around it included. */
const MAX_DEPTH = 32;
/** The closing quote is optional, so that a string without an end is one token and not an attempt at every quote in it. */
const TOKEN = /"(?:[^"\\]|\\[^])*"?|[{}[\]:,]/g;

/** Keys seen in an object that is open; an array has none. */
type Container = Set<string> | undefined;

/**
 * What `JSON.parse` lets pass and nobody sends in good faith: nesting that is a bomb, one key twice (two readers of such a text
 * may each see another value), `__proto__` as a key, bytes that are no UTF-8. Broken syntax is left to the parser.
 *
 * @param oddKeys `dropped`: the caller takes `__proto__` out of what was parsed (`dropOddKeys`).
 * @throws InvalidInput
 */
export function checkJson(body: Buffer, encoding = 'utf-8', oddKeys: 'refused' | 'dropped' = 'refused'): void {
  if (encoding.toLowerCase() !== 'utf-8' || !isUtf8(body)) throw malformed('The body is not UTF-8.');
  const open: Container[] = [];
  let before = '';
  for (const [token] of body.toString('utf8').matchAll(TOKEN)) {
    takeToken(token, before, open, oddKeys === 'refused');
    before = token;
  }
}

function takeToken(token: string, before: string, open: Container[], isStrict: boolean): void {
  switch (token) {
    case '{':
    case '[':
      open.push(token === '{' ? new Set() : undefined);
      if (open.length > MAX_DEPTH) throw malformed(`The body is nested deeper than ${MAX_DEPTH} levels.`);
      return;
    case '}':
    case ']':
      open.pop();
      return;
    case ':':
      takeKey(before, open.at(-1), isStrict);
  }
}

function takeKey(token: string, keys: Set<string> | undefined, isStrict: boolean): void {
  const key = unquote(token);
  if (key === undefined || !keys) return;
  if (key === '__proto__' && isStrict) throw malformed('The body has a key __proto__.');
  if (keys.has(key)) throw malformed('The body has one key twice.');
  keys.add(key);
}

/** Keys may be written with escapes: `"te\u0061m"` is `team`. */
function unquote(token: string): string | undefined {
  try {
    const key: unknown = JSON.parse(token);
    return typeof key === 'string' ? key : undefined;
  } catch {
    return undefined;
  }
}

function malformed(message: string): InvalidInput {
  return new InvalidInput(message, { code: 'malformed_body', expected: 'a JSON object in UTF-8, each key once' });
}
