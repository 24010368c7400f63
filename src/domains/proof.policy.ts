import { type CnameChain, isTrouble, type Lookup, suffixFacts, type Trouble, wordsOf } from '../platform/dns';
import { challengeName, challengeValue, isChallengeValue } from './challenge.policy';
import { type Host, isApex } from './host.policy';
import type { CnameTarget } from './target.policy';

/** What DNS must say for a host to be a service's. */
export interface Expectation {
  readonly host: Host;
  /** Undefined where the registration has none: then only a CNAME can prove. */
  readonly challenge: string | undefined;
  readonly target: CnameTarget;
}

/** What DNS says. */
export interface Observation {
  readonly txt: Lookup;
  readonly cname: CnameChain;
}

/** `missing`: DNS answered, and no proof was there. `unknown`: it did not answer, so nothing follows. */
export type Verdict =
  | { readonly state: 'proved'; readonly method: 'txt' | 'cname'; readonly record: string }
  | { readonly state: 'missing' }
  | { readonly state: 'unknown'; readonly trouble: Trouble };

/** A proof counts only where the lookup that shows it came to its end; its absence only where both did. */
export function judge({ host, challenge, target }: Expectation, { txt, cname }: Observation): Verdict {
  const value = challenge === undefined ? undefined : challengeValue(challenge);
  if (value !== undefined && txt.state === 'found' && txt.records.some((record) => record.trim() === value)) {
    return { state: 'proved', method: 'txt', record: `${challengeName(host.ascii)} TXT ${value}` };
  }
  if (!target.isAmbiguous && cname.end === 'target') {
    return { state: 'proved', method: 'cname', record: `${host.ascii} CNAME ${cname.names.join(' → ')}` };
  }
  if (isTrouble(txt.state)) return { state: 'unknown', trouble: txt.state };
  const cnameTrouble = target.isAmbiguous ? undefined : troubleOf(cname);
  return cnameTrouble === undefined ? { state: 'missing' } : { state: 'unknown', trouble: cnameTrouble };
}

const ENDS: readonly CnameChain['end'][] = ['target', 'end', 'no_such_name', 'loop', 'too_long'];

function troubleOf({ end }: CnameChain): Trouble | undefined {
  return ENDS.includes(end) ? undefined : (end as Trouble);
}

/** What the lookup of the TXT record came to, as a sentence. */
export function txtWords({ host, challenge }: Expectation, txt: Lookup): string {
  const name = challengeName(host.ascii);
  if (txt.state !== 'found') return `${name}: ${wordsOf(txt.state)}.`;
  const value = challenge === undefined ? '' : challengeValue(challenge);
  if (txt.records.some((record) => record.trim() === value)) return `${name} holds the challenge.`;
  if (txt.records.some(isChallengeValue)) {
    return `${name} holds the challenge of another registration: each team, service and registration has its own.`;
  }
  return `${name} has ${count(txt.records.length, 'TXT record')}, none with the challenge.`;
}

/** What following the CNAME records came to, as a sentence. */
export function cnameWords({ host, target }: Expectation, { names, end }: CnameChain): string {
  const path = [host.ascii, ...names].join(' → ');
  const why = chainEnd(end, target.name);
  return `${path}: ${why}${target.isAmbiguous ? ' It would be no proof here: this target could be another team’s as well.' : ''}`;
}

function chainEnd(end: CnameChain['end'], target: string): string {
  switch (end) {
    case 'target':
      return 'it leads to the service’s target.';
    case 'end':
      return `there is no further CNAME, and this is not ${target}.`;
    case 'no_such_name':
      return `${wordsOf(end)}.`;
    case 'loop':
      return 'the records lead in a circle.';
    case 'too_long':
      return 'there are too many CNAME records one after the other.';
    default:
      return `${wordsOf(end)}.`;
  }
}

/** What somebody has to do, most useful first; empty where the host is proved. */
export function fixesOf(expectation: Expectation, observation: Observation, verdict: Verdict): string[] {
  if (verdict.state === 'proved') return [];
  if (verdict.state === 'unknown') {
    return [
      `DNS could not be asked: ${wordsOf(verdict.trouble)}. Nothing is wrong with the record as far as anybody knows; try again, or see MCTL_DNS_RESOLVERS.`,
    ];
  }
  const { host, challenge, target } = expectation;
  const txt =
    challenge === undefined
      ? ['This registration has no challenge: remove the domain and add it again.']
      : [
          `At the DNS provider of ${zoneOf(host)}, add a TXT record ${relativeName(host)} (in full: ${challengeName(host.ascii)}) with the value ${challengeValue(challenge)}, and keep it.`,
          ...staleHint(expectation, observation),
        ];
  const canPoint = !target.isAmbiguous && !isApex(host);
  return [
    ...txt,
    ...(canPoint
      ? [`Or let ${host.ascii} be a CNAME to ${target.name}, which leads requests there at the same time.`]
      : []),
    'A record that was just added may take as long as the old answer’s TTL to be seen.',
  ];
}

function staleHint(expectation: Expectation, { txt }: Observation): string[] {
  const holdsOther = txt.state === 'found' && txt.records.some(isChallengeValue);
  return holdsOther ? [txtWords(expectation, txt)] : [];
}

/** The part of the domain that its owner registered. */
function zoneOf({ ascii }: Host): string {
  return suffixFacts(ascii).registrable ?? ascii;
}

/** Most providers append the zone by themselves: the full name entered there ends up twice. */
function relativeName(host: Host): string {
  const name = challengeName(host.ascii);
  const zone = `.${zoneOf(host)}`;
  return name.endsWith(zone) ? name.slice(0, -zone.length) : name;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
