/** Why a server's answer says nothing about the name. */
export type Trouble = 'servfail' | 'refused' | 'timeout' | 'unreachable' | 'bad_answer';

/**
 * What one question came to. `no_such_name` (NXDOMAIN) and `no_records` (the name is there, without a record of this type) are
 * answers; a `Trouble` is none: from it follows neither that a record is there nor that it is gone.
 */
export type Lookup =
  | { readonly state: 'found'; readonly records: readonly string[] }
  | { readonly state: 'no_records' }
  | { readonly state: 'no_such_name' }
  | { readonly state: Trouble };

export type LookupState = Lookup['state'];

const WORDS: Readonly<Record<LookupState, string>> = {
  found: 'there are records',
  no_records: 'the name exists and has no record of this type (NODATA)',
  no_such_name: 'the name does not exist (NXDOMAIN)',
  servfail:
    'the DNS server could not find out (SERVFAIL): the zone’s own servers do not answer, or its DNSSEC is broken',
  refused: 'the DNS server refused the question (REFUSED)',
  timeout: 'no DNS server answered in time',
  unreachable: 'no DNS server could be reached',
  bad_answer: 'the DNS server’s answer could not be read',
};

/** A state as the end of a sentence. */
export function wordsOf(state: LookupState): string {
  return WORDS[state];
}

export function isTrouble(state: LookupState): state is Trouble {
  return state !== 'found' && state !== 'no_records' && state !== 'no_such_name';
}

/** Names are the same whatever their case, with and without the dot at the end (RFC 4343). */
export function sameName(left: string, right: string): boolean {
  return plainName(left) === plainName(right);
}

/** Lower-case, without the dot at its end. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
