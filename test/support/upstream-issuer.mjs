/**
 * npm `oidc-provider` as the place where people sign in, on a free loopback port, with its own login and consent pages: any name goes.
 * Prints its issuer, then reads the one redirect URI of its client `mctl` from standard input.
 */
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

URL.parse ??= (url, base) => (URL.canParse(url, base) ? new URL(url, base) : null);
const { Provider } = await import('oidc-provider');

let answer = (_request, response) => void response.writeHead(503).end();
const server = createServer((request, response) => answer(request, response));
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  console.log(issuer);
  createInterface({ input: process.stdin }).on('line', (redirectUri) => {
    const provider = new Provider(issuer, {
      clients: [{ client_id: 'mctl', client_secret: 'secret-of-mctl-at-the-provider', redirect_uris: [redirectUri] }],
      claims: { profile: ['preferred_username', 'groups'], email: ['email', 'email_verified'] },
      conformIdTokenClaims: false,
      cookies: { keys: ['only-a-test'] },
      pkce: { required: () => true },
      findAccount: (_context, sub) => ({
        accountId: sub,
        claims: () => ({
          sub,
          preferred_username: sub,
          groups: ['acme:platform'],
          email: `${sub}@example.org`,
          email_verified: true,
        }),
      }),
    });
    answer = provider.callback();
    console.log('ready');
  });
});
