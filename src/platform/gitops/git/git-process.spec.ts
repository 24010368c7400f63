import { classifyFailure } from './git-error';
import { gitEnvironment } from './git-environment';
import { runGit } from './git-process';
import { redact } from './redact';

describe('runGit', () => {
  it('inherits nothing from this process but PATH and HOME', () => {
    process.env['GIT_DIR'] = '/wrong';
    process.env['HTTPS_PROXY'] = 'http://wrong';
    try {
      const names = Object.keys(gitEnvironment([['a.b', 'c']])).filter((name) => !/^GIT_(CONFIG|COMMITTER)/.test(name));
      expect(names.sort()).toEqual([
        'GIT_ATTR_NOSYSTEM',
        'GIT_LITERAL_PATHSPECS',
        'GIT_NO_REPLACE_OBJECTS',
        'GIT_TERMINAL_PROMPT',
        'HOME',
        'LC_ALL',
        'PATH',
      ]);
    } finally {
      delete process.env['GIT_DIR'];
      delete process.env['HTTPS_PROXY'];
    }
  });

  it('feeds input from a buffer or an iterable, and rethrows what the iterable throws', async () => {
    const hash = ['hash-object', '--stdin'];
    const chunks = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('hel');
      yield Buffer.from('lo');
    };
    const [whole, parts] = await Promise.all([
      runGit(hash, { input: Buffer.from('hello'), timeoutMs: 5_000 }),
      runGit(hash, { input: chunks(), timeoutMs: 5_000 }),
    ]);
    expect(parts.stdout).toEqual(whole.stdout);
    const broken = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('x');
      throw new RangeError('mine');
    };
    await expect(runGit(hash, { input: broken(), timeoutMs: 5_000 })).rejects.toThrow(RangeError);
  });

  it('stops in time, on request, and at the output limit', async () => {
    const wait = ['cat-file', '--batch'];
    const never = (async function* (): AsyncGenerator<Buffer> {
      yield await new Promise<Buffer>(() => undefined);
    })();
    const gitDir = '/';
    await expect(runGit(['hash-object', '--stdin'], { input: never, timeoutMs: 200 })).rejects.toMatchObject({
      kind: 'timeout',
    });
    const signal = AbortSignal.abort();
    await expect(runGit(wait, { gitDir, timeoutMs: 5_000, signal })).rejects.toMatchObject({
      kind: 'aborted',
      command: 'cat-file',
    });
    await expect(runGit(['help', '-a'], { timeoutMs: 5_000, maxBuffer: 10 })).rejects.toMatchObject({
      kind: 'too_large',
    });
  });

  it('runs no shell and shows only the subcommand', async () => {
    const error = await runGit(['rev-parse', '$(touch /tmp/never)'], { timeoutMs: 5_000 }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: 'GitError', command: 'rev-parse', exitCode: 128 });
  });
});

describe('classifyFailure', () => {
  it.each([
    ['host_key', 'Host key verification failed.\nfatal: Could not read from remote repository.'],
    ['denied', 'git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.'],
    [
      'denied',
      "remote: Permission to a/b.git denied to bot.\nfatal: unable to access 'https://x/': The requested URL returned error: 403",
    ],
    ['denied', "fatal: could not read Username for 'https://x': terminal prompts disabled"],
    ['denied', 'ERROR: The key you are authenticating with has been marked as read only.'],
    [
      'protected',
      'remote: error: GH006: Protected branch update failed for refs/heads/main.\n ! [remote rejected] main (protected branch hook declined)',
    ],
    ['protected', '! [remote rejected] main -> main (push declined due to repository rule violations)'],
    ['not_found', 'ERROR: Repository not found.\nfatal: Could not read from remote repository.'],
    ['not_found', "fatal: couldn't find remote ref refs/heads/none"],
    ['rejected', '! [rejected] main -> main (fetch first)'],
    ['rejected', "fatal: Unable to create '/r/refs/heads/main.lock': File exists."],
    ['unreachable', "fatal: unable to access 'https://x/': Could not resolve host: x"],
    ['unreachable', "fatal: unable to access 'https://x/': server certificate verification failed. CAfile: none"],
    [
      'unreachable',
      'ssh: connect to host x port 22: Connection timed out\nfatal: Could not read from remote repository.',
    ],
    ['full', 'error: remote unpack failed: unable to create temporary object directory: No space left on device'],
    [
      'corrupt',
      'error: object file objects/aa/bb is empty\nfatal: loose object aabb (stored in objects/aa/bb) is corrupt',
    ],
    ['unknown', 'fatal: something nobody thought of'],
  ])('%s: %s', (kind, text) => {
    expect(classifyFailure(text)).toBe(kind);
  });
});

describe('redact', () => {
  it('removes every spelling of a secret', () => {
    const secret = 'p@ss/wörd=';
    const text = `a ${secret} b ${encodeURIComponent(secret)} c ${Buffer.from(secret).toString('base64')} https://me:x@host/ Authorization: Basic abc`;
    expect(redact(text, [secret])).toBe('a *** b *** c *** https://***@host/ Authorization: Basic ***');
  });
});
