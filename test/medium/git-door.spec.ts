import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { Workplace } from '../support/commands';
import { git } from '../support/plain-git';
import { Program } from '../support/program';
import { rawRequest } from '../support/raw-http';
import { tokenFor } from '../support/tokens';

const run = promisify(execFile);
const PASSWORD = 'correct-horse-battery-staple';
const DOOR = '/git/gitops.git';
/** Incompressible, and more than sockets and pipes hold: a client that does not read keeps git waiting. */
const BIG_FILE = 48 * 1024 * 1024;

let folder: string;
let passwordFile: string;
let program: Program;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mctl-door-'));
  passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${PASSWORD}\n`);
  program = await Program.start({
    env: { MCTL_GIT_PASSWORD_FILE: passwordFile, MCTL_GIT_URL: 'http://mctl.mctl.svc/git/gitops.git' },
  });
});

afterAll(async () => {
  await program?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const basic = (password: string, user = 'git') => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const ask = (path: string, init: RequestInit = {}) => fetch(new URL(`${DOOR}/${path}`, program.url), init);
const refs = (authorization?: string) =>
  ask('info/refs?service=git-upload-pack', authorization === undefined ? {} : { headers: { authorization } });

/** The real client, with the password as a credential helper gives it, as Argo CD's does. */
async function client(args: readonly string[], { password = PASSWORD, config = [] as string[] } = {}) {
  const helper = `!f() { echo username=git; echo password=${password}; }; f`;
  const { stdout, stderr } = await run('git', ['-c', `credential.helper=${helper}`, ...config, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0' },
  });
  return stdout + stderr;
}

const address = () => new URL(DOOR, program.url).href;
const headOf = (gitDir: string) => git(gitDir, 'rev-parse', 'refs/heads/main');
const fresh = (name: string) => join(folder, `${name}-${randomBytes(4).toString('hex')}`);

/** A commit in the embedded repository, as MCTL would make one. */
async function commit(name: string, content: Buffer | string): Promise<string> {
  const work = fresh('work');
  await git(folder, 'clone', '-q', program.gitDir, work);
  writeFileSync(join(work, name), content);
  await git(work, 'add', name);
  await git(work, 'commit', '-q', '-m', `add ${name}`);
  await git(work, 'push', '-q', 'origin', 'HEAD:main');
  return headOf(program.gitDir);
}

describe('the embedded repository over HTTP', () => {
  it.each(['version=2', 'version=1', 'version=0'])('is cloned, fetched and looked at, %s', async (version) => {
    const config = ['-c', `protocol.version=${version.slice(-1)}`];
    const copy = fresh('copy');
    await client(['clone', '-q', address(), copy], { config });
    expect(await headOf(copy)).toBe(await headOf(program.gitDir));
    const next = await commit(`${version}.txt`, 'one more\n');
    await client(['-C', copy, 'fetch', '-q', 'origin'], { config });
    expect(await git(copy, 'rev-parse', 'origin/main')).toBe(next);
    const shown = await client(['ls-remote', address()], { config });
    expect(shown).toContain(`${next}\trefs/heads/main`);
    // What MCTL keeps beside the branch is nobody's business.
    expect(shown).not.toContain('refs/mctl');
  });

  it('is fetched one commit deep and by id, as Argo CD does', async () => {
    const sha = await commit('shallow.txt', 'x');
    const copy = fresh('shallow');
    await client(['clone', '-q', '--depth', '1', address(), copy]);
    expect(await git(copy, 'rev-list', '--count', 'HEAD')).toBe('1');
    const other = fresh('by-id');
    await git(folder, 'init', '-q', other);
    await client(['-C', other, 'fetch', '-q', '--depth', '1', address(), sha]);
    expect(await git(other, 'rev-parse', 'FETCH_HEAD')).toBe(sha);
  });

  it('serves several at once', async () => {
    const copies = Array.from({ length: 12 }, (_, index) => fresh(`many-${index}`));
    await Promise.all(copies.map((copy) => client(['clone', '-q', address(), copy])));
    const heads = await Promise.all(copies.map(headOf));
    expect(new Set(heads)).toEqual(new Set([await headOf(program.gitDir)]));
  });

  it('takes bodies that git compresses', async () => {
    const head = await headOf(program.gitDir);
    const wanted = fetchBody(head);
    const answer = await ask('git-upload-pack', {
      method: 'POST',
      headers: {
        authorization: basic(PASSWORD),
        'content-type': 'application/x-git-upload-pack-request',
        'content-encoding': 'gzip',
        'git-protocol': 'version=2',
      },
      body: gzipSync(wanted),
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-git-upload-pack-result']);
    expect(Buffer.from(await answer.arrayBuffer()).includes('PACK')).toBe(true);
  });

  it('is not written to: a push is refused in words that git shows', async () => {
    const copy = fresh('push');
    await client(['clone', '-q', address(), copy]);
    await git(copy, 'commit', '-q', '--allow-empty', '-m', 'mine');
    const before = await headOf(program.gitDir);
    await expect(client(['-C', copy, 'push', 'origin', 'HEAD:main'])).rejects.toThrow(/read here and written by MCTL/);
    expect(await headOf(program.gitDir)).toBe(before);
    const direct = await ask('git-receive-pack', {
      method: 'POST',
      headers: { authorization: basic(PASSWORD), 'content-type': 'application/x-git-receive-pack-request' },
      body: '0000',
    });
    expect([direct.status, await direct.text()]).toEqual([
      403,
      expect.stringContaining('every change is an operation'),
    ]);
  });

  it('S10 asks for its own credential and takes no other', async () => {
    const none = await refs();
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="MCTL", charset="UTF-8"']);
    const token = await tokenFor(program.dataDir, 'admin');
    const wrong = [
      basic('wrong'),
      basic(''),
      basic(PASSWORD, 'admin'),
      basic(PASSWORD, ''),
      basic(token),
      basic(token, 'x-access-token'),
      `Bearer ${token}`,
      `Bearer ${PASSWORD}`,
      `Basic ${PASSWORD}`,
      'Basic',
    ];
    expect(await Promise.all(wrong.map(async (each) => (await refs(each)).status))).toEqual(wrong.map(() => 401));
    expect((await refs(basic(PASSWORD))).status).toBe(200);
    await expect(client(['ls-remote', address()], { password: 'wrong' })).rejects.toThrow(/Authentication failed/);
    // And what opens it opens nothing else.
    const whoami = await fetch(new URL('/api/v1/whoami', program.url), { headers: { authorization: basic(PASSWORD) } });
    expect(whoami.status).toBe(401);
  });

  it('S80 counts and logs refused credentials like the other doors, without anything of them', async () => {
    await refs(basic('canary-wrong-password'));
    const entries = program.log.filter((line) => line.includes('"git-password"'));
    expect(JSON.parse(entries.at(-1) ?? '{}')).toMatchObject({
      msg: 'a credential was refused',
      kind: 'git-password',
      code: 'invalid_credential',
    });
    expect(program.log.join('\n')).not.toMatch(/canary-wrong-password|Y2FuYXJ5/);
    const metrics = await (await fetch(new URL('/metrics', program.url))).text();
    expect(metrics).toMatch(/mctl_auth_failures_total\{kind="git-password",code="invalid_credential"\} \d+/);
  });

  it('S01 answers no host and no page that is not served', async () => {
    const line = `GET ${DOOR}/info/refs?service=git-upload-pack HTTP/1.1`;
    const auth = `Authorization: ${basic(PASSWORD)}`;
    const status = async (...headers: string[]) => (await rawRequest(program.url, [line, ...headers, auth])).status;
    expect(await status('Host: evil.example')).toBe(403);
    expect(await status('Host: localhost', 'Origin: https://evil.example')).toBe(403);
    expect(await status('Host: mctl.mctl.svc')).toBe(200);
  });

  it.each([
    'HEAD',
    'objects/info/packs',
    'config',
    'info/refs',
    'info/refs?service=git-upload-archive',
    '..%2fmctl.db',
    '%2e%2e/mctl.db',
    'info/refs/../../config?service=git-upload-pack',
  ])('gives no file out: %s', async (path) => {
    const { status } = await rawRequest(program.url, [
      `GET ${DOOR}/${path} HTTP/1.1`,
      'Host: localhost',
      `Authorization: ${basic(PASSWORD)}`,
    ]);
    expect(status).toBe(404);
  });

  it('S03 refuses a body that is too large, announced or not', async () => {
    const headers = [
      `POST ${DOOR}/git-upload-pack HTTP/1.1`,
      'Host: localhost',
      `Authorization: ${basic(PASSWORD)}`,
      'Content-Type: application/x-git-upload-pack-request',
    ];
    expect((await rawRequest(program.url, [...headers, 'Content-Length: 999999999'])).status).toBe(413);
    const bytes = 11 * 1024 * 1024;
    const chunked = `${bytes.toString(16)}\r\n${'0'.repeat(bytes)}\r\n0\r\n\r\n`;
    expect((await rawRequest(program.url, [...headers, 'Transfer-Encoding: chunked'], chunked)).status).toBe(413);
  });

  it('S07 waits for a client that does not read, and ends git’s work for one that leaves', async () => {
    const sha = await commit('big.bin', randomBytes(BIG_FILE));
    // Then a pack is copied and not made, which takes no time.
    await git(program.gitDir, 'repack', '-a', '-d', '-q');
    const socket = await beginFetch(sha);
    await once(socket, 'readable');
    expect(socket.read(1)).not.toBeNull();
    const children = gitBelow(program.pid);
    // While nobody reads on, others get all of it.
    await client(['clone', '-q', '--bare', address(), fresh('meanwhile')]);
    expect(children.length).toBeGreaterThan(0);
    expect(gitBelow(program.pid)).toEqual(expect.arrayContaining(children));
    socket.destroy();
    await gone(children);
    expect((await refs(basic(PASSWORD))).status).toBe(200);
  });

  it('takes a rotated password at once, and lets nobody in while the file is gone', async () => {
    const next = 'another-horse-battery-staple';
    try {
      writeFileSync(passwordFile, next);
      expect([(await refs(basic(PASSWORD))).status, (await refs(basic(next))).status]).toEqual([401, 200]);
      for (const text of ['', 'short']) {
        writeFileSync(passwordFile, text);
        expect((await refs(basic(text))).status).toBe(503);
      }
      rmSync(passwordFile);
      expect((await refs(basic(next))).status).toBe(503);
    } finally {
      writeFileSync(passwordFile, PASSWORD);
    }
  });

  it('is what manifests name', async () => {
    const root = await git(program.gitDir, 'show', 'main:platform-gitops/argocd/root-application.yaml');
    expect(root).toContain('http://mctl.mctl.svc/git/gitops.git');
    expect(root).not.toContain('file://');
  });
});

describe('without a password', () => {
  it('nothing is there', async () => {
    const closed = await Program.start();
    try {
      const url = new URL(`${DOOR}/info/refs?service=git-upload-pack`, closed.url);
      for (const password of [undefined, '', 'undefined']) {
        const headers: Record<string, string> = password === undefined ? {} : { authorization: basic(password) };
        expect((await fetch(url, { headers })).status).toBe(404);
      }
    } finally {
      await closed.dispose();
    }
  });

  it('or with a remote the program and its commands say why', async () => {
    const place = new Workplace();
    try {
      const env = { MCTL_GIT_PASSWORD_FILE: passwordFile, MCTL_GITOPS_REMOTE: 'https://git.example.org/gitops.git' };
      const start = await place.start([], { env });
      expect(start).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('MCTL_GIT_PASSWORD_FILE serves the embedded'),
      });
      const none = await place.mctl(['repository-secret']);
      expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('is not served') });
    } finally {
      place.dispose();
    }
  });
});

describe('mctl repository-secret', () => {
  it('prints what Argo CD needs, and never the password', async () => {
    const place = new Workplace();
    try {
      mkdirSync(place.dataDir, { recursive: true });
      const env = { MCTL_GIT_PASSWORD_FILE: passwordFile, MCTL_PUBLIC_URL: 'http://127.0.0.1:8080' };
      const { code, stdout } = await place.mctl(['repository-secret', '--namespace', 'gitops'], { env });
      expect(code).toBe(0);
      expect(stdout).toContain('argocd.argoproj.io/secret-type: repository');
      expect(stdout).toMatch(/stringData:\n {2}type: git\n {2}url: http:\/\/127\.0\.0\.1:8080\/git\/gitops\.git\n/);
      expect(stdout).toContain('namespace: gitops');
      expect(stdout).not.toContain(PASSWORD);
      const wrong = await place.mctl(['repository-secret', '--name', 'A b'], { env });
      expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--name') });
    } finally {
      place.dispose();
    }
  });
});

/** A fetch of protocol version 2 without anything of our own (gitprotocol-v2). */
function fetchBody(sha: string): string {
  const line = (text: string) => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`;
  return `${line('command=fetch')}0001${line('no-progress')}${line(`want ${sha}\n`)}${line('done\n')}0000`;
}

