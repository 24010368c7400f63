import { readdir, utimes, writeFile } from 'node:fs/promises';
import { log } from '../../logging';
import { GitFixture } from './testing/git-fixture';
import { waitForLocks } from './wait-for-locks';

const TOMORROW = new Date(Date.now() + 24 * 60 * 60 * 1000);

describe('waitForLocks', () => {
  let fixture: GitFixture;
  let gitDir: string;
  let lock: string;

  beforeEach(async () => {
    fixture = await GitFixture.create();
    ({ gitDir } = await fixture.repository('r.git'));
    lock = `${gitDir}/refs/heads/main.lock`;
    await writeFile(lock, '');
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await fixture.remove();
  });

  it('removes a lock from the future, as after a clock that was set back, and says what it waited for', async () => {
    const info = jest.spyOn(log, 'info').mockReturnValue();
    await utimes(lock, TOMORROW, TOMORROW);
    await waitForLocks(gitDir, { patienceMs: 300, limitMs: 20_000 });
    expect(await readdir(`${gitDir}/refs/heads`)).toEqual([]);
    expect(info.mock.calls).toEqual([[{ gitDir, locks: ['refs/heads/main.lock'] }, 'waiting for locks of git']]);
  });

  it('goes on beside a lock that somebody holds', async () => {
    const warn = jest.spyOn(log, 'warn').mockReturnValue();
    await waitForLocks(gitDir, { patienceMs: 600_000, limitMs: 300 });
    expect(await readdir(`${gitDir}/refs/heads`)).toEqual(['main.lock']);
    expect(warn).toHaveBeenCalledWith({ gitDir, locks: ['refs/heads/main.lock'] }, 'going on beside locks of git');
  });
});
