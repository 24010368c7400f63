import { draft, GitFixture } from './git/testing/git-fixture';
import { Gitops } from './gitops';
import { Layout } from './layout';

const PATH = 'services/billing/api/values.yaml';
const file = (tag: string) => [{ path: PATH, content: `image: {tag: "${tag}"}\n` }];

describe('history of a file', () => {
  let fixture: GitFixture;
  let gitops: Gitops;

  beforeEach(async () => {
    fixture = await GitFixture.create();
    const { gitDir, reader, remote } = await fixture.repository('a.git');
    await fixture.commit(gitDir, file('old'));
    await fixture.commit(gitDir, [{ path: PATH, delete: true }]);
    await fixture.commit(gitDir, file('1'));
    await fixture.commit(gitDir, [{ path: 'services/billing/other/values.yaml', content: 'a: 1\n' }]);
    const platform = { repoUrl: '', domain: 'd', clusterIssuer: 'i', imageRegistries: [], builder: 'none' } as const;
    gitops = new Gitops(reader, remote, {
      gitDir,
      layout: new Layout(''),
      platform,
      maxStalenessMs: 1000,
      isLocal: true,
    });
  });
  afterEach(() => fixture.remove());

  const tags = async () => (await gitops.history(PATH, 10)).map(({ text }) => /"(.*)"/.exec(text)?.[1]);

  it('begins where the file was last created', async () => {
    expect(await tags()).toEqual(['1']);
  });

  it('can be read while a commit plans, and names the operation of each version', async () => {
    let seen: (string | undefined)[] = [];
    const message = 'deploy: 2\n\nOperation-Id: 01ABC\n';
    await gitops.commit(
      async () => {
        seen = await tags();
        return [draft(file('2'), message)];
      },
      () => Promise.resolve(),
    );
    expect(seen).toEqual(['1']);
    expect((await gitops.history(PATH, 10)).map(({ operation }) => operation)).toEqual(['01ABC', undefined]);
  });

  it('is empty for a file that is not there', async () => {
    await gitops.commit(
      () => Promise.resolve([draft([{ path: PATH, delete: true }])]),
      () => Promise.resolve(),
    );
    expect(await tags()).toEqual([]);
    expect(await gitops.history('services/billing/nothing/values.yaml', 10)).toEqual([]);
  });
});
