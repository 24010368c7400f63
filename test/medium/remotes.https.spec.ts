import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HttpBackend, startHttpBackend } from '../../src/platform/gitops/git/testing/http-backend';
import { CertificateAuthority } from '../support/certificates';
import { bareRepository } from '../support/plain-git';
import { ended, RemoteProgram } from '../support/remote-program';

const TOKEN = 'canary-https-51fe0a';

describe('a remote behind https', () => {
  let scratch: string;
  let ours: CertificateAuthority;
  let backend: HttpBackend;
  let repository: string;
  let remote: RemoteProgram;
  let env: Record<string, string>;
  const caFile = () => join(scratch, 'trusted.pem');
  const settings = { root: '', users: { 'x-access-token': TOKEN }, fileSizeLimit: undefined as number | undefined };

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'mctl-https-'));
    ours = new CertificateAuthority(join(scratch, 'ours'));
    repository = await bareRepository(join(scratch, 'web/ours.git'), { 'README.md': '# Ours\n' });
    const tls = ours.issue('IP:127.0.0.1');
    backend = await startHttpBackend(Object.assign(settings, { root: join(scratch, 'web'), tls }));
    copyFileSync(ours.file, caFile());
    writeFileSync(join(scratch, 'token'), TOKEN);
    env = {
      MCTL_GITOPS_REMOTE: `${backend.url}/ours.git`,
      MCTL_GITOPS_TOKEN_FILE: join(scratch, 'token'),
      MCTL_GITOPS_CA_FILE: caFile(),
      MCTL_GITOPS_TIMEOUT: '2s',
    };
    remote = await RemoteProgram.start(repository, env);
  });

  afterAll(async () => {
    await remote?.dispose();
    await backend?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('is written where its authority is the one of the setting', async () => {
    expect(backend.url).toMatch(/^https:/);
    expect(await remote.outcome('trusted')).toBe('succeeded');
    expect(backend.requests.map(({ authorization }) => authorization)).toContain(
      `Basic ${Buffer.from(`x-access-token:${TOKEN}`).toString('base64')}`,
    );
  });

  it('gets nothing, above all no token, while its certificate is not trusted', async () => {
    const theirs = new CertificateAuthority(join(scratch, 'theirs'));
    const before = backend.requests.length;
    backend.renew(theirs.issue('IP:127.0.0.1'));
    expect(await remote.outcome('certificate')).toBe('failed gitops_certificate');
    backend.renew(ours.issue('DNS:other.example.org'));
    expect(await remote.outcome('certificate')).toBe('failed gitops_certificate');
    expect(backend.requests.slice(before)).toEqual([]);
    backend.renew(theirs.issue('IP:127.0.0.1'));
    rmSync(caFile());
    expect(await remote.outcome('certificate')).toBe('failed gitops_certificate');
    copyFileSync(theirs.file, caFile());
    expect(await remote.outcome('certificate')).toBe('succeeded');
    expect(await remote.commitsFor('certificate')).toBe(1);
  });

  it('does not start on a machine that does not know the authority, and says with what it would', async () => {
    const started = RemoteProgram.start(repository, { ...env, MCTL_GITOPS_CA_FILE: '' });
    await expect(started).rejects.toThrow(/certificate of the GitOps remote is not trusted[^]*MCTL_GITOPS_CA_FILE/);
  });

  const page = { headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' };
  it.each([
    ['not_git', { status: 200, ...page }],
    ['redirected', { status: 302, headers: { location: 'https://127.0.0.1:9/elsewhere.git' } }],
    ['not_found', { status: 404, ...page }],
  ] as const)(
    'fails an operation with %s at once where it answers %j, and takes the next one',
    async (kind, behaviour) => {
      const team = `odd-${behaviour.status}`;
      backend.behave = () => behaviour;
      expect(await remote.outcome(team)).toBe(`failed gitops_${kind}`);
      backend.behave = () => 'serve';
      expect(await remote.outcome(team)).toBe('succeeded');
    },
  );

  it.each([
    ['answers with an error of its own', 'proxy', { status: 502, ...page }],
    ['asks for patience: too many requests', 'limited', { status: 429 }],
    ['breaks off', 'cut', 'cut'],
    ['answers too slowly', 'hang', 'hang'],
    ['answers too slowly', 'trickle', 'trickle'],
  ] as const)('that %s (%s) keeps operations waiting, and they go on by themselves', async (words, name, behaviour) => {
    backend.behave = () => behaviour;
    const { line, workflow } = await remote.waiting(name);
    expect(line).toMatch(new RegExp(`^running: attempt 1: .*${words}.*Trying again\\.$`));
    backend.behave = () => 'serve';
    expect(await ended(workflow)).toBe('succeeded');
    expect(await remote.commitsFor(name)).toBe(1);
  });

  it.each(['lose-reply', 'cut', 'hang', 'trickle'] as const)(
    'that does this to the answer of a push (%s) gets the commit once',
    async (behaviour) => {
      let spoiled = 0;
      backend.behave = ({ method, path }) =>
        method === 'POST' && path.endsWith('git-receive-pack') && spoiled++ === 0 ? behaviour : 'serve';
      expect(await remote.outcome(`push-${behaviour}`)).toBe('succeeded');
      backend.behave = () => 'serve';
      expect(spoiled).toBeGreaterThan(0);
      expect(await remote.commitsFor(`push-${behaviour}`)).toBe(1);
    },
  );

  it('whose disk is full keeps operations waiting, says whose disk it is, and gets each commit once there is room', async () => {
    settings.fileSizeLimit = 0;
    const waiting = await Promise.all(['full-1', 'full-2', 'full-3'].map((team) => remote.waiting(team)));
    for (const { line } of waiting) expect(line).toMatch(/The disk of the GitOps remote is full\. Trying again\.$/);
    expect((await remote.admin.get('/readyz')).body.checks).toEqual({ store: 'ok', gitops: 'ok' });
    settings.fileSizeLimit = undefined;
    for (const { workflow } of waiting) expect(await ended(workflow)).toBe('succeeded');
    for (const team of ['full-1', 'full-2', 'full-3']) expect(await remote.commitsFor(team)).toBe(1);
  });

  it('left nothing open, lost or doubled, and no token in the log', async () => {
    expect(await remote.faults()).toEqual([]);
    expect(remote.program.log.join('\n')).not.toContain(TOKEN);
  });
});
