import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareRepository, git } from '../support/plain-git';
import { ended, RemoteProgram } from '../support/remote-program';
import { makeSshKey, SshServer } from '../support/ssh-server';

/** Runs when the branch has moved and ends the connection's own sshd, so that nobody can say so; then removes itself. */
const CUT = `#!/bin/sh
rm -- "$0"
process=$PPID
while [ "$process" -gt 1 ]; do
  case $(cat /proc/$process/comm) in sshd*) kill -9 "$process"; exit;; esac
  process=$(sed -n 's/^PPid:[[:space:]]*//p' /proc/$process/status)
done
`;

describe('a remote behind ssh', () => {
  let scratch: string;
  let server: SshServer;
  let repository: string;
  let remote: RemoteProgram;
  const at = (name: string) => join(scratch, name);
  const keyFile = () => at('mctl_key');
  const knownHosts = () => at('known_hosts');

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'mctl-ssh-'));
    server = await SshServer.start(at('sshd'));
    repository = await bareRepository(at('ours.git'), { 'README.md': '# Ours\n' });
    makeSshKey(at('good'));
    makeSshKey(at('good_rsa'), 'rsa');
    makeSshKey(at('stranger'));
    makeSshKey(at('locked'), 'ed25519', 'a passphrase');
    makeSshKey(at('other_host'));
    server.authorize(at('good'), at('good_rsa'), at('locked'));
    use('good');
    pin();
    remote = await RemoteProgram.start(repository, settings());
  });

  afterAll(async () => {
    await remote?.dispose();
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const settings = () => ({
    MCTL_GITOPS_REMOTE: server.url(repository),
    MCTL_GITOPS_SSH_KEY_FILE: keyFile(),
    MCTL_GITOPS_KNOWN_HOSTS_FILE: knownHosts(),
    MCTL_GITOPS_TIMEOUT: '10s',
  });

  function use(key: string): void {
    rmSync(keyFile(), { force: true });
    copyFileSync(at(key), keyFile());
    chmodSync(keyFile(), 0o600);
  }

  function pin(line = server.knownHost()): void {
    writeFileSync(knownHosts(), line);
  }

  it('takes sixty-four writers at once, each with its commit', async () => {
    const teams = Array.from({ length: 64 }, (_, index) => `crowd-${index}`);
    expect(await Promise.all(teams.map((team) => remote.outcome(team)))).toEqual(teams.map(() => 'succeeded'));
    const log = await git(repository, 'log', '--format=%s', 'main');
    expect(log.split('\n').filter((subject) => subject.startsWith('create-tenant(crowd-'))).toHaveLength(64);
    const { body } = await remote.admin.get('/api/v1/tenants/crowd-63');
    expect(body.name).toBe('crowd-63');
  });

  it('refuses a host whose key is not the pinned one or not pinned at all, and goes on once the file is right', async () => {
    pin(server.knownHost(at('other_host')));
    expect(await remote.outcome('pinned')).toBe('failed gitops_host_key_changed');
    pin('');
    expect(await remote.outcome('pinned')).toBe('failed gitops_host_key');
    rmSync(knownHosts());
    expect(await remote.outcome('pinned')).toBe('failed gitops_host_key');
    pin();
    expect(await remote.outcome('pinned')).toBe('succeeded');
    expect(readFileSync(knownHosts(), 'utf8')).toBe(server.knownHost());
  });

  it('notices a host key that was renewed while it ran', async () => {
    await server.stop();
    for (const suffix of ['', '.pub']) copyFileSync(at(`other_host${suffix}`), `${server.hostKey}${suffix}`);
    await server.resume();
    expect(await remote.outcome('renewed')).toBe('failed gitops_host_key_changed');
    pin();
    expect(await remote.outcome('renewed')).toBe('succeeded');
  });

  it('says what is wrong with its own key, each in its way, and goes on with a good one of another type', async () => {
    use('stranger');
    expect(await remote.outcome('key')).toBe('failed gitops_denied');
    use('locked');
    expect(await remote.outcome('key')).toBe('failed gitops_key_locked');
    use('good');
    chmodSync(keyFile(), 0o644);
    expect(await remote.outcome('key')).toBe('failed gitops_key_open');
    rmSync(keyFile());
    expect(await remote.outcome('key')).toBe('failed gitops_key_missing');
    writeFileSync(keyFile(), 'no key\n', { mode: 0o600 });
    expect(await remote.outcome('key')).toBe('failed gitops_key_invalid');
    use('good_rsa');
    expect(await remote.outcome('key')).toBe('succeeded');
    expect(await remote.commitsFor('key')).toBe(1);
  });

  it('waits while the server is gone, and goes on when it is back', async () => {
    await server.stop();
    const { line, workflow } = await remote.waiting('patient');
    expect(line).toBe('running: attempt 1: The GitOps remote does not answer. Trying again.');
    await server.resume();
    expect(await ended(workflow)).toBe('succeeded');
    expect(await remote.commitsFor('patient')).toBe(1);
  });

  it('does once what a connection that was cut in the middle of a push left open', async () => {
    const hook = join(repository, 'hooks/post-receive');
    writeFileSync(hook, CUT, { mode: 0o755 });
    expect(await remote.outcome('cut')).toBe('succeeded');
    expect(() => readFileSync(hook)).toThrow(/ENOENT/);
    expect(await remote.commitsFor('cut')).toBe(1);
  });

  it('left nothing open, lost or doubled, and no key in the log', async () => {
    expect(await remote.faults()).toEqual([]);
    const text = remote.program.log.join('\n');
    expect(text).toContain('host_key_changed');
    expect(text).not.toContain(readFileSync(at('good'), 'utf8').split('\n')[2]);
  });

  it('does not start with a host that is not pinned: waiting would not help', async () => {
    pin('');
    await expect(RemoteProgram.start(repository, settings())).rejects.toThrow(
      /not pinned[^]*MCTL_GITOPS_KNOWN_HOSTS_FILE/,
    );
  });
});
