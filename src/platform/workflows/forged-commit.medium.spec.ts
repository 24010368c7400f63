import { writeCommits } from '../gitops/git';
import { log } from '../logging';
import { trailersOf } from '../operations/commit-message';
import { lost, put, rejected, WritePath } from './testing/write-path';

let path: WritePath;
beforeAll(() => {
  log.level = 'silent';
});
beforeEach(async () => {
  path = await WritePath.open();
});
afterEach(() => path.close());

/** What somebody pushes with plain git, in the name of an operation. */
async function push(message: string): Promise<string> {
  const head = await path.remote.head();
  const person = { name: 'Eve', email: 'eve@example.org' };
  const draft = { changes: [], message, author: person, committer: person, at: new Date() };
  const [commit = ''] = await writeCommits(path.gitDir, head, [draft]);
  await path.remote.publish(head, commit);
  return commit;
}

/** An operation whose process died before its push: claimed once, its commit nowhere. */
async function interrupted(): Promise<string> {
  await path.call(put, { path: 'z', text: '0' });
  const [id = ''] = await path.queue([put, { path: 'a', text: '1' }]);
  await path.store.db.updateTable('operations').set({ status: 'running', attempts: 1 }).where('id', '=', id).execute();
  return id;
}

async function restarted(id: string) {
  path.workflows.wake();
  const [row] = await path.ended([id]);
  return row;
}

const FORGERIES: readonly (readonly [string, (said: Readonly<Record<string, string>>) => string[]])[] = [
  ['in another spelling', (said) => [`operation-id: ${said['Operation-Id']}`]],
  ['alone', (said) => [`Operation-Id: ${said['Operation-Id']}`]],
  ['with trailers of another call', (said) => lines({ ...said, 'Request-Id': 'r-2' })],
  ['in another spelling, with all that the operation says', (said) => lines(said).map((line) => line.toLowerCase())],
];
const lines = (said: Readonly<Record<string, string>>) =>
  Object.entries(said).flatMap(([key, value]) => (value === '' ? [] : [`${key}: ${value}`]));

describe.each(FORGERIES)('an Operation-Id that a stranger wrote %s', (_, forge) => {
  const forged = async (id: string) =>
    push(`chore: hello\n\n${forge(trailersOf(await path.rows.get(id))).join('\n')}\n`);

  it('does not end an interrupted operation, which makes its own commit', async () => {
    const id = await interrupted();
    const stranger = await forged(id);
    const row = await restarted(id);
    expect(row).toMatchObject({ status: 'succeeded', commit: await path.remote.head() });
    expect(row?.commit).not.toBe(stranger);
    expect(await path.text('a')).toBe('1');
    expect(await path.subjects()).toEqual(['put(z): 0', 'chore: hello', 'put(a): 1']);
  });

  it('does not end one that lost a race to it', async () => {
    const [id = ''] = await path.queue([put, { path: 'a', text: '1' }]);
    path.remote.publishes.push(async () => {
      await forged(id);
      return rejected();
    });
    expect(await restarted(id)).toMatchObject({ status: 'succeeded', commit: await path.remote.head() });
    expect(await path.text('a')).toBe('1');
  });

  it('does not hide the commit that did arrive', async () => {
    const [id = ''] = await path.queue([put, { path: 'a', text: '1' }]);
    let own: string | undefined;
    path.remote.publishes.push(async (publish) => {
      await publish();
      own = await path.remote.head();
      await forged(id);
      return lost(() => Promise.resolve());
    });
    expect(await restarted(id)).toMatchObject({ status: 'succeeded', commit: own });
    expect(await path.subjects()).toEqual(['put(a): 1', 'chore: hello']);
  });
});

it('takes the first of two that say the same: the other is a copy', async () => {
  const [id = ''] = await path.queue([put, { path: 'a', text: '1' }]);
  let own: string | undefined;
  path.remote.publishes.push(async (publish) => {
    await publish();
    own = await path.remote.head();
    await push(`chore: copy\n\n${lines(trailersOf(await path.rows.get(id))).join('\n')}\n`);
    return lost(() => Promise.resolve());
  });
  expect(await restarted(id)).toMatchObject({ status: 'succeeded', commit: own });
});
