import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gitSeconds } from '../../metrics/instruments';
import { tracedInside } from '../../tracing';
import { gitEnvironment, type GitConfigEntry } from './git-environment';
import { classifyFailure } from './classify-failure';
import { GitError, type GitErrorKind } from './git-error';
import { redact } from './redact';

export interface RunGitOptions {
  /** The repository; wins over discovery from `cwd`. */
  gitDir?: string;
  /** Default `/`, so that no surrounding repository is ever discovered by accident. */
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  config?: readonly GitConfigEntry[];
  input?: Buffer | AsyncIterable<Buffer>;
  timeoutMs: number;
  /** Limit for stdout in bytes, default 64 MiB. */
  maxBuffer?: number;
  signal?: AbortSignal;
  /** Exit codes besides 0 that are answers, not failures. */
  okExitCodes?: readonly number[];
  /** Called when something failed, so that a secret rotated meanwhile is known too. */
  secrets?: () => readonly string[];
}

export interface GitResult {
  stdout: Buffer;
  /** Redacted like the errors. */
  stderr: string;
  exitCode: number;
}

type GitChild = ChildProcessByStdio<Writable, Readable, Readable>;

const MAX_STDOUT = 64 * 1024 * 1024;
const MAX_STDERR = 64 * 1024;
const SHOWN_STDERR = 4 * 1024;
const ABORTED = 'error: stopped by the caller';
const KILL_GRACE_MS = 2_000;

/**
 * Runs one git command without a shell, in a fixed environment.
 * Resolves on exit code 0 (or one of `okExitCodes`); everything else throws a {@link GitError} whose `stderr` is
 * redacted; an error of the `input` iterable itself is rethrown as it is. On timeout or abort the whole process group (git, ssh, remote helpers) is ended before it throws.
 */
export async function runGit(args: readonly string[], options: RunGitOptions): Promise<GitResult> {
  if (options.signal?.aborted) throw new GitError({ command: subcommand(args), kind: 'aborted', stderr: ABORTED });
  return observed(subcommand(args), () => new Run(args, options).result());
}

/** Arguments are left out: among them are names that callers chose. */
async function observed(command: string, run: () => Promise<GitResult>): Promise<GitResult> {
  const stop = gitSeconds.startTimer({ command });
  let outcome: string = 'unknown';
  try {
    const result = await tracedInside({ name: `git ${command}`, attributes: { 'process.command': 'git' } }, run);
    outcome = 'ok';
    return result;
  } catch (error) {
    if (error instanceof GitError) outcome = error.kind;
    throw error;
  } finally {
    stop({ outcome });
  }
}

class Run {
  private readonly child: GitChild;
  private readonly stdout: Buffer[] = [];
  private readonly stderr: Buffer[] = [];
  private stdoutBytes = 0;
  private stderrBytes = 0;
  private stopped: GitErrorKind | undefined;
  private inputError: unknown;
  private forceKill: NodeJS.Timeout | undefined;

  constructor(
    private readonly args: readonly string[],
    private readonly options: RunGitOptions,
  ) {
    const repository: Record<string, string> = options.gitDir === undefined ? {} : { GIT_DIR: options.gitDir };
    this.child = spawn('git', args, {
      cwd: options.cwd ?? '/',
      env: gitEnvironment(options.config, { ...options.env, ...repository }),
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: the timeout reaches git's helpers, and Ctrl-C on the server does not cut a push in half.
      detached: true,
    });
  }

