import fc from 'fast-check';
import { refusalOf } from '../../test/factories/plan';
import { identifierOf, LONGEST_IDENTIFIER, objectName, requireFreeIdentifier } from './database-names.policy';

/** `Name` of the tool contract. */
const names = fc.stringMatching(/^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$/);
/** Many of them are easily confused with each other. */
const similar = fc.stringMatching(/^a(-{0,2}b){0,2}$/);

describe('names of a database', () => {
  it('fit PostgreSQL and Kubernetes, whatever team and database are called', () => {
    fc.assert(
      fc.property(names, names, (team, name) => {
        expect(Buffer.byteLength(identifierOf(team, name))).toBeLessThanOrEqual(LONGEST_IDENTIFIER);
        expect(identifierOf(team, name)).toMatch(/^[a-z][a-z0-9_-]*$/);
        expect(objectName(team, name)).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
      }),
    );
    expect(identifierOf('t'.repeat(31), 'n'.repeat(31))).toHaveLength(LONGEST_IDENTIFIER);
  });

  it('are another team’s never', () => {
    fc.assert(
      fc.property(similar, similar, similar, similar, (team, name, otherTeam, otherName) => {
        const isSame = team === otherTeam && name === otherName;
        expect(identifierOf(team, name) === identifierOf(otherTeam, otherName)).toBe(isSame);
        expect(objectName(team, name) === objectName(otherTeam, otherName)).toBe(isSame);
      }),
      { numRuns: 1000 },
    );
    expect(identifierOf('a-b', 'c')).not.toBe(identifierOf('a', 'b-c'));
  });

  it.each([
    ['pg', 'api', 'team'],
    ['cnpg', 'api', 'team'],
    ['streaming', 'replica', 'name'],
  ])('are refused where they are kept: %s/%s', (team, name, field) => {
    expect(refusalOf(() => requireFreeIdentifier(team, name))).toMatchObject({
      kind: 'InvalidInput',
      code: 'reserved_name',
      field,
      fix: expect.any(String),
    });
  });

  it.each([
    ['pgx', 'api'],
    ['streaming', 'api'],
    ['billing', 'replica'],
    ['billing', 'postgres'],
    ['template0', 'template1'],
  ])('are let pass otherwise: %s/%s', (team, name) => {
    expect(() => requireFreeIdentifier(team, name)).not.toThrow();
  });
});