async function beginFetch(sha: string): Promise<Socket> {
  const { hostname, port } = new URL(program.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const body = fetchBody(sha);
  const lines = [
    `POST ${DOOR}/git-upload-pack HTTP/1.1`,
    'Host: localhost',
    `Authorization: ${basic(PASSWORD)}`,
    'Content-Type: application/x-git-upload-pack-request',
    'Git-Protocol: version=2',
    `Content-Length: ${body.length}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  return socket;
}

interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** As /proc has them; one that ends meanwhile is none. */
function processes(): ProcessFacts[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [, , command = '', , parent = ''] = /^(\d+) \((.*)\) (\S) (\d+)/.exec(stat) ?? [];
        const arguments_ = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return arguments_ === ''
          ? []
          : [{ pid: Number(name), parent: Number(parent), command: `${command} ${arguments_}` }];
      } catch {
        return [];
      }
    });
}

/** The processes of one http-backend below the program, and what it started. */
function gitBelow(pid: number): number[] {
  const all = processes();
  const below = (parent: number): ProcessFacts[] =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each, ...below(each.pid)]);
  return below(pid)
    .filter(({ command }) => /http-backend|upload-pack|pack-objects/.test(command))
    .map((each) => each.pid);
}

/** Looks until none of the processes is there any more; the test's own time limit is what it waits for at most. */
async function gone(pids: readonly number[]): Promise<void> {
  while (processes().some(({ pid }) => pids.includes(pid))) await new Promise((next) => setTimeout(next, 20));
}
