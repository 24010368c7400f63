import type { Loose } from './loose';
import { pkce, type Pkce, Visit, Visitor } from './visitor';

export interface TokenAnswer {
  readonly status: number;
  readonly body: Loose;
  readonly headers: Headers;
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly scope: string;
}

/** A client of our authorisation server that does by hand what libraries do, so that a test can do each step wrongly. */
export class OAuthTestClient {
  readonly proof: Pkce = pkce();

  constructor(
    readonly site: string,
    readonly clientId: string,
    readonly redirectUri: string,
  ) {}

  static async register(
    site: string,
    redirectUri = 'https://app.example.org/cb',
    more: object = {},
  ): Promise<OAuthTestClient> {
    const { status, body } = await register(site, {
      client_name: 'Test application',
      redirect_uris: [redirectUri],
      ...more,
    });
    if (status !== 201) throw new Error(`not registered: ${JSON.stringify(body)}`);
    return new OAuthTestClient(site, body.client_id as string, redirectUri);
  }

  /** Path of the authorisation request; a parameter that is `undefined` is left out. */
  request(change: Record<string, string | undefined> = {}): string {
    const parameters = {
      client_id: this.clientId,
      redirect_uri: this.redirectUri,
      response_type: 'code',
      scope: 'platform:read',
      state: 'the-state',
      code_challenge: this.proof.challenge,
      code_challenge_method: 'S256',
      resource: `${this.site}/mcp`,
      ...change,
    };
    const given = Object.entries(parameters).filter((each): each is [string, string] => each[1] !== undefined);
    return `/oauth/authorize?${new URLSearchParams(given).toString()}`;
  }

  /** Signs in with a local token where asked, agrees where asked. @returns where the browser ended up. */
  async authorize(visitor: Visitor, token: string, change: Record<string, string | undefined> = {}): Promise<Visit> {
    let page = await visitor.get(this.request(change));
    if (page.text.includes('name="credential"')) page = await signIn(visitor, page, token);
    return page.text.includes('name="decision"') ? visitor.send(page, { decision: 'allow' }) : page;
  }

  async code(
    token: string,
    change: Record<string, string | undefined> = {},
    visitor = new Visitor(this.site),
  ): Promise<string> {
    const { url, text } = await this.authorize(visitor, token, change);
    const code = url.searchParams.get('code');
    if (code === null) throw new Error(`no code at ${url.href} ${text.slice(0, 1_500)}`);
    return code;
  }

  redeem(code: string, change: Record<string, string | undefined> = {}): Promise<TokenAnswer> {
    return this.token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: this.redirectUri,
      client_id: this.clientId,
      code_verifier: this.proof.verifier,
      ...change,
    });
  }

  async tokens(token: string, change: Record<string, string | undefined> = {}): Promise<Tokens> {
    const { status, body } = await this.redeem(await this.code(token, change));
    if (status !== 200) throw new Error(`no tokens: ${JSON.stringify(body)}`);
    return body as Tokens;
  }

  refresh(refreshToken: string, change: Record<string, string | undefined> = {}): Promise<TokenAnswer> {
    return this.token({
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: this.clientId,
      ...change,
    });
  }

  revoke(token: string, change: Record<string, string | undefined> = {}): Promise<TokenAnswer> {
    return post(this.site, '/oauth/revoke', { token, client_id: this.clientId, ...change });
  }

  token(form: Record<string, string | undefined>, headers: Record<string, string> = {}): Promise<TokenAnswer> {
    return post(this.site, '/oauth/token', form, headers);
  }
}

/** Pastes a local token at the sign-in page, and goes on to where that leads. */
export async function signIn(visitor: Visitor, page: Visit, token: string): Promise<Visit> {
  const done = await visitor.send(page, { credential: token });
  const next = /http-equiv="refresh" content="0; url=([^"]*)"/.exec(done.text)?.[1];
  return next === undefined ? done : visitor.get(next.replaceAll('&amp;', '&'));
}

export async function register(site: string, metadata: unknown): Promise<TokenAnswer> {
  return answerOf(
    await fetch(new URL('/oauth/register', site), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(metadata),
    }),
  );
}

export async function post(
  site: string,
  path: string,
  form: Record<string, string | undefined>,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const given = Object.entries(form).filter((each): each is [string, string] => each[1] !== undefined);
  return answerOf(
    await fetch(new URL(path, site), {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(given).toString(),
    }),
  );
}

async function answerOf(response: Response): Promise<TokenAnswer> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** Status of a call with this token. */
export async function statusWith(site: string, token: string): Promise<number> {
  const { status } = await fetch(new URL('/api/v1/whoami', site), { headers: { Authorization: `Bearer ${token}` } });
  return status;
}
