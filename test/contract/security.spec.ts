import { evidenceOf, SECURITY_RULES, specsIn, untested, withSecurityTable } from '../../src/cli/security-checklist';
import { packageRoot } from '../../src/platform/package-root';

describe('the security checklist', () => {
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
