import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename, dirname } from 'node:path';
import { type Readable, Transform, type Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { CgiAnswer } from './cgi-answer';
import { type GitConfigEntry, gitEnvironment } from './git-environment';
import { redact } from './redact';

/** The two requests of smart HTTP that read (gitprotocol-http). */
export type ReadRequest = 'info/refs' | 'git-upload-pack';

export interface HttpBackendOptions {
  /** The bare repository, an absolute path. */
  readonly gitDir: string;
  /** After so long a request is cut off, however far it is. */
  readonly timeoutMs: number;
  /** Largest body of a request in bytes, as it comes. */
  readonly maxBody: number;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const KILL_GRACE_MS = 2_000;
const SHOWN_STDERR = 2 * 1024;
const PROTOCOL = /^[a-z0-9=:._-]{1,100}$/i;
/** What git http-backend inflates by itself. */
const ENCODINGS = ['gzip', 'x-gzip'];

/** Why a request came to no whole answer; the client has left, or git has failed. */
export class BackendFailure extends Error {
  constructor(
    readonly reason: 'left' | 'timeout' | 'too_large' | 'failed',
    /** What git wrote, redacted. */
    readonly stderr: string,
    options?: ErrorOptions,
  ) {
    super(`git http-backend: ${reason}`, options);
    this.name = BackendFailure.name;
  }
}

/**
 * Answers one request of a git client that reads, through `git http-backend` as a CGI program: no shell, no word of the request among its
 * arguments, bodies in both directions as streams. Resolves when the answer is out. Whoever leaves takes git's processes along.
 * @throws BackendFailure; nothing has been answered yet where `response.headersSent` is false.
 */
export async function serveRead(
  what: ReadRequest,
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse },
  options: HttpBackendOptions,
): Promise<void> {
  await new Exchange(what, exchange.request, exchange.response, options).run();
}

class Exchange {
  private readonly child: Child;
  private readonly exited: Promise<number | null>;
  private readonly cut = new AbortController();
  private stderr = '';
  private isGone = false;
  private stopped: BackendFailure['reason'] | undefined;
  private forceKill: NodeJS.Timeout | undefined;

  constructor(
    what: ReadRequest,
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly options: HttpBackendOptions,
  ) {
    this.child = spawn('git', ['http-backend'], {
      cwd: '/',
      env: gitEnvironment(configOf(options.gitDir), variablesOf(what, request, options.gitDir)),
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: upload-pack and pack-objects below it end with it.
      detached: true,
    });
    // Where git cannot be started there is no exit code.
    const closed = once(this.child, 'close').then(
      ([code]) => code as number | null,
      () => null,
    );
    this.exited = closed.finally(() => (this.isGone = true));
    this.child.stderr.on('data', (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString('utf8')).slice(-SHOWN_STDERR);
    });
  }

  async run(): Promise<void> {
    const timer = setTimeout(() => this.stop('timeout'), this.options.timeoutMs);
    this.response.once('close', () => {
      if (!this.response.writableFinished) this.stop('left');
    });
    const body = this.feed();
    try {
      const { signal } = this.cut;
      await pipeline(this.child.stdout, this.answer(), (source: AsyncIterable<Buffer>) => this.write(source), {
        signal,
      });
      if ((await this.exited) !== 0) throw new Error('git http-backend ended with a fault');
      // Only what is whole ends well: a client takes an end for the end.
      this.response.end();
      await finished(this.response, { signal });
    } catch (cause) {
      this.stop('failed');
      // Only then it has said all that it has to say.
      await this.exited;
      throw new BackendFailure(this.stopped ?? 'failed', redact(this.stderr), { cause });
    } finally {
      await Promise.all([body, this.exited]);
      clearTimeout(timer);
      clearTimeout(this.forceKill);
    }
  }

  /** As fast as the client reads, and no faster. */
  private async write(source: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of source) {
      if (!this.response.write(chunk)) await once(this.response, 'drain', { signal: this.cut.signal });
    }
  }

  /** Git may end before it has read all; what it answers tells the story. */
  private async feed(): Promise<void> {
    if (this.request.method !== 'POST') return void this.child.stdin.end();
    // Not as a part of the pipeline, which would close the connection that the answer goes through.
    const body = this.request.pipe(this.limited());
    await pipeline(body, this.child.stdin, { signal: this.cut.signal }).catch(() => undefined);
  }

  private limited(): Transform {
    let bytes = 0;
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        bytes += chunk.length;
        if (bytes <= this.options.maxBody) return done(null, chunk);
        this.stop('too_large');
        done(new Error('the body is too large'));
      },
    });
  }

  private answer(): CgiAnswer {
    return new CgiAnswer(({ status, headers }) => {
      this.response.statusCode = status;
      const type = headers.get('content-type');
      if (type !== undefined) this.response.setHeader('Content-Type', type);
    });
  }

  private stop(reason: BackendFailure['reason']): void {
    if (this.stopped !== undefined) return;
    this.stopped = reason;
    this.cut.abort();
    this.signal('SIGTERM');
    this.forceKill = setTimeout(() => this.signal('SIGKILL'), KILL_GRACE_MS);
  }

  private signal(signal: NodeJS.Signals): void {
    // Its number may be another's by now.
    if (this.child.pid === undefined || this.isGone) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // Already gone.
    }
  }
}

/** Reading alone, by the smart protocol alone, of branches and tags; refs of our own work are nobody's business. */
function configOf(gitDir: string): GitConfigEntry[] {
  return [
    ['http.uploadpack', 'true'],
    ['http.receivepack', 'false'],
    ['http.uploadarchive', 'false'],
    ['http.getanyfile', 'false'],
    ['uploadpack.hideRefs', 'refs/mctl'],
    // A mounted volume may belong to another user than the process; it is ours by its path.
    ['safe.directory', gitDir],
  ];
}

/** The variables of RFC 3875. The path is made here and not taken from the request. */
function variablesOf(what: ReadRequest, { headers, method = 'GET' }: IncomingMessage, gitDir: string) {
  const { 'content-type': type, 'content-length': length, 'content-encoding': encoding = '' } = headers;
  const protocol = headers['git-protocol'];
  return {
    GIT_PROJECT_ROOT: dirname(gitDir),
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${basename(gitDir)}/${what}`,
    REQUEST_METHOD: method === 'POST' ? 'POST' : 'GET',
    QUERY_STRING: what === 'info/refs' ? 'service=git-upload-pack' : '',
    REMOTE_ADDR: '127.0.0.1',
    ...(type !== undefined && { CONTENT_TYPE: type }),
    ...(length !== undefined && { CONTENT_LENGTH: length }),
    ...(ENCODINGS.includes(encoding) && { HTTP_CONTENT_ENCODING: encoding }),
    ...(typeof protocol === 'string' && PROTOCOL.test(protocol) && { GIT_PROTOCOL: protocol }),
  };
}
