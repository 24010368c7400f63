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

  it('S33 runs no shell and shows only the subcommand', async () => {
    const error = await runGit(['rev-parse', '$(touch /tmp/never)'], { timeoutMs: 5_000 }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: 'GitError', command: 'rev-parse', exitCode: 128 });
  });
});

describe('redact', () => {
  it('removes every spelling of a secret', () => {
    const secret = 'p@ss/wörd=';
    const text = `a ${secret} b ${encodeURIComponent(secret)} c ${Buffer.from(secret).toString('base64')} https://me:x@host/ Authorization: Basic abc`;
    expect(redact(text, [secret])).toBe('a *** b *** c *** https://***@host/ Authorization: Basic ***');
  });
});
