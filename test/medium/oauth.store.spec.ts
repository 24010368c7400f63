import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Program } from '../support/program';
import { OAuthTestClient, post, statusWith } from '../support/oauth-client';
import { tokenFor } from '../support/tokens';
import { refusalOf, Visitor } from '../support/visitor';

/** The built program as a process of its own: what it writes, and what of it outlives a restart. */
const ENV = { LOG_LEVEL: 'debug', MCTL_OAUTH_REQUESTS_PER_MINUTE: '100000', MCTL_OAUTH_REGISTRATIONS_PER_HOUR: '4' };
let PORT: string;
let program: Program;
let ada: string;

beforeAll(async () => {
  PORT = await freePort();
  program = await Program.start({ env: { ...ENV, PORT } });
  ada = await tokenFor(program.dataDir, 'ada');
});

afterAll(() => program?.dispose());

/** A port that the restarted program can have again. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
}

function everything(): string {
  const files = readdirSync(program.dataDir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(program.dataDir, name))
    .filter((path) => statSync(path).isFile());
  return [...files.map((path) => readFileSync(path, 'latin1')), ...program.log].join('\n');
}

it('S14 S42 writes no code, token, cookie or pasted credential anywhere; and survives a restart in the middle of everything', async () => {
  const client = await OAuthTestClient.register(program.url);
  const browser = new Visitor(program.url);
  const code = await client.code(ada, {}, browser);
  const tokens = (await client.redeem(code)).body;
  const renewed = (await client.refresh(tokens.refresh_token as string)).body;
  const open = await client.code(ada, { prompt: 'consent' }, browser);
  const left = await client.authorize(new Visitor(program.url), ada, { prompt: 'none' });
  expect(refusalOf(left)).toBe('login_required');
  await client.redeem('a-wrong-code-of-somebody');
  await client.refresh('a-wrong-refresh-token-of-somebody');

  const before = program.log.length;
  await program.stop();
  const written = everything();
  const secrets: Record<string, unknown> = {
    code,
    open,
    access: (tokens.access_token as string).slice(-60),
    refresh: tokens.refresh_token,
    successor: renewed.refresh_token,
    pasted: ada.slice(-60),
    verifier: client.proof.verifier,
    session: browser.cookies.get('mctl_session')?.value,
    visit: browser.cookies.get('mctl_visit')?.value,
    wrong: 'a-wrong-refresh-token-of-somebody',
  };
  for (const [what, secret] of Object.entries(secrets)) {
    expect([what, typeof secret, String(secret).length > 20]).toEqual([what, 'string', true]);
    expect([what, written.includes(String(secret))]).toEqual([what, false]);
  }
  expect(before).toBeGreaterThan(5);
  expect(written).toContain('"msg":"an application was connected"');

  program = await Program.start({ dataDir: program.dataDir, env: { ...ENV, PORT } });
  expect(await statusWith(program.url, renewed.access_token as string)).toBe(200);
  expect((await client.redeem(open)).status).toBe(200);
  expect((await client.refresh(renewed.refresh_token as string)).status).toBe(200);
  expect((await browser.get('/connections')).text).toContain('Your connections');
});

it('writes nothing but JSON lines, the library of OAuth included', () => {
  expect(program.log.length).toBeGreaterThan(3);
  for (const line of program.log) expect(() => void JSON.parse(line)).not.toThrow();
});

it('S80 limits registrations per address, and says when to come again', async () => {
  const statuses: number[] = [];
  let retry: string | null = null;
  for (let i = 0; i < 6; i++) {
    const body = JSON.stringify({ redirect_uris: [`https://n${i}.example.org/cb`] });
    const headers = { 'Content-Type': 'application/json', 'X-Forwarded-For': `203.0.113.${i}` };
    const response = await fetch(new URL('/oauth/register', program.url), { method: 'POST', headers, body });
    statuses.push(response.status);
    retry ??= response.headers.get('retry-after');
  }
  expect(statuses).toEqual([201, 201, 201, 201, 429, 429]);
  expect(Number(retry)).toBeGreaterThan(60);
});

it('S03 reads no body that is too large, and none of another type', async () => {
  const large = await post(program.url, '/oauth/token', { grant_type: 'x'.repeat(2 * 1024 * 1024) });
  expect(large.status).toBe(413);
  const headers = { 'Content-Type': 'text/plain' };
  expect((await fetch(new URL('/oauth/token', program.url), { method: 'POST', headers, body: 'x' })).status).toBe(415);
});

it('is not there where it is switched off', async () => {
  const off = await Program.start({ env: { MCTL_OAUTH: 'false' } });
  for (const path of ['/.well-known/oauth-authorization-server', '/oauth/jwks', '/oauth/authorize']) {
    expect((await fetch(new URL(path, off.url))).status).toBe(404);
  }
  expect(
    (
      await fetch(new URL('/mcp', off.url), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{}',
      })
    ).headers.get('www-authenticate'),
  ).not.toContain('resource_metadata');
  await off.dispose();
});
