import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bareRepository } from '../support/plain-git';
import { RemoteProgram } from '../support/remote-program';

describe('commits signed with OpenPGP', () => {
  let scratch: string;
  let keyring: string;
  let repository: string;
  let remote: RemoteProgram;
  let key: string;

  const gpg = (...args: string[]) =>
    execFileSync('gpg', ['--batch', '--quiet', ...args], {
      env: { ...process.env, GNUPGHOME: keyring },
      stdio: 'pipe',
    }).toString();
  const settings = (signingKey: string) => ({
    MCTL_GITOPS_REMOTE: pathToFileURL(repository).href,
    MCTL_GITOPS_SIGNING_KEY: signingKey,
    GNUPGHOME: keyring,
  });

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'mctl-gpg-'));
    keyring = join(scratch, 'keyring');
    mkdirSync(keyring);
    chmodSync(keyring, 0o700);
    gpg('--passphrase', '', '--quick-generate-key', 'MCTL <mctl@localhost>', 'ed25519', 'sign', 'never');
    key = /^fpr:+([0-9A-F]{40}):/m.exec(gpg('--with-colons', '--list-secret-keys'))?.[1] ?? '';
    repository = await bareRepository(join(scratch, 'ours.git'), { 'README.md': '# Ours\n' });
    remote = await RemoteProgram.start(repository, settings(`gpg:${key}`));
  });

  afterAll(async () => {
    await remote?.dispose();
    execFileSync('gpgconf', ['--homedir', keyring, '--kill', 'all']);
    rmSync(scratch, { recursive: true, force: true });
  });

  const verify = (commit: string) =>
    execFileSync('git', ['verify-commit', '--raw', commit], {
      cwd: repository,
      env: { PATH: process.env.PATH, GNUPGHOME: keyring },
      stdio: 'pipe',
    });

  it('verify, each of a batch', async () => {
    const teams = Array.from({ length: 4 }, (_, index) => `signed-${index}`);
    const answers = await Promise.all(teams.map((team) => remote.create(team)));
    for (const { body } of answers) expect(() => verify(body.commit.sha as string)).not.toThrow();
    expect(() => verify('main~4')).toThrow();
  });

  it('are not made once the key is gone: the operation fails, nothing is written, and the key may come back', async () => {
    const secret = gpg('--armor', '--export-secret-keys', key);
    gpg('--yes', '--delete-secret-keys', key);
    expect(await remote.outcome('unsigned')).toBe('failed gitops_signing');
    expect(await remote.commitsFor('unsigned')).toBe(0);
    execFileSync('gpg', ['--batch', '--quiet', '--import'], {
      input: secret,
      env: { ...process.env, GNUPGHOME: keyring },
      stdio: 'pipe',
    });
    expect(await remote.outcome('unsigned')).toBe('succeeded');
    expect(await remote.faults()).toEqual([]);
  });

  it.each(['gpg:0123456789ABCDEF0123456789ABCDEF01234567', '/nowhere/key'])(
    'keep the program from starting where the key (%s) is not there',
    async (signingKey) => {
      const started = RemoteProgram.start(repository, settings(signingKey));
      await expect(started).rejects.toThrow(/cannot sign its commits[^]*MCTL_GITOPS_SIGNING_KEY/);
    },
  );
});
