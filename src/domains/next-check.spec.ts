import type { DomainCheckRow } from '../platform/store';
import { isDue, nextCheck } from './next-check';
import type { Verdict } from './proof.policy';

const ABOUT = { host: 'shop.example.com', challenge: 'abc' };
const PROVED: Verdict = { state: 'proved', method: 'txt', record: '' };
const MISSING: Verdict = { state: 'missing' };
const TROUBLE: Verdict = { state: 'unknown', trouble: 'servfail' };
const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute));
const iso = (minute: number) => at(minute).toISOString();

/** The row after these verdicts, one a minute. */
function after(...verdicts: Verdict[]): DomainCheckRow | undefined {
  return verdicts.reduce<DomainCheckRow | undefined>(
    (row, verdict, minute) => nextCheck(row, ABOUT, verdict, at(minute)),
    undefined,
  );
}

describe(nextCheck.name, () => {
  it('keeps since when a proof is missing, however often somebody looks', () => {
    expect(after(PROVED, MISSING, MISSING)).toMatchObject({
      outcome: 'missing',
      checked_at: iso(2),
      missing_since: iso(1),
      trouble_since: null,
    });
  });

  it('makes nothing missing of trouble, and nothing found', () => {
    expect(after(PROVED, TROUBLE)).toMatchObject({
      outcome: 'unknown',
      trouble: 'servfail',
      missing_since: null,
      trouble_since: iso(1),
    });
    expect(after(MISSING, TROUBLE, TROUBLE)).toMatchObject({ missing_since: iso(0), trouble_since: iso(1) });
    expect(after(MISSING, TROUBLE, MISSING)).toMatchObject({
      missing_since: iso(0),
      trouble: null,
      trouble_since: null,
    });
  });

  it('forgets all trouble with a proof', () => {
    expect(after(MISSING, TROUBLE, PROVED)).toMatchObject({
      outcome: 'proved',
      method: 'txt',
      missing_since: null,
      trouble_since: null,
    });
  });

  it('begins anew with another registration', () => {
    const row = nextCheck(after(MISSING), { ...ABOUT, challenge: 'other' }, MISSING, at(5));
    expect(row).toMatchObject({ challenge: 'other', missing_since: iso(5) });
  });
});

describe(isDue.name, () => {
  it.each([
    ['never', undefined, 0, true],
    ['just now', after(PROVED), 9, false],
    ['an interval ago', after(PROVED), 10, true],
    ['in what is now the future', after(PROVED, PROVED), 0, true],
  ])('looks again after a look that was %s', (_, row, minute, due) => {
    expect(isDue(row, ABOUT, 600_000, at(minute))).toBe(due);
  });

  it('looks at once at another registration', () => {
    expect(isDue(after(PROVED), { ...ABOUT, challenge: 'other' }, 600_000, at(1))).toBe(true);
  });
});
