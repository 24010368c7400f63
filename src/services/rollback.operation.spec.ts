import { planOf, refusalOf, textOfPlan } from '../../test/factories/plan';
import { aWorld } from '../../test/factories/world';
import type { Revision } from '../platform/gitops';
import { parseYaml } from '../platform/gitops/yaml';
import { rollbackService } from './rollback.operation';
import { lineage, tagHistory } from './tag-history';

const fileOf = (tag: string, rest = '') =>
  `# why\nimage:\n  repository: ghcr.io/acme/api\n  tag: "${tag}" # keep\n${rest}`;

function revision(number: number, text: string): Revision {
  return {
    commit: `c${number}`,
    at: `2026-11-0${number}T00:00:00Z`,
    by: number % 2 ? 'ada' : 'bob',
    text,
    operation: `op${number}`,
  };
}

/** Newest first, as git lists them. */
const REVISIONS = [
  revision(6, fileOf('1.2.3', 'replicaCount: 2\n')),
  revision(5, fileOf('1.2.3')),
  revision(4, 'image: ['),
  revision(3, fileOf('1.2.2')),
  revision(2, fileOf('1.2.3')),
  revision(1, 'image: {repository: ghcr.io/acme/old, tag: 1.0.0}\n'),
];

/** The same without the version that was gone back to and from. */
const STRAIGHT = REVISIONS.filter(({ commit }) => commit !== 'c2');

const SIBLING = 'initContainers:\n  - {name: migrate, image: "ghcr.io/acme/api:1.2.3"}\n';
const CURRENT = fileOf('1.2.3', `replicaCount: 2\n${SIBLING}`);

const plan = (raw: object = {}, revisions = REVISIONS, file = CURRENT) =>
  planOf(
    rollbackService,
    aWorld({ services: { 'billing/api': file } }),
    { team: 'billing', service: 'api', ...raw },
    tagHistory(revisions),
  );
const refused = (...call: Parameters<typeof plan>) => refusalOf(() => plan(...call));

describe(tagHistory.name, () => {
  it('names for each tag the commit that set it, newest first', () => {
    expect(tagHistory(REVISIONS).map(({ tag, commit, by, operation }) => [tag, commit, by, operation])).toEqual([
      ['1.2.3', 'c5', 'ada', 'op5'],
      ['1.2.2', 'c3', 'ada', 'op3'],
      ['1.2.3', 'c2', 'bob', 'op2'],
      ['1.0.0', 'c1', 'ada', 'op1'],
    ]);
  });

  it('is empty where nothing names a tag', () => {
    expect(tagHistory([])).toEqual([]);
    expect(tagHistory([revision(1, 'a: 1\n')])).toEqual([]);
  });
});

describe('rollback', () => {
  it('goes to the tag before the current one, with containers of the same image; all else stays', () => {
    const made = plan({}, STRAIGHT);
    expect(textOfPlan(made)).toBe(
      CURRENT.replace('tag: "1.2.3" #', 'tag: "1.2.2" #').replace('api:1.2.3"', 'api:1.2.2"'),
    );
    expect(made).toMatchObject({
      subject: 'rollback(billing/api): 1.2.2',
      summary:
        'billing/api goes back from 1.2.3 to 1.2.2, and with it the containers migrate of the same image, set by “ada” at 2026-11-03T00:00:00Z. Settings stay.',
      reverts: 'op5',
      answer: { image: 'ghcr.io/acme/api:1.2.2' },
    });
  });

  it('goes further back after a rollback, never forth to what was gone back from', () => {
    const wentBack = ['1.1', '1.2', '1.1', '1.0'].map((tag, index) => revision(4 - index, fileOf(tag)));
    expect(plan({}, wentBack, fileOf('1.1'))).toMatchObject({ subject: 'rollback(billing/api): 1.0' });
    expect(lineage(tagHistory(wentBack)).map(({ tag }) => tag)).toEqual(['1.1', '1.0']);
  });

  it('goes to any tag of the history, with the image it had then', () => {
    const made = plan({ target_tag: '1.0.0' });
    expect(parseYaml(textOfPlan(made))).toMatchObject({ image: { repository: 'ghcr.io/acme/old', tag: '1.0.0' } });
    expect(made.summary).toContain('(image ghcr.io/acme/old, as it was then)');
  });

  it('finds the way back from a tag that is not on the branch yet', () => {
    const made = plan({}, REVISIONS, fileOf('1.2.4'));
    expect(made).toMatchObject({ subject: 'rollback(billing/api): 1.2.3' });
    expect(made.reverts).toBeUndefined();
  });

  it('restores or removes a digest with its tag', () => {
    const [now, then] = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`);
    const pinned = (tag: string, digest: string | undefined) =>
      `image: {repository: r, tag: "${tag}", digest: "${digest}"}\n`;
    const made = plan({}, [revision(2, pinned('2', now)), revision(1, pinned('1', then))], pinned('2', now));
    expect(parseYaml(textOfPlan(made))).toEqual({ image: { repository: 'r', tag: '1', digest: then } });
    expect(made.warnings).toEqual([]);
  });

  it('refuses a tag that never ran, and lists those that did', () => {
    expect(refused({ target_tag: '1.2.1' })).toMatchObject({
      kind: 'InvalidInput',
      code: 'unknown_tag',
      field: 'target_tag',
      allowed: ['1.2.2', '1.0.0'],
      fix: 'Did you mean 1.2.2?',
    });
  });

  it('refuses the tag that it is at', () => {
    expect(refused({ target_tag: '1.2.3' })).toMatchObject({
      kind: 'Conflict',
      code: 'already_current',
      allowed: ['1.2.2', '1.0.0'],
    });
  });

  it('refuses where there is nothing to go back to', () => {
    expect(refused({}, [revision(1, CURRENT)])).toMatchObject({ kind: 'Conflict', code: 'no_earlier_tag' });
  });

  it('refuses a service that does not exist', () => {
    expect(refused({ service: 'apu' })).toMatchObject({ kind: 'NotFound', allowed: ['api'] });
  });

  it('S34 refuses an image of a registry that is no longer allowed', () => {
    const world = aWorld({ services: { 'billing/api': CURRENT }, platform: { imageRegistries: ['ghcr.io/acme/api'] } });
    const call = () =>
      planOf(rollbackService, world, { team: 'billing', service: 'api', target_tag: '1.0.0' }, tagHistory(REVISIONS));
    expect(refusalOf(call)).toMatchObject({ code: 'registry_not_allowed' });
  });
});
