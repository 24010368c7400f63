import { differenceOf, type Fetched, type FetchedInstallation, type Grant } from './sync.policy';

const BEFORE = '2026-03-01T11:00:00.000Z';
const ASKED = '2026-03-01T12:00:00.000Z';

const grant = (repositoryId: number, isListed: boolean, more: Partial<Grant> = {}): Grant => ({
  repositoryId,
  installationId: 7,
  fullName: `acme/r${repositoryId}`,
  grantedAt: BEFORE,
  isListed,
  ...more,
});
const shown = (id: number, fullName = `acme/r${id}`) => ({ id, fullName, isPrivate: true, defaultBranch: 'main' });
const fetched = (...installations: Partial<FetchedInstallation>[]): Fetched => ({
  app: 'app',
  startedAt: ASKED,
  installations: installations.map((each) => ({
    id: 7,
    account: 'acme',
    state: 'active',
    repositories: [],
    ...each,
  })),
});

describe(differenceOf, () => {
  it('tells what is new, what stayed and what is gone, sorted', () => {
    const grants = [grant(3, false), grant(2, true), grant(1, false), grant(4, true)];
    expect(differenceOf(grants, fetched({ repositories: [shown(1), shown(2), shown(3)] }))).toEqual({
      added: ['acme/r1', 'acme/r3'],
      removed: ['acme/r4'],
      unchanged: ['acme/r2'],
      hidden: [],
      ended: [4],
      warnings: [],
    });
  });

  it('goes by the id: another repository of the same name is not the one that was granted', () => {
    const difference = differenceOf([grant(1, true)], fetched({ repositories: [shown(99, 'acme/r1')] }));
    expect(difference).toMatchObject({ added: [], removed: ['acme/r1'], ended: [1] });
  });

  it('takes a renamed repository for the same, under its new name', () => {
    const difference = differenceOf([grant(1, true)], fetched({ repositories: [shown(1, 'acme/new-name')] }));
    expect(difference).toMatchObject({ added: [], removed: [], unchanged: ['acme/new-name'], ended: [] });
  });

  it('keeps what a suspended installation hides, and ends what an uninstalled one had', () => {
    const suspended = differenceOf([grant(1, true), grant(2, false)], fetched({ state: 'suspended' }));
    expect(suspended).toMatchObject({ removed: ['acme/r1'], hidden: [1, 2], ended: [] });
    expect(suspended.warnings.map(({ code }) => code)).toEqual(['installation_suspended']);
    const gone = differenceOf([grant(1, true), grant(2, false)], fetched({ state: 'gone', account: '' }));
    expect(gone).toMatchObject({ removed: ['acme/r1'], hidden: [], ended: [1, 2] });
    expect(gone.warnings).toEqual([
      { code: 'installation_gone', message: expect.stringContaining('no longer installed on installation 7') },
    ]);
  });

  it('judges nothing that was granted after GitHub was asked, nor through an installation that was not asked about', () => {
    const grants = [grant(1, true, { grantedAt: ASKED }), grant(2, true, { installationId: 8 })];
    expect(differenceOf(grants, fetched({}))).toMatchObject({ removed: [], hidden: [], ended: [], unchanged: [] });
  });
});
