import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, verify } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FakeRuns } from './github-runs';
import type { FakeSource } from './github-source';

export interface FakeRepository {
  readonly id: number;
  full_name: string;
  private: boolean;
  default_branch: string;
}

export interface FakeInstallation {
  readonly id: number;
  readonly account: string;
  suspended: boolean;
  repositories: FakeRepository[];
}

/** An answer in place of the usual one, to the next requests whose method and path fit. */
export interface Fault {
  readonly on: RegExp;
  times: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Accepts the request and never answers. */
  readonly hangs?: boolean;
}

/** Permissions of a token, `read` or `write` by kind. */
export type Rights = Readonly<Record<string, string>>;

export interface Call {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly body: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status?: number;
  readonly answer?: unknown;
  readonly headers?: Record<string, string>;
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const CLIENT_ID = 'Iv23liTestApp';
const CLIENT_SECRET = 'client-secret-of-the-test-app';
const newRsaKey = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
/** Making one takes longer than most tests. */
const firstKey = newRsaKey();
/** GitHub refuses a JWT that lives for longer. */
const LONGEST_JWT_SECONDS = 600;

/**
 * GitHub as far as a GitHub App meets it, on a free loopback port: written from the shapes in GitHub's REST reference (apps, installations,
 * users), its OAuth web flow with PKCE and its words on rate limits. It checks what it gets: JWTs are verified with the key's public half,
 * codes with their challenge, tokens by what they may do.
 */
export class TestGithub {
  readonly installations = new Map<number, FakeInstallation>();
  /** Ids of repositories that each person may administer, and those that they may only see. */
  readonly people = new Map<string, { admin: number[]; sees: number[] }>();
  readonly faults: Fault[] = [];
  /** Method and path with query of every request. */
  readonly requests: string[] = [];
  readonly revoked: string[] = [];
  /** Milliseconds by which this server's clock is ahead, like that of a program under test. */
  clockAhead = 0;
  /** Every secret that went over the wire or is in a file: none may turn up anywhere else. */
  readonly secrets: string[] = [CLIENT_SECRET];
  private readonly codes = new Map<string, { login: string; challenge: string }>();
  private readonly userTokens = new Map<string, string>();
  private readonly installationTokens = new Map<string, number>();
  private readonly rights = new Map<string, Rights>();
  private publicKey: KeyObject;
  /** What runs workflows, where a test has that. */
  runs: FakeRuns | undefined;
  /** Branches and tags, where a test has them. */
  source: FakeSource | undefined;
  url = '';

  private constructor(
    private readonly folder: string,
    private readonly server: Server,
  ) {
    this.publicKey = this.useKey(firstKey);
  }

