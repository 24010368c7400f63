import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { ByteQueue } from './byte-queue';
import { gitEnvironment } from './git-environment';
import { classifyFailure } from './classify-failure';
import { GitError, type GitErrorKind } from './git-error';

export interface ObjectInfo {
  sha: string;
  type: string;
  size: number;
}

export interface ObjectContent extends ObjectInfo {
  content: Buffer;
}

interface Request {
  command: string;
  withContent: boolean;
  attempts: number;
  resolve: (answer: ObjectContent | undefined) => void;
  reject: (error: GitError) => void;
}

export interface CatFileOptions {
  gitDir: string;
  /** No answer for this long and the child is replaced. */
  timeoutMs: number;
  /** Larger contents answer undefined, without being held in memory. */
  maxObjectBytes: number;
}

type CatFileChild = ChildProcessByStdio<Writable, Readable, Readable>;

const HEADER = /^([0-9a-f]{40}|[0-9a-f]{64}) ([a-z]+) (\d+)$/;
const NO_CONTENT = Buffer.alloc(0);

/**
 * One long-lived `git cat-file --batch-command`, answering requests in order; any number may be under way.
 * When the child dies, the request it was answering is tried once more in a new child and then fails alone;
 * the ones queued behind it carry on.
 */
export class CatFile {
  private child: CatFileChild | undefined;
  private readonly queue: Request[] = [];
  private readonly input = new ByteQueue();
  private header: ObjectInfo | undefined;
  private toSkip = 0;
  private stderr = '';
  private watchdog: NodeJS.Timeout | undefined;
  private timedOut = false;
  private closed = false;

  constructor(private readonly options: CatFileOptions) {}

  /** For tests and diagnostics. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  info(name: string): Promise<ObjectInfo | undefined> {
    return this.enqueue(`info ${name}\0`, false);
  }

  contents(name: string): Promise<ObjectContent | undefined> {
    return this.enqueue(`contents ${name}\0`, true);
  }

  /** Ends the child, which may hold files that are gone by now; a new one answers what is still unanswered. */
  renew(): void {
    this.child?.kill('SIGKILL');
  }

  /** Ends the child; what is still unanswered fails. */
  async close(): Promise<void> {
    this.closed = true;
    const child = this.child;
    this.failAll(closedError());
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin.end();
    child.kill('SIGKILL');
    await ended;
  }

  private enqueue(command: string, withContent: boolean): Promise<ObjectContent | undefined> {
    if (this.closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      this.queue.push({ command, withContent, attempts: 0, resolve, reject });
      this.send(command);
    });
  }

  private send(command: string): void {
    const child = (this.child ??= this.start());
    if (child.stdin.writableCorked === 0) {
      // One write for everything that was asked in this turn of the event loop.
      child.stdin.cork();
      process.nextTick(() => child.stdin.uncork());
    }
    child.stdin.write(command);
    if (this.watchdog === undefined) this.watchdog = setTimeout(() => this.giveUp(), this.options.timeoutMs);
  }

  private start(): CatFileChild {
    this.input.clear();
    this.header = undefined;
    this.toSkip = 0;
    this.stderr = '';
    const child = spawn('git', ['cat-file', '--batch-command', '-z'], {
      cwd: '/',
      env: gitEnvironment([], { GIT_DIR: this.options.gitDir }),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (chunk: Buffer) => this.receive(chunk));
    child.stderr.on('data', (chunk: Buffer) => (this.stderr = (this.stderr + chunk.toString('utf8')).slice(-2048)));
    child.once('error', (error) => this.unstartable(child, error));
    child.once('close', () => this.restart(child));
    return child;
  }

  private receive(chunk: Buffer): void {
    this.input.push(chunk);
    while (this.step());
    clearTimeout(this.watchdog);
    this.watchdog = this.queue.length === 0 ? undefined : setTimeout(() => this.giveUp(), this.options.timeoutMs);
  }

  /** Consumes one piece of the answer to the first request; false when more bytes are needed. */
  private step(): boolean {
    if (this.toSkip > 0) return this.skip();
    if (this.header !== undefined) return this.takeContent(this.header);
    const line = this.input.takeLine();
    if (line === undefined) return false;
    const [, sha, type, size] = HEADER.exec(line) ?? [];
    // "<name> missing" and "<name> ambiguous" name no object.
    if (sha === undefined || type === undefined) return this.answer(undefined);
    const info = { sha, type, size: Number(size) };
    if (this.queue[0]?.withContent === false) return this.answer({ ...info, content: NO_CONTENT });
    if (info.size > this.options.maxObjectBytes) return this.refuse(info);
    this.header = info;
    return true;
  }

  private takeContent(info: ObjectInfo): boolean {
    if (this.input.length < info.size + 1) return false;
    const content = this.input.take(info.size + 1).subarray(0, info.size);
    this.header = undefined;
    return this.answer({ ...info, content });
  }

  private refuse(info: ObjectInfo): boolean {
    this.toSkip = info.size + 1;
    return this.answer(undefined);
  }

  private skip(): boolean {
    const count = Math.min(this.toSkip, this.input.length);
    this.input.take(count);
    this.toSkip -= count;
    return this.toSkip === 0;
  }

  private answer(answer: ObjectContent | undefined): boolean {
    this.queue.shift()?.resolve(answer);
    return true;
  }

  private giveUp(): void {
    this.watchdog = undefined;
    this.timedOut = true;
    this.child?.kill('SIGKILL');
  }

  private restart(child: CatFileChild): void {
    if (this.child !== child) return;
    this.child = undefined;
    clearTimeout(this.watchdog);
    this.watchdog = undefined;
    const kind: GitErrorKind = this.timedOut
      ? 'timeout'
      : classifyFailure({ command: 'cat-file', stderr: this.stderr });
    this.timedOut = false;
    const error = new GitError({ command: 'cat-file', kind, stderr: this.stderr });
    if (/not a git repository/i.test(this.stderr)) this.failAll(error);
    const first = this.queue[0];
    if (first !== undefined && ++first.attempts > 1) this.queue.shift()?.reject(error);
    for (const request of this.queue) this.send(request.command);
  }

  private unstartable(child: CatFileChild, cause: Error): void {
    if (this.child === child) this.child = undefined;
    this.failAll(
      new GitError({ command: 'cat-file', kind: 'unknown', stderr: `git could not be started: ${cause.message}` }),
    );
  }

  private failAll(error: GitError): void {
    clearTimeout(this.watchdog);
    this.watchdog = undefined;
    for (const request of this.queue.splice(0)) request.reject(error);
  }
}

function closedError(): GitError {
  return new GitError({ command: 'cat-file', kind: 'aborted', stderr: 'error: the reader is closed' });
}
