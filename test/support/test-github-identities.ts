import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Somebody whom a token belongs to, as GitHub knows them. */
export interface GithubPerson {
  readonly login: string;
  readonly type?: 'User' | 'Bot';
  /** `organisation/slug`. */
  readonly teams?: readonly string[];
  /** Without it the token may not list teams and memberships: 403, as for a classic token without read:org. */
  readonly mayReadOrganizations?: boolean;
  readonly organizations?: Readonly<Record<string, 'active' | 'pending' | 'sso'>>;
  /** Teams of some organisation are left out until the token is authorised for single sign-on. */
  readonly hasPartialTeams?: boolean;
  /** Value of the header `github-authentication-token-expiration`. */
  readonly expires?: string;
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * GitHub's REST API as far as identities go, in the shapes of its documentation (docs.github.com/rest: users, orgs/members, teams;
 * using-the-rest-api/rate-limits). GitHub itself cannot be had in a test.
 */
export class TestGithub {
  readonly people = new Map<string, GithubPerson>();
  /** Paths that were asked, with the token each came with. */
  readonly requests: { path: string; token: string }[] = [];
  /** Answers in place of GitHub's own; `hang` never does, `drop` breaks the connection. */
  behave: (path: string) => Reply | 'hang' | 'drop' | undefined = () => undefined;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<TestGithub> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const github = new TestGithub(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => github.answer(request, response));
    return github;
  }

  /** Requests for a path so far. */
  count(path: string): number {
    return this.requests.filter((request) => request.path.split('?')[0] === path).length;
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    this.requests.push({ path, token });
    const reply = this.behave(path) ?? this.reply(path, token);
    if (reply === 'hang') return;
    if (reply === 'drop') return void request.socket.destroy();
    response.writeHead(reply.status, { 'content-type': 'application/json; charset=utf-8', ...reply.headers });
    response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
  }

  private reply(path: string, token: string): Reply {
    const person = this.people.get(token);
    if (!person) return problem(401, 'Bad credentials');
    const { pathname, searchParams } = new URL(path, this.url);
    const organization = /^\/user\/memberships\/orgs\/([^/]+)$/.exec(pathname)?.[1];
    if (organization) return membership(person, organization);
    if (pathname === '/user/teams') {
      return teams(person, Number(searchParams.get('page')), Number(searchParams.get('per_page')));
    }
    if (pathname === '/user') return user(person);
    return problem(404, 'Not Found');
  }
}

function user({ login, type = 'User', expires }: GithubPerson): Reply {
  const id = [...login].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 1_000_000_007;
  const body = {
    login,
    id,
    node_id: 'U_x',
    type,
    site_admin: false,
    name: null,
    email: null,
    two_factor_authentication: true,
  };
  return { status: 200, body, headers: expires ? { 'github-authentication-token-expiration': expires } : {} };
}

function membership({ organizations = {}, mayReadOrganizations = true }: GithubPerson, organization: string): Reply {
  if (!mayReadOrganizations) return problem(403, 'You must have at least the read:org scope.');
  const state = organizations[organization];
  if (state === undefined) return problem(404, 'Not Found');
  if (state === 'sso') {
    const url = `https://github.com/orgs/${organization}/sso?authorization_request=A1`;
    return problem(403, 'Resource protected by organization SAML enforcement.', {
      'x-github-sso': `required; url=${url}`,
    });
  }
  return { status: 200, body: { state, role: 'member', organization: { login: organization } } };
}

function teams(
  { teams: all = [], mayReadOrganizations = true, hasPartialTeams }: GithubPerson,
  page: number,
  size: number,
): Reply {
  if (!mayReadOrganizations) {
    return problem(403, 'You need at least read:org scope or user scope to list teams.', {
      'x-accepted-oauth-scopes': 'admin:org, read:org, repo, user, write:org',
    });
  }
  const body = all.slice((page - 1) * size, page * size).map((team) => {
    const [login = '', slug = ''] = team.split('/');
    return { id: 1, name: slug, slug, privacy: 'closed', permission: 'pull', organization: { login, id: 2 } };
  });
  return {
    status: 200,
    body,
    headers: hasPartialTeams ? { 'x-github-sso': 'partial-results; organizations=21955855' } : {},
  };
}

function problem(status: number, message: string, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers,
    body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) },
  };
}

/** A token of the form that GitHub gives out; what it is called is all that tells two apart. */
export function githubToken(name: string, prefix = 'ghp_'): string {
  return `${prefix}${name}${'0123456789abcdefABCDEFGHIJKLMNOPQRSTUVWX'.slice(name.length)}`;
}
