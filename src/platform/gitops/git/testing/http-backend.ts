import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
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
  | { status: number; headers?: Record<string, string>; body?: string };

export interface HttpBackendOptions {
  /** Folder with the bare repositories. */
  root: string;
  /** Basic auth passwords by user name; none: everybody may read and write. Read at every request, so it may be changed. */
  users?: Record<string, string>;
  /** Pushes are refused like on an archived repository. */
  readOnly?: boolean;
  behave?: (request: { method: string; path: string; query: string }) => Behaviour;
}

export interface HttpBackend {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** Every request so far as `METHOD /path?query`, and the credentials it came with, if any. */
  readonly requests: { line: string; authorization: string | undefined }[];
  behave: (request: { method: string; path: string; query: string }) => Behaviour;
  close(): Promise<void>;
}

/** Serves real repositories with `git http-backend` over http on loopback, for tests. */
export async function startHttpBackend(options: HttpBackendOptions): Promise<HttpBackend> {
  const requests: HttpBackend['requests'] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const { authorization } = request.headers;
    requests.push({ line: `${request.method} ${request.url}`, authorization });
    const behaviour = backend.behave({ method: request.method ?? '', path: url.pathname, query: url.search });
    answer(options, behaviour, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const backend: HttpBackend = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    behave: options.behave ?? (() => 'serve'),
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
    response.writeHead(403).end('This repository was archived so it is read-only.');
    return;
  }
  runBackend(options.root, user, request, behaviour === 'lose-reply' ? undefined : response);
}

function authenticate(users: Record<string, string> | undefined, header: string | undefined): string | undefined {
  if (users === undefined) return 'anyone';
  const [name = '', ...password] = Buffer.from(header?.replace(/^Basic /i, '') ?? '', 'base64')
    .toString('utf8')
    .split(':');
  return header !== undefined && users[name] !== undefined && users[name] === password.join(':') ? name : undefined;
}

function runBackend(root: string, user: string, request: IncomingMessage, response: ServerResponse | undefined): void {
  const child = spawn('git', ['http-backend'], { env: cgiVariables(root, user, request) });
  request.pipe(child.stdin.on('error', () => undefined));
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.resume();
  child.once('close', () => {
    if (response === undefined) request.socket.destroy();
    else relay(Buffer.concat(chunks), response);
  });
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

/** Turns a CGI answer (headers, blank line, body) into an HTTP one. */
function relay(output: Buffer, response: ServerResponse): void {
  const end = output.indexOf('\r\n\r\n');
  const lines = output.toString('latin1', 0, Math.max(end, 0)).split('\r\n');
  for (const line of lines) {
    const [name = '', ...value] = line.split(': ');
    if (name === 'Status') response.statusCode = Number.parseInt(value.join(': '), 10);
    else if (name !== '') response.setHeader(name, value.join(': '));
  }
  response.end(output.subarray(end + 4));
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
