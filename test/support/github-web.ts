import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * GitHub's pages and endpoints of the web application flow, as docs.github.com describes them (Authorizing OAuth apps): a person who is
 * signed in there agrees at once. Tokens are those of `TestGithub`, whose API knows whose they are.
 */
export class GithubWeb {
  /** The token of whoever is signed in at GitHub in this browser; undefined = they say no. */
  token: string | undefined;
  readonly requests: string[] = [];
  private readonly codes = new Map<string, { token: string; challenge: string; redirectUri: string }>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<GithubWeb> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const web = new GithubWeb(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => {
      void web.answer(request).then(({ status, headers, body }) => {
        response.writeHead(status, headers).end(body);
      });
    });
    return web;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(
    request: IncomingMessage,
  ): Promise<{ status: number; headers: Record<string, string>; body?: string }> {
    const url = new URL(request.url ?? '', this.url);
    this.requests.push(`${request.method} ${url.pathname}`);
    if (url.pathname === '/login/oauth/authorize') {
      return { status: 302, headers: { location: this.back(url.searchParams) } };
    }
    const form = new URLSearchParams(await textOf(request));
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(this.redeem(form)) };
  }

  private back(asked: URLSearchParams): string {
    const redirectUri = asked.get('redirect_uri') ?? '';
    const url = new URL(redirectUri);
    url.searchParams.set('state', asked.get('state') ?? '');
    if (this.token === undefined) {
      url.searchParams.set('error', 'access_denied');
      return url.href;
    }
    const code = randomBytes(10).toString('hex');
    this.codes.set(code, { token: this.token, challenge: asked.get('code_challenge') ?? '', redirectUri });
    url.searchParams.set('code', code);
    return url.href;
  }

  private redeem(form: URLSearchParams): object {
    const known = this.codes.get(form.get('code') ?? '');
    this.codes.delete(form.get('code') ?? '');
    if (form.get('client_secret') !== 'secret-of-mctl-at-github') return { error: 'incorrect_client_credentials' };
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!known || known.challenge !== challenge || known.redirectUri !== form.get('redirect_uri')) {
      return { error: 'bad_verification_code' };
    }
    return { access_token: known.token, scope: 'read:org', token_type: 'bearer' };
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