  static async start(): Promise<TestGithub> {
    const server = createServer();
    const github = new TestGithub(mkdtempSync(join(tmpdir(), 'mctl-github-')), server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void github.handle(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    github.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    writeFileSync(github.file('client-secret'), `${CLIENT_SECRET}\n`);
    return github;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What connects MCTL to it. */
  get settings(): Record<string, string> {
    return {
      MCTL_GITHUB_APP_CLIENT_ID: CLIENT_ID,
      MCTL_GITHUB_APP_CLIENT_SECRET_FILE: this.file('client-secret'),
      MCTL_GITHUB_APP_SLUG: 'mctl-test',
      MCTL_GITHUB_APP_PRIVATE_KEY_FILE: this.file('app.pem'),
      MCTL_GITHUB_URL: this.url,
      MCTL_GITHUB_API_URL: `${this.url}/api/v3`,
      MCTL_GITHUB_TIMEOUT: '2s',
    };
  }

  /** A new private key takes the place of the old one, as GitHub gives them out (PKCS#1). */
  newKey(): void {
    this.publicKey = this.useKey(newRsaKey());
  }

  private useKey(privateKey: KeyObject): KeyObject {
    const pem = privateKey.export({ format: 'pem', type: 'pkcs1' }) as string;
    writeFileSync(this.file('app.pem'), pem, { mode: 0o600 });
    this.secrets.push(pem.split('\n')[1] ?? '');
    return createPublicKey(privateKey);
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  install(id: number, account: string, repositories: readonly FakeRepository[]): FakeInstallation {
    const installation = { id, account, suspended: false, repositories: [...repositories] };
    this.installations.set(id, installation);
    return installation;
  }

  /** What a browser does in which `login` is signed in: GitHub sends it back with a code. @returns the address it is sent to, without host. */
  approve(authorizeUrl: string, login: string): string {
    const url = new URL(authorizeUrl);
    const {
      client_id: client,
      code_challenge: challenge,
      code_challenge_method: method,
      state,
    } = Object.fromEntries(url.searchParams);
    if (url.origin !== this.url || url.pathname !== '/login/oauth/authorize') {
      throw new Error(`not GitHub: ${authorizeUrl}`);
    }
    if (client !== CLIENT_ID || method !== 'S256' || !challenge || !state) {
      throw new Error('a wrong authorization request');
    }
    const code = this.secret();
    this.codes.set(code, { login, challenge });
    return `/github/setup?${new URLSearchParams({ code, state }).toString()}`;
  }

  private secret(): string {
    const secret = randomBytes(20).toString('hex');
    this.secrets.push(secret);
    return secret;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const line = `${request.method} ${url.pathname}${url.search}`;
    this.requests.push(line);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const fault = this.faults.find(({ on, times }) => times > 0 && on.test(line));
    if (fault) fault.times -= 1;
    if (fault?.hangs) return;
    if (fault) {
      send(response, fault.status ?? 500, fault.body ?? { message: 'a fault' }, fault.headers);
      return;
    }
    try {
      const text = Buffer.concat(chunks).toString('utf8');
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, string>);
      const { status = 200, answer, headers } = this.route({ request, url, body });
      send(response, status, answer, headers);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      send(response, error.status, { message: error.message, documentation_url: 'https://docs.github.com/rest' });
    }
  }

  private route(call: Call): Answer {
    const { request, url } = call;
    const path = url.pathname.replace(/^\/api\/v3/, '');
    const route = `${request.method} ${path}`;
    const ran = this.runs?.answer(route, call, (needed) => this.rightsOf(tokenOf(call), needed));
    if (ran) return ran;
    const read = this.source?.answer(route, (needed) => this.rightsOf(tokenOf(call), needed));
    if (read) return read;
    if (route === 'DELETE /installation/token') return this.endToken(tokenOf(call));
    const [, one = '', two = ''] =
      /^GET \/app\/installations\/(\d+)$/.exec(route) ??
      /^POST \/app\/installations\/(\d+)\/access_tokens$/.exec(route) ??
      /^GET \/user\/installations\/(\d+)\/repositories$/.exec(route) ??
      /^GET \/repos\/([^/]+)\/([^/]+)\/installation$/.exec(route) ??
      [];
    return this.askedByPerson(call, route, Number(one)) ?? this.askedByApp(call, route, [one, two]);
  }

  private askedByPerson(call: Call, route: string, id: number): Answer | undefined {
    if (route === 'POST /login/oauth/access_token') return { answer: this.exchange(call.body) };
    if (route === `DELETE /applications/${CLIENT_ID}/token`) return this.revoke(call);
    if (route === 'GET /user') return { answer: { login: this.userOf(call), id: 1 } };
    if (route === 'GET /user/installations') return this.installationsOf(call);
    return route.startsWith('GET /user/installations/') ? this.repositoriesOf(call, id) : undefined;
  }

  private askedByApp(call: Call, route: string, [one, two]: readonly [string, string]): Answer {
    if (route === 'GET /installation/repositories') return this.included(call);
    this.requireApp(call);
    const id = Number(one);
    if (route.startsWith('GET /app/installations/')) return { answer: shapeOf(this.installation(id)) };
    if (route.startsWith('POST /app/installations/')) return { status: 201, answer: this.tokenFor(id, call.body) };
    if (route.startsWith('GET /repos/')) return { answer: this.including(`${one}/${two}`) };
    throw new Refusal(404, 'Not Found');
  }

  private installation(id: number): FakeInstallation {
    const found = this.installations.get(id);
    if (!found) throw new Refusal(404, 'Not Found');
    return found;
  }

  private requireApp({ request }: Call): void {
    const [head = '', payload = '', signature = ''] = (request.headers.authorization ?? '')
      .replace(/^bearer /i, '')
      .split('.');
    const signed = Buffer.from(`${head}.${payload}`);
    if (!verify('sha256', signed, this.publicKey, Buffer.from(signature, 'base64url'))) {
      throw new Refusal(401, 'A JSON web token could not be decoded');
    }
    const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg: string };
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
      iss: string;
      iat: number;
      exp: number;
    };
    const now = (Date.now() + this.clockAhead) / 1000;
    if (alg !== 'RS256' || claims.iss !== CLIENT_ID) {
      throw new Refusal(401, "'Issuer' claim ('iss') must be an Integer");
    }
    if (claims.exp > now + LONGEST_JWT_SECONDS || claims.exp <= now || claims.iat > now) {
      throw new Refusal(401, "'Expiration time' claim ('exp') is out of range");
    }
  }

  private tokenFor(id: number, body: object): object {
    if (this.installation(id).suspended) throw new Refusal(403, 'This installation has been suspended');
    const { permissions = {}, repository_ids: only } = body as { permissions?: Rights; repository_ids?: number[] };
    const isForOne =
      only?.length === 1 &&
      Object.entries(permissions).every(
        ([kind, level]) => ['actions', 'checks'].includes(kind) || (kind === 'contents' && level === 'read'),
      );
    if (!isForOne && JSON.stringify(permissions) !== '{"metadata":"read"}') {
      throw new Refusal(422, 'more permissions than needed');
    }
    const token = `ghs_${this.secret()}`;
    this.secrets.push(token);
    this.rights.set(token, permissions);
    this.installationTokens.set(token, id);
    return {
      token,
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      permissions,
      repository_selection: 'selected',
    };
  }

  private endToken(token: string): Answer {
    if (!this.rights.delete(token)) throw new Refusal(401, 'Bad credentials');
    this.installationTokens.delete(token);
    this.revoked.push(token);
    return { status: 204 };
  }

  /** Whether an installation's token may do this: rights are told by kind, and `write` includes `read`. */
  private rightsOf(token: string, needed: Rights): void {
    const has = this.rights.get(token);
    if (!has) throw new Refusal(401, 'Bad credentials');
    const lacks = Object.entries(needed).some(([kind, level]) => has[kind] !== level && has[kind] !== 'write');
    if (lacks) throw new Refusal(403, 'Resource not accessible by integration');
  }

  private included(call: Call) {
    const id = this.installationTokens.get(tokenOf(call));
    if (id === undefined) throw new Refusal(401, 'Bad credentials');
    return this.page(call, 'repositories', this.installation(id).repositories);
  }

  private including(name: string): object {
    const found = [...this.installations.values()].find(({ repositories }) =>
      repositories.some(({ full_name: each }) => each.toLowerCase() === name.toLowerCase()),
    );
    if (!found) throw new Refusal(404, 'Not Found');
    return shapeOf(found);
  }

  private exchange({
    client_id: client,
    client_secret: secret,
    code = '',
    code_verifier: verifier = '',
  }: Call['body']): object {
    if (client !== CLIENT_ID || secret !== CLIENT_SECRET) return { error: 'incorrect_client_credentials' };
    const given = this.codes.get(code);
    this.codes.delete(code);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    if (!given || given.challenge !== challenge) {
      return { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' };
    }
    const token = `ghu_${this.secret()}`;
    this.userTokens.set(token, given.login);
    return { access_token: token, token_type: 'bearer', scope: '' };
  }

  private revoke({ request, body }: Call) {
    const basic = `Basic ${Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64')}`;
    if (request.headers.authorization?.toLowerCase() !== basic.toLowerCase()) throw new Refusal(401, 'Bad credentials');
    const token = body.access_token ?? '';
    if (!this.userTokens.delete(token)) throw new Refusal(404, 'Not Found');
    this.revoked.push(token);
    return { status: 204 };
  }

  private userOf(call: Call): string {
    const login = this.userTokens.get(tokenOf(call));
    if (login === undefined) throw new Refusal(401, 'Bad credentials');
    return login;
  }

  private installationsOf(call: Call) {
    const { admin = [], sees = [] } = this.people.get(this.userOf(call)) ?? {};
    const visible = [...this.installations.values()].filter(({ repositories }) =>
      repositories.some(({ id }) => admin.includes(id) || sees.includes(id)),
    );
    return this.page(call, 'installations', visible.map(shapeOf));
  }

  private repositoriesOf(call: Call, id: number) {
    const { admin = [], sees = [] } = this.people.get(this.userOf(call)) ?? {};
    const visible = this.installation(id).repositories.filter((each) => [...admin, ...sees].includes(each.id));
    const answers = visible.map((each) => ({
      ...each,
      permissions: { admin: admin.includes(each.id), push: true, pull: true },
    }));
    return this.page(call, 'repositories', answers);
  }

  /** One page, with links to the others as GitHub writes them. */
  private page({ url }: Call, name: string, all: readonly unknown[]) {
    const size = Number(url.searchParams.get('per_page') ?? 30);
    const page = Number(url.searchParams.get('page') ?? 1);
    const link = (to: number, rel: string) => {
      const target = new URL(url);
      target.searchParams.set('page', String(to));
      return `<${target.href}>; rel="${rel}"`;
    };
    const last = Math.max(1, Math.ceil(all.length / size));
    const links = page < last ? [link(page + 1, 'next'), link(last, 'last')] : page > 1 ? [link(page - 1, 'prev')] : [];
    return {
      answer: { total_count: all.length, [name]: all.slice((page - 1) * size, page * size) },
      headers: { 'x-ratelimit-remaining': '4999', ...(links.length > 0 && { link: links.join(', ') }) },
    };
  }
}

/** The name and id of a repository, and the rest as they often are. */
export function aRepository(id: number, full_name: string, more: Partial<FakeRepository> = {}): FakeRepository {
  return { id, full_name, private: true, default_branch: 'main', ...more };
}

function shapeOf({ id, account, suspended }: FakeInstallation): object {
  return {
    id,
    account: { login: account, id: id * 10, type: 'Organization' },
    repository_selection: 'selected',
    suspended_at: suspended ? '2026-01-01T00:00:00Z' : null,
  };
}

function tokenOf({ request }: Call): string {
  return (request.headers.authorization ?? '').replace(/^(bearer|token) /i, '');
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(body === undefined || status === 204 ? undefined : JSON.stringify(body));
}
