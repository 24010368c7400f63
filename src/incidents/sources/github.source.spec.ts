import examples from '@octokit/webhooks-examples';
import fc from 'fast-check';
import { aWorld } from '../../../test/factories/world';
import { readConfig } from '../../platform/config';
import { InvalidInput } from '../../platform/errors';
import { readRunEvent } from './github.payload';
import { deliveryKeys, runReport } from './github.source';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const world = aWorld({
  tenants: { billing: {}, shop: {} },
  services: {
    'billing/api': { image: { repository: 'ghcr.io/octo-org/octo-repo', tag: '1' } },
    'shop/one': { image: { repository: 'registry.example.org:5000/acme/shop/web', tag: '1' } },
    'shop/two': { image: { repository: 'acme/shop', tag: '1' } },
    'billing/taken': { image: { repository: 'ghcr.io/acme/both', tag: '1' } },
    'shop/taken': { image: { repository: 'ghcr.io/acme/both', tag: '1' } },
    'shop/odd': { image: { repository: 'ghcr.io/mirror/acme/api', tag: '1' } },
  },
});
/** The example's repository was granted to billing. */
const contextWith = (repositories = '', granted: readonly string[] = ['billing']) => ({
  world,
  granted,
  settings: readConfig({ MCTL_DATA_DIR: '/nowhere', MCTL_GITHUB_REPOSITORIES: repositories }).values,
  now: NOW,
});

type Payload = { workflow_run: Record<string, unknown>; repository: Record<string, unknown>; action: string };
const runs =
  (examples as unknown as { name: string; examples: Payload[] }[]).find(({ name }) => name === 'workflow_run')
    ?.examples ?? [];
/** GitHub's own example of a run that succeeded, on the repository itself. */
const SUCCESS = runs.find(({ workflow_run: run }) => run.conclusion === 'success') as Payload;

function payload(run: object = {}, rest: object = {}): Payload {
  const { workflow_run: original, repository } = SUCCESS;
  const head_repository = { id: repository.id };
  return { ...SUCCESS, workflow_run: { ...original, name: 'CI', head_repository, ...run }, ...rest };
}
const report = (body: unknown, repositories = '') => runReport(readRunEvent(body), contextWith(repositories));
const failed = (change: object = {}) => report(payload({ conclusion: 'failure', ...change }));
const ofRepository = (full_name: string, repositories = '', granted: readonly string[] = []) =>
  runReport(
    readRunEvent(payload({ conclusion: 'failure' }, { repository: { ...SUCCESS.repository, full_name } })),
    contextWith(repositories, granted),
  );

it('reads every example of GitHub', () => {
  expect(runs.length).toBeGreaterThanOrEqual(5);
  for (const example of runs) expect(() => runReport(readRunEvent(example), contextWith())).not.toThrow();
});

it('makes an incident of a failure, for the service of its team that has the image of that repository', () => {
  expect(failed()).toEqual({
    kind: 'firing',
    team: 'billing',
    service: 'api',
    fingerprint: expect.stringMatching(/^github:300029405:2823525:[0-9a-f]{16}$/),
    source: 'github',
    actor: 'github',
    type: 'github_actions_failed',
    severity: 'warning',
    summary: 'CI failed on master of octo-org/octo-repo (run 163)',
    since: new Date('2020-10-05T16:33:49Z'),
    isOrdered: true,
    evidence: [
      {
        kind: 'workflow_run',
        content: expect.stringContaining('url: https://github.com/octo-org/octo-repo/actions/runs/289782451'),
      },
    ],
  });
});

it('ends it with the success of the same workflow on the same branch', () => {
  const success = report(payload());
  expect(success).toMatchObject({ kind: 'cleared', team: 'billing', asOf: new Date('2020-10-05T16:33:49Z') });
  const [a, b, c, d] = [failed(), success, failed({ head_branch: 'next' }), failed({ workflow_id: 7 })].map(
    (each) => (each as { fingerprint: string }).fingerprint,
  );
  expect(a).toBe(b);
  expect(new Set([a, c, d]).size).toBe(3);
});

it.each(['failure', 'timed_out', 'startup_failure'])('takes %s for a failure', (conclusion) => {
  expect(failed({ conclusion })).toMatchObject({ kind: 'firing' });
});

