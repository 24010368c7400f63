import type { CnameChain, Lookup } from '../platform/dns';
import { challengeValue } from './challenge.policy';
import { hostFrom } from './host.policy';
import { cnameWords, type Expectation, fixesOf, judge, txtWords, type Verdict } from './proof.policy';

const CHALLENGE = 'a'.repeat(64);
const VALUE = challengeValue(CHALLENGE);
const TARGET = 'billing-api.apps.example.org';
const expectation = (changes: Partial<Expectation> = {}): Expectation => ({
  host: hostFrom('shop.example.com'),
  challenge: CHALLENGE,
  target: { name: TARGET, isAmbiguous: false },
  ...changes,
});
const ambiguous = expectation({ target: { name: TARGET, isAmbiguous: true } });

const found = (...records: string[]): Lookup => ({ state: 'found', records });
const NONE: Lookup = { state: 'no_such_name' };
const END: CnameChain = { names: [], end: 'end' };
const HIT: CnameChain = { names: [TARGET], end: 'target' };
const state = (txt: Lookup, cname: CnameChain, about = expectation()) => judge(about, { txt, cname });

describe(judge.name, () => {
  it.each<[string, Lookup, CnameChain]>([
    ['the challenge alone', found(VALUE), END],
    ['the challenge among others', found('v=spf1 -all', VALUE, 'x'), END],
    ['the challenge with blanks around it', found(` ${VALUE} `), END],
    ['the challenge while the CNAME cannot be asked for', found(VALUE), { names: [], end: 'servfail' }],
    ['both', found(VALUE), HIT],
  ])('takes %s for a proof by TXT', (_, txt, cname) => {
    expect(state(txt, cname)).toMatchObject({ state: 'proved', method: 'txt' });
  });

  it.each<[string, Lookup]>([
    ['nothing else', NONE],
    ['a record that is none', found('x')],
    ['a TXT lookup that failed', { state: 'timeout' }],
  ])('takes a CNAME to the target for a proof beside %s', (_, txt) => {
    expect(state(txt, HIT)).toMatchObject({
      state: 'proved',
      method: 'cname',
      record: `shop.example.com CNAME ${TARGET}`,
    });
  });

  it.each<[string, Lookup, CnameChain]>([
    ['nothing at all', NONE, END],
    ['another challenge', found(challengeValue('b'.repeat(64))), END],
    ['the challenge in other words', found(VALUE.toUpperCase()), END],
    ['more than the challenge', found(`${VALUE}0`), END],
    ['the bare digits', found(CHALLENGE), END],
    ['a CNAME elsewhere', NONE, { names: ['cdn.example.net'], end: 'end' }],
    ['a circle', NONE, { names: ['a.example.com', 'shop.example.com'], end: 'loop' }],
    ['a chain without end', NONE, { names: [], end: 'too_long' }],
    ['a CNAME to a name that is not there', NONE, { names: ['x.example.com'], end: 'no_such_name' }],
  ])('finds no proof in %s', (_, txt, cname) => {
    expect(state(txt, cname)).toEqual({ state: 'missing' });
  });

  it.each<[string, Lookup, CnameChain, string]>([
    ['TXT', { state: 'servfail' }, END, 'servfail'],
    ['TXT', { state: 'refused' }, { names: [], end: 'no_such_name' }, 'refused'],
    ['CNAME', NONE, { names: ['x.example.net'], end: 'timeout' }, 'timeout'],
  ])('does not know where the %s lookup failed and nothing else proves', (_, txt, cname, trouble) => {
    expect(state(txt, cname)).toEqual({ state: 'unknown', trouble });
  });

  it('takes no CNAME to an ambiguous target, and misses none', () => {
    expect(state(NONE, HIT, ambiguous)).toEqual({ state: 'missing' });
    expect(state(NONE, { names: [], end: 'servfail' }, ambiguous)).toEqual({ state: 'missing' });
    expect(state(found(VALUE), HIT, ambiguous)).toMatchObject({ method: 'txt' });
  });

  it('needs a CNAME where the registration has no challenge', () => {
    const bare = expectation({ challenge: undefined });
    expect(state(found('mctl-domain-verification=undefined', ''), END, bare)).toEqual({ state: 'missing' });
    expect(state(NONE, HIT, bare)).toMatchObject({ method: 'cname' });
  });
});

describe('the words', () => {
  const MISSING: Verdict = { state: 'missing' };
  const fixes = (about: Expectation, txt: Lookup = NONE) => fixesOf(about, { txt, cname: END }, MISSING).join('\n');

  it('tell the record as the provider’s form wants it, and in full', () => {
    expect(fixes(expectation())).toContain(
      `At the DNS provider of example.com, add a TXT record _mctl-challenge.shop (in full: _mctl-challenge.shop.example.com) with the value ${VALUE}`,
    );
    expect(fixes(expectation({ host: hostFrom('example.co.uk') }))).toContain(
      'a TXT record _mctl-challenge (in full: _mctl-challenge.example.co.uk)',
    );
  });

  it('offer a CNAME only where it would prove and where DNS allows one', () => {
    expect(fixes(expectation())).toContain(`CNAME to ${TARGET}`);
    expect(fixes(expectation({ host: hostFrom('example.com') }))).not.toContain('CNAME');
    expect(fixes(ambiguous)).not.toContain('CNAME');
    expect(cnameWords(ambiguous, HIT)).toContain('could be another team’s');
  });

  it('name a challenge of another registration', () => {
    const other = found(challengeValue('b'.repeat(64)));
    expect(txtWords(expectation(), other)).toContain('another registration');
    expect(fixes(expectation(), other)).toContain('another registration');
    expect(txtWords(expectation(), found('x', 'y'))).toContain('2 TXT records, none with the challenge');
  });

  it('ask for nothing to be done where DNS could not be asked, or all is well', () => {
    const observation = { txt: NONE, cname: END };
    expect(fixesOf(expectation(), observation, { state: 'unknown', trouble: 'timeout' })).toEqual([
      expect.stringContaining('try again'),
    ]);
    expect(fixesOf(expectation(), observation, { state: 'proved', method: 'txt', record: '' })).toEqual([]);
  });
});
