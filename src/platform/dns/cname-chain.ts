import { type Lookup, plainName, sameName, type Trouble } from './lookup';

/** Resolvers give up a little later; a real chain has two or three links. */
export const LONGEST_CHAIN = 10;

export interface CnameChain {
  /** Names that follow the first one, lower-case without the last dot. */
  readonly names: readonly string[];
  /** `target` was met, `end` has no further CNAME, `no_such_name` is a name that does not exist; a `Trouble` says nothing of what would follow. */
  readonly end: 'target' | 'end' | 'no_such_name' | 'loop' | 'too_long' | Trouble;
}

/** Follows CNAME records one by one until `target`, the end, or a link that was there before. */
export async function followCnames(
  lookUp: (name: string) => Promise<Lookup>,
  name: string,
  target: string,
): Promise<CnameChain> {
  const names: string[] = [];
  for (let at = plainName(name); ;) {
    const link = await lookUp(at);
    if (link.state !== 'found') return { names, end: link.state === 'no_records' ? 'end' : link.state };
    const [next, ...more] = link.records.map(plainName);
    // A name has one CNAME (RFC 1034 §3.6.2); which of several counts would be left to chance.
    if (next === undefined || more.length > 0) return { names, end: 'bad_answer' };
    if (next === plainName(name) || names.includes(next)) return { names: [...names, next], end: 'loop' };
    names.push(next);
    if (sameName(next, target)) return { names, end: 'target' };
    if (names.length >= LONGEST_CHAIN) return { names, end: 'too_long' };
    at = next;
  }
}
