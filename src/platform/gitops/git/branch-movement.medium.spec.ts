import { movedAside } from './branch-movement';
import { writeCommits } from './commit-writer';
import { draft, GitFixture } from './testing/git-fixture';

describe('movedAside', () => {
  let fixture: GitFixture;
  let gitDir: string;
  let base: string;

  beforeEach(async () => {
    fixture = await GitFixture.create();
    ({ gitDir } = await fixture.repository('r.git'));
    base = await fixture.commit(gitDir, [{ path: 'ours/a', content: '1' }]);
  });
  afterEach(() => fixture.remove());

  const file = (path: string, content = 'x') => fixture.commit(gitDir, [{ path, content }]);

  it('is true where others wrote beside the folder, or nothing at all', async () => {
    expect(await movedAside(gitDir, base, base, 'ours')).toBe(true);
    await file('notes/a');
    await file('ours.md');
    const head = await fixture.commit(gitDir, []);
    expect(await movedAside(gitDir, base, head, 'ours')).toBe(true);
    expect(await movedAside(gitDir, base, head, '')).toBe(false);
  });

  it('is false where a file below it was touched, even if it is as before', async () => {
    await file('ours/a', '2');
    const head = await file('ours/a', '1');
    expect(await movedAside(gitDir, base, head, 'ours')).toBe(false);
    expect(await movedAside(gitDir, base, head, 'ours/b')).toBe(true);
  });

  it('is false where something came in its own place, or of one above it', async () => {
    const above = await file('else');
    expect(await movedAside(gitDir, base, above, 'else')).toBe(false);
    expect(await movedAside(gitDir, base, above, 'else/where')).toBe(false);
    expect(await movedAside(gitDir, base, above, 'elsewhere')).toBe(true);
  });

  it('is false where it was touched on a branch that was merged', async () => {
    const side = await file('ours/b');
    const person = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
    const merge = await fixture.git(
      gitDir,
      ...person,
      'commit-tree',
      `${side}^{tree}`,
      '-p',
      base,
      '-p',
      side,
      '-m',
      'merge',
    );
    expect(await movedAside(gitDir, base, merge, 'ours')).toBe(false);
  });

  it('is false where a commit of an operation came, even an empty one', async () => {
    const [head = ''] = await writeCommits(gitDir, base, [draft([], 'record\n\nOperation-Id: op-1\n')]);
    expect(await movedAside(gitDir, base, head, 'ours')).toBe(false);
  });

  it('is false where the history was written anew', async () => {
    const [other = ''] = await writeCommits(gitDir, undefined, [draft([{ path: 'notes/b', content: 'x' }])]);
    const head = await file('notes/c');
    expect(await movedAside(gitDir, head, base, 'ours')).toBe(false);
    expect(await movedAside(gitDir, head, other, 'ours')).toBe(false);
  });
});
