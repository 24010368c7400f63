import { evidenceOf, SECURITY_RULES, specsIn, untested, withSecurityTable } from '../../src/cli/security-checklist';
import { packageRoot } from '../../src/platform/package-root';

/** What issue 5 demands, as it says it: a rule that is dropped from the list must not take its demand along. */
const DEMANDED = [
  ...['S01', 'S02', 'S03', 'S04', 'S05', 'S06', 'S07'],
  ...['S10', 'S11', 'S12', 'S13', 'S14', 'S15', 'S16', 'S17'],
  ...['S20', 'S21', 'S22', 'S23', 'S24'],
  ...['S30', 'S31', 'S32', 'S33', 'S36'],
  ...['S40', 'S41', 'S42', 'S43', 'S44'],
  ...['S60', 'S61', 'S62', 'S70', 'S80', 'S82', 'S83', 'S86', 'S87', 'S88'],
];

describe('the security checklist', () => {
  it('has every rule that was demanded', () => {
    const numbers = SECURITY_RULES.map(({ number }): string => number);
    expect(DEMANDED.filter((number) => !numbers.includes(number))).toEqual([]);
  });

  it('has a test for each of its rules', () => {
    expect(untested(specsIn(packageRoot))).toEqual([]);
  });

  it.each(['T1', 'T2', 'T3', 'T4', 'T5', 'T6'])('has the acceptance test of authorization %s', (number) => {
    expect(evidenceOf(number, specsIn(packageRoot))).not.toEqual([]);
  });

  it('has its rules once each, in order', () => {
    const numbers = SECURITY_RULES.map(({ number }) => number);
    expect(numbers).toEqual([...new Set(numbers)].sort());
  });

  it('counts names of tests and of rows, and nothing that only looks like a number', () => {
    // Written with other letters: this file is searched, too.
    const text =
      `it('#10 refuses', ...); it.each([['T3 #10 #11 a row']]); const method = '#256'; // #10 in a comment`.replaceAll(
        '#',
        'S',
      );
    const specs = new Map([['a.spec.ts', text]]);
    expect(evidenceOf('S10', specs)).toEqual([{ path: 'a.spec.ts', tests: 2 }]);
    expect(evidenceOf('S11', specs)).toEqual([{ path: 'a.spec.ts', tests: 1 }]);
    expect(evidenceOf('S25', specs)).toEqual([]);
  });

  it('wants its marks', () => {
    expect(() => withSecurityTable('# Security', new Map())).toThrow('checklist:begin');
  });
});