it.each(['cancelled', 'skipped', 'neutral', 'stale', 'action_required', null, 'news'])(
  'makes nothing of %p',
  (conclusion) => {
    expect(failed({ conclusion })).toMatch(/says nothing$/);
  },
);

it('makes nothing of runs that go on, and of forks: anybody may open a pull request', () => {
  expect(report({ ...payload(), action: 'requested' })).toBe('action requested is not completed');
  expect(failed({ head_repository: { id: 1 } })).toBe('the run is about a fork');
  expect(failed({ head_repository: null })).toBe('the run is about a fork');
});

it('is milder about other branches than the default one', () => {
  expect(failed({ head_branch: 'feature/x' })).toMatchObject({ severity: 'info' });
});

it('cleans what people called their workflow and branch', () => {
  const token = `ghp_${'a'.repeat(36)}`;
  const text = JSON.stringify(failed({ name: `CI\u202e\x1b[31m ${token}`, head_branch: 'x'.repeat(300) }));
  expect(text).not.toMatch(/ghp_|\\u001b|\u202e/);
  expect(text.length).toBeLessThan(6_000);
});

describe('whose a repository is', () => {
  it.each([
    [
      'granted to a team with one service of it',
      'octo-org/octo-repo',
      ['billing'],
      { team: 'billing', service: 'api' },
    ],
    ['granted, in another case', 'Octo-Org/Octo-Repo', ['billing'], { team: 'billing', service: 'api' }],
    ['granted to a team with several services of it', 'acme/shop', ['shop'], { team: 'shop', service: undefined }],
    ['granted to two teams, the first one first', 'acme/both', ['shop', 'billing'], { team: 'shop', service: 'taken' }],
    ['granted to a team that is gone', 'acme/shop', ['gone'], { team: undefined, service: undefined }],
    ['a folder that only ends so', 'acme/api', ['shop'], { team: 'shop', service: undefined }],
    ['half of a name', 'octo-org/octo', ['billing'], { team: 'billing', service: undefined }],
  ])('%s', (_, name, granted, expected) => {
    const { team, service } = ofRepository(name, '', granted) as { team?: string; service?: string };
    expect({ team, service }).toEqual(expected);
  });

  it('is nobody’s by an image alone: a team names images itself', () => {
    expect(ofRepository('octo-org/octo-repo')).not.toHaveProperty('team');
    expect(ofRepository('acme/shop', '', ['billing'])).toMatchObject({ team: 'billing' });
    expect(ofRepository('acme/shop', '', ['billing'])).not.toHaveProperty('service');
  });

  it('is what the platform says, before what was granted', () => {
    expect(ofRepository('octo-org/octo-repo', 'Octo-Org/octo-repo=shop/one', ['billing'])).toMatchObject({
      team: 'shop',
      service: 'one',
    });
    expect(ofRepository('acme/both', 'acme/both=billing')).toMatchObject({ team: 'billing' });
    expect(ofRepository('acme/both', 'acme/both=shop')).toMatchObject({ team: 'shop', service: 'taken' });
    expect(ofRepository('acme/both', 'acme/both=gone', ['shop'])).not.toHaveProperty('team');
    expect(ofRepository('acme/both', 'acme/both=billing/gone')).not.toHaveProperty('service');
  });
});

it('knows a delivery by its id and by its run', () => {
  expect(deliveryKeys('guid-1', readRunEvent(payload()))).toEqual([
    'github:delivery:guid-1',
    'github:run:300029405/289782451/1',
  ]);
});

it('refuses what GitHub does not send, naming the field', () => {
  const cases: [unknown, string][] = [
    [{}, 'action'],
    [{ ...payload(), repository: null }, 'repository'],
    [payload({ id: 'x' }), 'workflow_run.id'],
    [payload({ created_at: 'now' }), 'workflow_run.created_at'],
  ];
  for (const [body, field] of cases) {
    expect(() => readRunEvent(body)).toThrow(expect.objectContaining({ details: expect.objectContaining({ field }) }));
  }
});

it('answers anything with a report, a reason or a refusal of ours', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(SUCCESS.workflow_run)), fc.jsonValue()), (change) => {
      try {
        report(payload(change));
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInput);
      }
    }),
  );
});