  async result(): Promise<GitResult> {
    const timer = setTimeout(
      () => this.stop('timeout', `error: no end within ${this.options.timeoutMs} ms`),
      this.options.timeoutMs,
    );
    const onAbort = (): void => this.stop('aborted', ABORTED);
    this.options.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      this.collect();
      void this.feed();
      return this.conclude(await this.exit());
    } finally {
      clearTimeout(timer);
      clearTimeout(this.forceKill);
      this.options.signal?.removeEventListener('abort', onAbort);
    }
  }

  private collect(): void {
    this.child.stdout.on('data', (chunk: Buffer) => {
      this.stdoutBytes += chunk.length;
      if (this.stdoutBytes > (this.options.maxBuffer ?? MAX_STDOUT)) {
        this.stop('too_large', 'error: more output than allowed');
      } else this.stdout.push(chunk);
    });
    this.child.stderr.on('data', (chunk: Buffer) => {
      this.stderr.push(chunk);
      this.stderrBytes += chunk.length;
      while (this.stderrBytes - (this.stderr[0]?.length ?? 0) > MAX_STDERR) {
        this.stderrBytes -= this.stderr.shift()?.length ?? 0;
      }
    });
  }

  private exit(): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      this.child.once('error', (error) => {
        this.stderr.push(Buffer.from(`git could not be started: ${error.message}`));
        reject(this.failure(undefined, 'unknown'));
      });
      this.child.once('close', (code, signal) => {
        // A limit on file sizes (ulimit -f) ends git with this signal rather than with an error.
        if (signal === 'SIGXFSZ') this.stderr.push(Buffer.from('fatal: file too large'));
        resolve(code ?? undefined);
      });
    });
  }

  /** A child that exits early closes its stdin; its exit code tells the story, not our EPIPE. */
  private async feed(): Promise<void> {
    const { input } = this.options;
    this.child.stdin.on('error', () => undefined);
    if (input === undefined || Buffer.isBuffer(input)) {
      this.child.stdin.end(input);
      return;
    }
    const source = this.watched(input);
    await pipeline(source, this.child.stdin).catch(() => undefined);
    if (this.inputError !== undefined) this.stop('aborted', 'error: its input failed');
  }

  private async *watched(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      yield* input;
    } catch (error) {
      this.inputError = error;
      throw error;
    }
  }

  private stop(kind: GitErrorKind, why: string): void {
    if (this.stopped !== undefined) return;
    this.stopped = kind;
    this.stderr.push(Buffer.from(`\n${why}`));
    // SIGTERM lets git remove its lock files; only what ignores it is killed.
    this.signalGroup('SIGTERM');
    this.forceKill = setTimeout(() => this.signalGroup('SIGKILL'), KILL_GRACE_MS);
  }

  private signalGroup(signal: NodeJS.Signals): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // Already gone.
    }
  }

  private conclude(exitCode: number | undefined): GitResult {
    if (this.inputError !== undefined) {
      throw this.inputError instanceof Error
        ? this.inputError
        : new Error('The input failed.', { cause: this.inputError });
    }
    if (this.stopped !== undefined) throw this.failure(exitCode, this.stopped);
    if (exitCode === undefined || (exitCode !== 0 && !this.options.okExitCodes?.includes(exitCode))) {
      throw this.failure(exitCode);
    }
    return { stdout: Buffer.concat(this.stdout), stderr: this.shownStderr(), exitCode };
  }

  private failure(exitCode: number | undefined, kind?: GitErrorKind): GitError {
    const stderr = this.shownStderr();
    const command = subcommand(this.args);
    const report = this.stdout.length > 0 && command === 'push' ? pushRejection(this.stdout) : '';
    return new GitError({
      command,
      exitCode,
      kind: kind ?? classifyFailure({ command, stderr, report }),
      stderr: report ? `${stderr}\n${redact(report, this.options.secrets?.())}`.trim() : stderr,
    });
  }

  private shownStderr(): string {
    const text = Buffer.concat(this.stderr).toString('utf8').trim();
    return text === '' ? '' : redact(text, this.options.secrets?.()).slice(-SHOWN_STDERR);
  }
}

/** The reason in `git push --porcelain`'s own report: unlike stderr no hook can write into it. */
function pushRejection(stdout: readonly Buffer[]): string {
  const lines = Buffer.concat(stdout).toString('utf8').split('\n');
  const refused = lines.find((line) => line.startsWith('!\t'));
  // "unpacker error" only says that something on the other side failed; what it was stands in stderr.
  return refused === undefined || /unpacker error|remote failed to report|no match/.test(refused)
    ? ''
    : `error: ${refused.slice(2).split('\t').slice(1).join(' ')}`;
}

function subcommand(args: readonly string[]): string {
  return args.find((argument) => !argument.startsWith('-')) ?? '';
}
