import { join } from 'node:path';
import { LocalIssuer } from '../../src/platform/auth/local-issuer';
import { LocalTokens } from '../../src/platform/auth/local-tokens';
import { Clock } from '../../src/platform/clock';
import { readConfig } from '../../src/platform/config';
import { Keys } from '../../src/platform/keys';
import { Store } from '../../src/platform/store';
import { bearer } from '../support/doors';
import { ask, BOTH_DOORS, WHOAMI } from '../support/identities';
import { OAuthTestClient } from '../support/oauth-client';
import { Program } from '../support/program';
import { ScratchApp } from '../support/scratch-app';
import { tokenFor } from '../support/tokens';

const HOUR_MS = 3_600_000;

describe('a local token that is taken back', () => {
  let scratch: ScratchApp;

  beforeAll(async () => {
    scratch = await ScratchApp.start();
  });
  afterAll(() => scratch?.stop());

  const endIt = (token: string) =>
    fetch(new URL('/api/v1/token', scratch.url), { method: 'DELETE', headers: bearer(token) });

  it.each([
    ['where OAuth clients do', async (token: string) => (await OAuthTestClient.register(scratch.url)).revoke(token)],
    ['with a call of its own', endIt],
  ])('S10 S16 opens no door any more, and others do: %s', async (_, revoke) => {
    const [token, other] = [await tokenFor(scratch.dataDir, 'ada'), await tokenFor(scratch.dataDir, 'ada')];
    for (const door of BOTH_DOORS) expect((await ask(door, scratch.url, token)).status).toBe(200);
    expect((await revoke(token)).status).toBeLessThan(300);
    for (const door of BOTH_DOORS) {
      expect(await ask(door, scratch.url, token)).toMatchObject({ status: 401, code: 'invalid_token' });
      expect((await ask(door, scratch.url, other)).status).toBe(200);
    }
  });

  it('S16 has its signature looked at once a minute, and never beyond its end', async () => {
    const read = jest.spyOn(scratch.app.get(LocalIssuer), 'read');
    const now = jest.spyOn(scratch.app.get(Clock), 'now');
    const at = (seconds: number) => now.mockImplementation(() => new Date(Date.now() + seconds * 1000));
    try {
      const token = await tokenFor(scratch.dataDir, 'ada', 70_000);
      for (const [second, status, looks] of [
        [0, 200, 1],
        [50, 200, 1],
        [61, 200, 2],
        [80, 401, 3],
      ] as const) {
        at(second);
        expect([second, (await ask('REST', scratch.url, token)).status]).toEqual([second, status]);
        expect([second, read.mock.calls.length]).toEqual([second, looks]);
      }
    } finally {
      read.mockRestore();
      now.mockRestore();
    }
  });

  it('is kept as a hash, for as long as it would have been good', async () => {
    const token = await tokenFor(scratch.dataDir, 'grace', 30 * 24 * HOUR_MS);
    const { jti, expiresAt } = await scratch.app.get(LocalTokens).revoke(token);
    const rows = await scratch.app.get(Store).db.selectFrom('oauth_revoked_tokens').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(jti);
    expect(rows.map(({ expires_at }) => expires_at)).toContain(new Date(expiresAt.getTime() + 5_000).toISOString());
  });

  it('is nobody else’s: what was not signed here ends nothing, and says so to its caller only', async () => {
    const token = await tokenFor(scratch.dataDir, 'ada');
    const [head, , signature] = token.split('.');
    const [, body] = (await tokenFor(scratch.dataDir, 'grace')).split('.');
    expect((await endIt(`${head}.${body}.${signature}`)).status).toBe(401);
    const client = await OAuthTestClient.register(scratch.url);
    expect((await client.revoke(`${head}.${body}.${signature}`)).status).toBe(200);
    expect((await ask('REST', scratch.url, token)).status).toBe(200);
  });
});

