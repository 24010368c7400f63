import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/**
 * GitHub Actions as a job sees it (docs.github.com, "OpenID Connect reference"): a job with `id-token: write` asks the address in its
 * environment for its token, and the issuer publishes the key.
 */
export class TestActions {
  /** What a job shows for the right to ask. */
  readonly requestToken = 'request-token-of-the-job';

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** @param claims of every job's token, beside those that GitHub sets itself. */
  static async start(claims: Record<string, string>): Promise<TestActions> {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const key = { ...(await exportJWK(publicKey)), kid: 'actions', alg: 'RS256', use: 'sig' };
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const actions = new TestActions(server, issuer);
    const tokenFor = (audience: string) =>
      new SignJWT({ sub: `repo:${claims.repository}:ref:${claims.ref}`, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'actions' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey);
    server.on('request', (request, response) => {
      void (async () => {
        const { pathname, searchParams } = new URL(request.url ?? '', issuer);
        const isJob = request.headers.authorization === `Bearer ${actions.requestToken}`;
        const documents: Record<string, () => unknown> = {
          '/.well-known/openid-configuration': () => ({ issuer, jwks_uri: `${issuer}/keys` }),
          '/keys': () => ({ keys: [key] }),
          '/token': async () => (isJob ? { value: await tokenFor(searchParams.get('audience') ?? '') } : {}),
        };
        const body = JSON.stringify((await documents[pathname]?.()) ?? {});
        response.writeHead(200, { 'content-type': 'application/json' }).end(body);
      })();
    });
    return actions;
  }

  /** What GitHub puts into the environment of a job. */
  get environment(): Record<string, string> {
    return {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${this.url}/token?api-version=2`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: this.requestToken,
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
