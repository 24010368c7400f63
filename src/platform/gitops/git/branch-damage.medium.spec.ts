import { chmod, rm, truncate, writeFile } from 'node:fs/promises';
import type { GitError } from './git-error';
import { GitFixture } from './testing/git-fixture';

describe('the branch of the embedded repository', () => {
  let fixture: GitFixture;
  let gitDir: string;
  let head: string;

  beforeEach(async () => {
    fixture = await GitFixture.create();
    ({ gitDir } = await fixture.repository('gitops.git'));
    head = await fixture.commit(gitDir, [{ path: 'a', content: '1' }]);
  });
  afterEach(() => fixture.remove());

  const ref = (): string => `${gitDir}/refs/heads/main`;
  const object = (): string => `${gitDir}/objects/${head.slice(0, 2)}/${head.slice(2)}`;
  const emptied = async (path: string): Promise<void> => {
    await chmod(path, 0o600);
    await truncate(path);
  };

  const cases: readonly (readonly [string, () => Promise<unknown>, what: string])[] = [
    ['its file empty', () => truncate(ref()), 'gitops.git/refs/heads/main is empty'],
    ['its file garbled', () => writeFile(ref(), 'xyz\n'), 'gitops.git/refs/heads/main holds no commit id'],
    [
      'its file naming nothing',
      () => writeFile(ref(), `${'1'.repeat(40)}\n`),
      'gitops.git/refs/heads/main names a commit that is missing or cannot be read',
    ],
    [
      'its commit missing',
      () => rm(object()),
      'gitops.git/refs/heads/main names a commit that is missing or cannot be read',
    ],
    [
      'its commit empty',
      () => emptied(object()),
      'gitops.git/refs/heads/main names a commit that is missing or cannot be read',
    ],
    [
      'its commit missing, and the branch packed',
      () => fixture.git(gitDir, 'pack-refs', '--all').then(() => rm(object())),
      'gitops.git/packed-refs names a commit that is missing or cannot be read',
    ],
    ['its file gone', () => rm(ref()), 'gitops.git/refs/heads/main is gone'],
  ];

  it.each(cases)('is damaged with %s', async (_name, damage, what) => {
    await damage();
    const { remote } = await fixture.repository('gitops.git');
    const error: GitError = await remote.head().then(
      () => fail('it was taken for whole'),
      (reason: unknown) => reason as GitError,
    );
    expect(error.kind).toBe('corrupt');
    expect(error.damage?.what).toBe(`It is the embedded one: ${what}.`);
    expect(error.damage?.fix).toContain(`logs/refs/heads/main ends with ${head}`);
  });

  it('says where the reflog is gone as well', async () => {
    await truncate(ref());
    await rm(`${gitDir}/logs`, { recursive: true });
    const { remote } = await fixture.repository('gitops.git');
    await expect(remote.head()).rejects.toMatchObject({
      kind: 'corrupt',
      damage: { fix: expect.stringContaining('its reflog is gone, too') },
    });
  });

  it('never was in a new repository', async () => {
    const { remote } = await fixture.repository('new.git');
    expect(await remote.head()).toBeUndefined();
  });
});

function fail(message: string): never {
  throw new Error(message);
}
