import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What the server does with one request instead of, or around, answering it properly. */
export type Behaviour =
  | 'serve'
  /** Never answers. */
  | 'hang'
  /** Lets git do the work, then closes the connection without the answer. */
  | 'lose-reply'
  /** Closes the connection before git sees the request. */
  | 'reset'
  /** Closes the connection in the middle of a proper answer. */
  | 'cut'
  /** Answers a byte now and then. */
  | 'trickle'
  | { status: number; headers?: Record<string, string>; body?: string };

export interface HttpBackendOptions {
  /** Folder with the bare repositories. */
  root: string;
  /** Basic auth passwords by user name; none: everybody may read and write. Read at every request, so it may be changed. */
  users?: Record<string, string>;
  /** Serves https with this key and certificate (PEM). */
  tls?: Pick<ServerOptions, 'key' | 'cert'>;
  /** No file that git writes may be larger than so many blocks of 512 bytes: a disk that is full. Read at every request. */
  fileSizeLimit?: number;
  /** Pushes are refused like on an archived repository. */
  readOnly?: boolean;
  behave?: (request: { method: string; path: string; query: string }) => Behaviour;
}

export interface HttpBackend {
  /** `http://127.0.0.1:port` or `https://…` */
  readonly url: string;
  /** Every request so far as `METHOD /path?query`, and the credentials it came with, if any. */
  readonly requests: { line: string; authorization: string | undefined }[];
  behave: (request: { method: string; path: string; query: string }) => Behaviour;
  /** Other certificates for connections from now on. */
  renew(tls: Pick<ServerOptions, 'key' | 'cert'>): void;
  close(): Promise<void>;
}

/** Serves real repositories with `git http-backend` over http on loopback, for tests. */
export async function startHttpBackend(options: HttpBackendOptions): Promise<HttpBackend> {
  const requests: HttpBackend['requests'] = [];
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const { authorization } = request.headers;
    requests.push({ line: `${request.method} ${request.url}`, authorization });
    const behaviour = backend.behave({ method: request.method ?? '', path: url.pathname, query: url.search });
    answer(options, behaviour, request, response);
  };
  const secure = options.tls && createSecureServer(options.tls, handle);
  const server = secure ?? createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const backend: HttpBackend = {
    url: `${secure ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    behave: options.behave ?? (() => 'serve'),
    renew: (tls) => secure?.setSecureContext(tls),
    close: () => closeServer(server),
  };
  return backend;
}

function answer(
  options: HttpBackendOptions,
  behaviour: Behaviour,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (behaviour === 'hang') return;
  if (behaviour === 'reset') return void request.socket.destroy();
  if (behaviour === 'trickle') return trickle(request, response);
  if (typeof behaviour === 'object') {
    response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body ?? '');
    return;
  }
  const user = authenticate(options.users, request.headers.authorization);
  if (user === undefined) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('who are you?');
    return;
  }
  if (options.readOnly && request.url?.includes('git-receive-pack')) {
    // Git shows a page only where it is plain text; GitHub's is.
    response.writeHead(403, { 'content-type': 'text/plain' }).end('This repository was archived so it is read-only.');
    return;
  }
  const child = startBackend(options, user, request);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.resume();
  child.once('close', () => {
    if (behaviour === 'lose-reply') request.socket.destroy();
    else relay(Buffer.concat(chunks), response, behaviour === 'cut');
  });
}

function trickle(request: IncomingMessage, response: ServerResponse): void {
  const service = /git-[a-z]+-pack/.exec(request.url ?? '')?.[0] ?? '';
  response.writeHead(200, { 'content-type': `application/x-${service}-advertisement` });
  const timer = setInterval(() => response.write('0'), 200);
  response.once('close', () => clearInterval(timer));
}

function authenticate(users: Record<string, string> | undefined, header: string | undefined): string | undefined {
  if (users === undefined) return 'anyone';
  const [name = '', ...password] = Buffer.from(header?.replace(/^Basic /i, '') ?? '', 'base64')
    .toString('utf8')
    .split(':');
  return header !== undefined && users[name] !== undefined && users[name] === password.join(':') ? name : undefined;
}

/** The shell is the one program that can limit another: `ulimit` is a builtin. Git ignores the signal and sees the error. */
const LIMITED = 'trap "" XFSZ; ulimit -f "$1"; exec git http-backend';

function startBackend({ root, fileSizeLimit }: HttpBackendOptions, user: string, request: IncomingMessage) {
  const [command, args] =
    fileSizeLimit === undefined ? ['git', ['http-backend']] : ['sh', ['-c', LIMITED, 'sh', String(fileSizeLimit)]];
  const child = spawn(command, args, { env: cgiVariables(root, user, request) });
  request.pipe(child.stdin.on('error', () => undefined));
  return child;
}

function cgiVariables(root: string, user: string, request: IncomingMessage): Record<string, string> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const { headers } = request;
  return {
    PATH: process.env['PATH'] ?? '',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    REMOTE_USER: user,
    REMOTE_ADDR: '127.0.0.1',
    REQUEST_METHOD: request.method ?? 'GET',
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    CONTENT_TYPE: headers['content-type'] ?? '',
    ...(headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: headers['content-length'] }),
    HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
    GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
  };
}

/** Turns a CGI answer (headers, blank line, body) into an HTTP one, or half of one. */
function relay(output: Buffer, response: ServerResponse, isCut: boolean): void {
  const end = output.indexOf('\r\n\r\n');
  const lines = output.toString('latin1', 0, Math.max(end, 0)).split('\r\n');
  for (const line of lines) {
    const [name = '', ...value] = line.split(': ');
    if (name === 'Status') response.statusCode = Number.parseInt(value.join(': '), 10);
    else if (name !== '') response.setHeader(name, value.join(': '));
  }
  const body = output.subarray(end + 4);
  if (!isCut) return void response.end(body);
  response.setHeader('content-length', body.length);
  response.write(body.subarray(0, body.length / 2), () => response.socket?.destroy());
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
