import { planOf } from '../../test/factories/plan';
import { aWorld } from '../../test/factories/world';
import { grantRepoAccess } from './grant-repo-access.operation';
import { type Fetched, type Grant } from './sync.policy';
import { syncRepos } from './sync-repos.operation';

const world = aWorld({ tenants: { billing: {} } });
const plan = (operation: typeof syncRepos, raw: object, done?: unknown, facts?: unknown) =>
  planOf({ ...operation, plan: (context) => operation.plan({ ...context, done }) }, world, raw, facts);
const ASK = { team: 'billing', repo: 'acme/api' };

describe('grant-repo-access', () => {
  it('changes no file and says what to do next', () => {
    const { changes, subject, nextActions, answer } = plan(grantRepoAccess, ASK);
    expect(changes).toEqual([]);
    expect(subject).toBe('grant-repo-access(billing): acme/api');
    expect(nextActions).toMatchObject([{ tool: 'mctl_sync_repos', arguments: { team: 'billing' } }]);
    expect(answer).toEqual({ repo: 'acme/api', already_granted: null });
  });

  it.each([
    ['granted', true, []],
    ['missing', false, []],
    ['unknown', null, ['access_unknown']],
  ])('tells that access is %s', (access, expected, codes) => {
    const { answer, warnings } = plan(grantRepoAccess, ASK, { access, reason: 'GitHub is away.' });
    expect(answer.already_granted).toBe(expected);
    expect(warnings.map(({ code }) => code)).toEqual(codes);
  });

  it.each(['acme', 'acme/', '-acme/api', 'acme/api/x', 'acme/..', 'acme/.', 'a b/c', `${'a'.repeat(40)}/x`])(
    'takes %p for no repository',
    (repo) => {
      expect(() => plan(grantRepoAccess, { team: 'billing', repo })).toThrow(/repo/);
    },
  );
});

describe('sync-repos', () => {
  const grants: Grant[] = [
    { repositoryId: 1, installationId: 7, fullName: 'acme/api', grantedAt: '2026-01-01', isListed: false },
    { repositoryId: 2, installationId: 7, fullName: 'acme/old', grantedAt: '2026-01-01', isListed: true },
  ];
  const done: Fetched = {
    app: 'app',
    startedAt: '2026-02-01',
    installations: [
      {
        id: 7,
        account: 'acme',
        state: 'active',
        repositories: [{ id: 1, fullName: 'acme/api', isPrivate: true, defaultBranch: 'main' }],
      },
    ],
  };

  it('tells how many it will ask about, and afterwards what came of it', () => {
    expect(plan(syncRepos, { team: 'billing' }, undefined, { grants })).toMatchObject({
      summary: 'GitHub is asked about 2 repositories that billing was granted.',
      answer: {},
    });
    expect(plan(syncRepos, { team: 'billing' }, done, { grants })).toMatchObject({
      changes: [],
      subject: 'sync-repos(billing): 1 added, 1 removed, 0 unchanged',
      answer: { added: ['acme/api'], removed: ['acme/old'], unchanged: 0 },
    });
  });

  it('without a grant names the tool that begins one', () => {
    const empty = plan(syncRepos, { team: 'billing' }, { ...done, installations: [] }, { grants: [] });
    expect(empty.answer).toEqual({ added: [], removed: [], unchanged: 0 });
    expect(empty.nextActions.map(({ tool }) => tool)).toEqual(['mctl_grant_repo_access']);
  });
});
