import type { FileChange } from '../gitops/git';
import { writeCommits } from '../gitops/git';
import { drop, put, WritePath } from './testing/write-path';

let path: WritePath;

/** What somebody else commits past MCTL. */
async function somebodyCommits(changes: readonly FileChange[]): Promise<void> {
  const base = await path.remote.head();
  const person = { name: 'Grace Hopper', email: 'grace@example.org' };
  const draft = { changes, message: 'by hand\n', author: person, committer: person, at: new Date() };
  const [sha = ''] = await writeCommits(path.gitDir, base, [draft]);
  await path.remote.publish(base, sha);
}

const modes = async () => {
  const tree = await path.reader.listTree((await path.remote.head()) ?? '');
  return Object.fromEntries(tree.map(({ path: name, mode }) => [name, mode]));
};
const script = { path: 'domains/script', content: '1', isExecutable: true };

beforeEach(async () => {
  path = await WritePath.open();
});
afterEach(() => path.close());

describe('a write to a file that is executable', () => {
  it('leaves it so, the second in the same batch and the one after our own push as well', async () => {
    await somebodyCommits([script, { path: 'domains/plain', content: '1' }]);
    await path.together(
      [put, { path: 'script', text: '2' }],
      [put, { path: 'script', text: '3' }],
      [put, { path: 'plain', text: '2' }],
    );
    const expected = { 'domains/script': '100755', 'domains/plain': '100644' };
    expect(await modes()).toEqual(expected);
    await path.call(put, { path: 'script', text: '4' });
    expect(await path.text('script')).toBe('4');
    expect(await modes()).toEqual(expected);
  });

  it('keeps the mode that somebody gave it in between, content unchanged', async () => {
    await somebodyCommits([{ ...script, isExecutable: false }]);
    await path.call(put, { path: 'script', text: '2' });
    await somebodyCommits([{ ...script, content: '2' }]);
    await path.call(put, { path: 'script', text: '3' });
    expect(await modes()).toEqual({ 'domains/script': '100755' });
  });

  it('does not pass the mode on to a new file of the same name', async () => {
    await somebodyCommits([script]);
    const { plan } = await path.call(drop, { path: 'script' });
    const rows = await path.together(
      [drop, { path: 'script', confirm_token: plan?.confirm_token }],
      [put, { path: 'script', text: '2' }],
      [put, { path: 'script', text: '3' }],
    );
    expect(rows.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(await modes()).toEqual({ 'domains/script': '100644' });
  });
});
