import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bareRepository, Person } from '../support/plain-git';
import { ended, RemoteProgram, until } from '../support/remote-program';

/**
 * A full disk of our own: the kernel refuses the server and what it starts to let any file grow beyond a size, and later no longer
 * does. The server hears EFBIG where a full disk says ENOSPC; what it must do is the same.
 */
describe('our own disk, when it is full', () => {
  let scratch: string;
  let repository: string;
  let remote: RemoteProgram;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'mctl-disk-'));
    repository = await bareRepository(join(scratch, 'ours.git'), { 'README.md': '# Ours\n' });
    remote = await RemoteProgram.start(repository, { MCTL_GITOPS_REMOTE: pathToFileURL(repository).href });
  });

  afterAll(async () => {
    await remote?.dispose();
    rmSync(scratch, { recursive: true, force: true });
  });

  const limit = (bytes: number | 'unlimited') =>
    execFileSync('prlimit', ['--pid', String(remote.program.pid), `--fsize=${bytes}:`]);

  it('keeps an operation waiting that it cannot fetch for, says whose disk it is, and does it once there is room', async () => {
    const person = await Person.clone(repository, join(scratch, 'person'));
    // The limit leaves room for the store, and none for what the fetch brings.
    limit(statSync(join(remote.program.dataDir, 'mctl.db-wal')).size + 4_000_000);
    await person.commit({ 'large.bin': randomBytes(5_500_000).toString('latin1') }, 'feat: large');
    await person.push();
    const { line, workflow } = await remote.waiting('patient');
    expect(line).toBe('running: attempt 1: The disk of MCTL’s own data folder is full. Trying again.');
    limit('unlimited');
    expect(await ended(workflow)).toBe('succeeded');
    expect(await remote.commitsFor('patient')).toBe(1);
  });

  it('accepts nothing while the store cannot write, and takes it afterwards', async () => {
    limit(0);
    const { status, body } = await remote.create('refused', 0);
    expect({ status, code: body.code, retryable: body.retryable }).toEqual({
      status: 503,
      code: 'audit_unavailable',
      retryable: true,
    });
    expect((await remote.admin.get('/api/v1/tenants/patient')).status).toBe(200);
    limit('unlimited');
    expect(await remote.outcome('refused')).toBe('succeeded');
    await until(
      () => remote.admin.get('/readyz'),
      ({ body: { checks } }) => checks.gitops === 'ok',
    );
    expect(await remote.commitsFor('refused')).toBe(1);
    expect(await remote.faults()).toEqual([]);
  });
});
