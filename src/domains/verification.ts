import { type CnameChain, isTrouble, type Lookup, wordsOf } from '../platform/dns';
import type { SourceState } from '../platform/cluster';
import type { WarningItem } from '../platform/operations/answer.dto';
import { untrusted } from '../platform/schema';
import { spellHidden } from '../platform/text/hidden';
import { challengeName } from './challenge.policy';
import type { DomainVerification, LookupPart } from './domains.dto';
import { cnameWords, type Expectation, fixesOf, judge, type Observation, txtWords, type Verdict } from './proof.policy';
import { challengeRecord, cnameRecord } from './records';

/** TXT strings are up to 255 bytes and there may be hundreds; nobody reads them all. */
const MOST_RECORDS = 20;
const LONGEST_RECORD = 300;

type Answer = Pick<
  DomainVerification,
  'verified' | 'method' | 'expected' | 'found' | 'summary' | 'fix' | 'source' | 'warnings'
>;

/** What one look at DNS came to, record by record. */
export function verificationOf(expectation: Expectation, observation: Observation, servers: readonly string[]): Answer {
  const { host, target } = expectation;
  const verdict = judge(expectation, observation);
  return {
    verified: verdict.state === 'proved',
    method: verdict.state === 'proved' ? verdict.method : null,
    expected: { txt: challengeRecord(expectation), cname: cnameRecord(host, target) },
    found: untrusted(`DNS records of ${host.ascii}, written by whoever keeps its zone`, {
      txt: txtPart(expectation, observation.txt),
      cname: cnamePart(expectation, observation.cname),
    }),
    summary: summaryOf(expectation, verdict),
    fix: fixesOf(expectation, observation, verdict),
    source: { dns: sourceOf(verdict, servers) },
    warnings: verdict.state === 'proved' ? notPointed(expectation, observation) : [],
  };
}

/** Ownership and the way that requests take are two things: a proved host may lead anywhere. Addresses (A, AAAA) are not looked at. */
function notPointed({ host, target }: Expectation, { cname }: Observation): WarningItem[] {
  if (cname.end === 'target') return [];
  const message = `${host.ascii} is no CNAME to ${target.name}: unless an ALIAS or address record leads there, requests do not arrive.`;
  return [{ code: 'not_pointed', message }];
}

function txtPart(expectation: Expectation, txt: Lookup): LookupPart {
  return {
    name: challengeName(expectation.host.ascii),
    state: txt.state,
    records: txt.state === 'found' ? shown(txt.records) : [],
    message: txtWords(expectation, txt),
  };
}

function cnamePart(expectation: Expectation, chain: CnameChain): LookupPart {
  const { names, end } = chain;
  const state = end === 'target' || end === 'end' ? (names.length > 0 ? 'found' : 'no_records') : end;
  return {
    name: expectation.host.ascii,
    state,
    records: shown(names),
    message: spellHidden(cnameWords(expectation, chain)),
  };
}

function shown(records: readonly string[]): string[] {
  return records.slice(0, MOST_RECORDS).map((record) => {
    const text = spellHidden(record);
    return text.length > LONGEST_RECORD ? `${text.slice(0, LONGEST_RECORD)}…` : text;
  });
}

function summaryOf({ host }: Expectation, verdict: Verdict): string {
  switch (verdict.state) {
    case 'proved':
      return `DNS proves ${host.ascii} by ${verdict.method === 'txt' ? 'the TXT record' : 'the CNAME'}.`;
    case 'missing':
      return `DNS answers, and shows no proof of ${host.ascii} now.`;
    case 'unknown':
      return `Whether ${host.ascii} is proved cannot be told: ${wordsOf(verdict.trouble)}.`;
  }
}

function sourceOf(verdict: Verdict, servers: readonly string[]): SourceState {
  const asked = `asked: ${servers.join(', ') || 'no server is known'}`;
  if (verdict.state !== 'unknown' || !isTrouble(verdict.trouble)) return { state: 'ok', message: asked };
  return { state: 'unavailable', setting: 'MCTL_DNS_RESOLVERS', message: `${wordsOf(verdict.trouble)}; ${asked}` };
}