describe('a local token that comes through a proxy', () => {
  const PUBLIC = { MCTL_PUBLIC_URL: 'https://mctl.example.org', MCTL_LOCAL_TOKENS: 'true' };
  const HEADERS = { 'X-Forwarded-For': '203.0.113.5', 'X-Forwarded-Proto': 'https', Forwarded: 'for=203.0.113.5' };
  let scratch: ScratchApp;

  afterEach(() => scratch?.stop());

  it.each([
    ['a public address', PUBLIC],
    ['none', {}],
  ])('S10 opens nothing, though it does without one: %s', async (_, env: Record<string, string>) => {
    scratch = await ScratchApp.start(env);
    const token = await tokenFor(scratch.dataDir, 'admin', HOUR_MS, env);
    for (const door of BOTH_DOORS) {
      expect((await ask(door, scratch.url, token)).status).toBe(200);
      for (const [name, value] of Object.entries(HEADERS)) {
        const answer = await WHOAMI[door](scratch.url, { ...bearer(token), [name]: value });
        expect([name, answer.status, answer.code]).toEqual([name, 401, 'token_kind_off']);
        expect(answer.body.fix).toContain('on its own machine');
      }
    }
  });

  it('is not taken at all under a public address, where nobody has asked for it', async () => {
    const env = { MCTL_PUBLIC_URL: 'https://mctl.example.org', MCTL_GITHUB_TOKENS: 'true', MCTL_ADMINS: 'admin' };
    scratch = await ScratchApp.start(env);
    const token = await tokenFor(scratch.dataDir, 'admin', HOUR_MS, env);
    expect(await ask('REST', scratch.url, token)).toMatchObject({ status: 401, code: 'token_kind_off' });
  });
});

describe('S87 the calendar', () => {
  const at = (time: string, offsetMs = 0) => ({ now: () => new Date(Date.parse(time) + offsetMs) });

  it.each([
    ['S87 summer time begins', 'Europe/Berlin', '2027-03-28T01:00:05Z'],
    ['S87 summer time ends, and an hour comes twice', 'Europe/Berlin', '2027-10-31T01:00:05Z'],
    ['S87 half an hour comes twice', 'Australia/Lord_Howe', '2027-04-03T15:00:05Z'],
    ['S87 a leap day begins', 'America/New_York', '2028-02-29T05:00:05Z'],
  ])('makes no token good before its time or after it: %s', async (_, zone, now) => {
    const program = await Program.start({
      nodeArguments: ['--require', join(__dirname, '../support/clock-ahead.js')],
      env: { TZ: zone, CLOCK_AHEAD_MS: String(Date.parse(now) - Date.now()) },
    });
    try {
      const config = readConfig({ MCTL_DATA_DIR: program.dataDir });
      const signed = (offsetMs: number, ttlMs: number) =>
        new LocalIssuer(Keys.open(program.dataDir), config, at(now, offsetMs)).sign('ada', ttlMs);
      const good = await signed(-HOUR_MS, 2 * HOUR_MS);
      const expired = await signed(-HOUR_MS, HOUR_MS / 2);
      const early = await signed(HOUR_MS / 2, HOUR_MS);
      expect((await ask('REST', program.url, good)).status).toBe(200);
      expect(await ask('REST', program.url, expired)).toMatchObject({ status: 401, code: 'token_expired' });
      expect(await ask('REST', program.url, early)).toMatchObject({ status: 401, code: 'invalid_token' });
    } finally {
      await program.dispose();
    }
  });

  it('S87 a leap second, in which the clock stands or steps back, costs no good token and revives none', async () => {
    const scratch = await ScratchApp.start();
    try {
      const keys = Keys.open(scratch.dataDir);
      const config = readConfig({ MCTL_DATA_DIR: scratch.dataDir });
      const issuerAt = (time: string) => new LocalIssuer(keys, config, at(time));
      const token = await issuerAt('2016-12-31T23:59:59.900Z').sign('ada', 60_000);
      expect((await issuerAt('2016-12-31T23:59:58.950Z').read(token)).login).toBe('ada');
      const before = await issuerAt('2016-12-31T23:59:40Z').sign('ada', 10_000);
      await expect(issuerAt('2016-12-31T23:59:59Z').read(before)).rejects.toMatchObject({ code: 'token_expired' });
      await expect(issuerAt('2016-12-31T23:59:58Z').read(before)).rejects.toMatchObject({ code: 'token_expired' });
    } finally {
      await scratch.stop();
    }
  });
});
