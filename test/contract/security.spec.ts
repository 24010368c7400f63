import { evidenceOf, SECURITY_RULES, specsIn, untested, withSecurityTable } from '../../src/cli/security-checklist';
import { packageRoot } from '../../src/platform/package-root';

describe('the security checklist', () => {
  it('has a test for each of its rules', () => {
    expect(untested(specsIn(packageRoot))).toEqual([]);
  });

  it('has its rules once each, in order', () => {
    const numbers = SECURITY_RULES.map(({ number }) => number);
    expect(numbers).toEqual([...new Set(numbers)].sort());
  });

  it('counts names of tests and of rows, and nothing that only looks like a number', () => {
    const text = `it('S10 refuses', ...); it.each([['S10 S11 a row']]); const method = 'S256'; // S10 in a comment`;
    const specs = new Map([['a.spec.ts', text]]);
    expect(evidenceOf('S10', specs)).toEqual([{ path: 'a.spec.ts', tests: 2 }]);
    expect(evidenceOf('S11', specs)).toEqual([{ path: 'a.spec.ts', tests: 1 }]);
    expect(evidenceOf('S25', specs)).toEqual([]);
  });

  it('wants its marks', () => {
    expect(() => withSecurityTable('# Security', new Map())).toThrow('checklist:begin');
  });
});
