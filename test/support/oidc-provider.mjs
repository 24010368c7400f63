// A real OpenID Connect provider as a process of its own, on a free loopback port. Its first line on stdout is JSON: the issuer and the
// private keys, so that tests can forge what it would never sign. A line `rotate` on stdin replaces its keys.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

const GRANT = 'urn:mctl:test:sign-in';
const CLIENTS = ['portal', 'elsewhere'];

async function newKeys() {
  const made = await Promise.all(
    ['RS256', 'ES256'].map(async (alg) => {
      const { privateKey } = await generateKeyPair(alg, { extractable: true });
      return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: randomUUID() };
    }),
  );
  return made;
}

const resourceServer = (audience, alg) => ({
  scope: 'openid',
  audience,
  accessTokenFormat: 'jwt',
  accessTokenTTL: 600,
  jwt: { sign: { alg } },
});

function providerOf(issuer, keys) {
  const provider = new Provider(issuer, {
    jwks: { keys },
    clients: CLIENTS.map((id) => ({
      client_id: id,
      client_secret: `${id}-secret-of-the-test`,
      redirect_uris: ['https://portal.example/callback'],
      grant_types: ['authorization_code', GRANT],
      token_endpoint_auth_method: 'client_secret_post',
    })),
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (ctx, resource) => resourceServer(resource, ctx.oidc.params.alg ?? 'RS256'),
      },
    },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => claimsOf(ctx.oidc.params, id) }),
    extraTokenClaims: (ctx) => claimsOf(ctx.oidc.params, ctx.oidc.params.login),
  });
  provider.registerGrantType(GRANT, signIn(provider), ['login', 'groups', 'audience', 'alg', 'kind']);
  return provider;
}

function claimsOf({ groups }, login) {
  return {
    sub: `subject-of-${login}`,
    preferred_username: login,
    email: `${login}@example.org`,
    email_verified: true,
    ...(groups && { groups: JSON.parse(groups) }),
  };
}

/** Stands for the browser's part; what comes after it, the token, is the provider's own. */
function signIn(provider) {
  return async (ctx) => {
    const { client, params } = ctx.oidc;
    if (params.kind === 'id') {
      const token = new provider.IdToken(claimsOf(params, params.login), { ctx });
      token.scope = 'openid profile email';
      ctx.body = { token: await token.issue({ use: 'idtoken' }) };
      return;
    }
    const token = new provider.AccessToken({
      accountId: `subject-of-${params.login}`,
      client,
      grantId: randomUUID(),
      scope: 'openid',
      gty: GRANT,
    });
    token.resourceServer = new provider.ResourceServer(
      params.audience,
      resourceServer(params.audience, params.alg ?? 'RS256'),
    );
    ctx.body = { token: await token.save() };
  };
}

const server = createServer();
server.listen(0, '127.0.0.1', async () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  let handle;
  const start = async () => {
    const keys = await newKeys();
    handle = providerOf(issuer, keys).callback();
    process.stdout.write(`${JSON.stringify({ issuer, keys })}\n`);
  };
  server.on('request', (request, response) => handle(request, response));
  await start();
  createInterface({ input: process.stdin })
    .on('line', () => void start())
    .on('close', () => process.exit(0));
});
