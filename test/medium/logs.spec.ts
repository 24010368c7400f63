import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callMcp } from '../support/doors';
import { furnish, PEOPLE } from '../support/furnish';
import type { Loose } from '../support/loose';
import { ScratchApp } from '../support/scratch-app';
import { TestLoki } from '../support/test-loki';
import { tokenFor } from '../support/tokens';

const folder = mkdtempSync(join(tmpdir(), 'mctl-logs-'));
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
const from = (pod: string, namespace = 'billing') => ({ namespace, pod, container: 'api' });
const OWN = from('billing-api-7d9c5b6f4d-bbbbb');
/** A key that a program printed over many lines. */
const KEY = [
  '-----BEGIN EC PRIVATE KEY-----',
  ...['CAnaryMHcCAQEE', 'CAnaryoUQDQgAE'].map((line) => line.padEnd(64, 'aB3/')),
  '-----END EC PRIVATE KEY-----',
];
let loki: TestLoki;
let scratch: ScratchApp;

beforeAll(async () => {
  loki = await TestLoki.start({ token: 'loki-token', tenant: 'platform' }, [
    { labels: OWN, at: ago(7_200), line: 'level=info too old' },
    { labels: OWN, at: ago(60), line: 'level=info started' },
    { labels: OWN, at: ago(50), line: 'level=error said "no" to a\\b' },
    { labels: OWN, at: ago(40), line: `password=${'x'.repeat(12)}` },
    ...KEY.map((line, index) => ({ labels: OWN, at: ago(6_000 - index), line })),
    { labels: from('billing-api-worker-7d9c5b6f4d-bbbbb'), at: ago(30), line: 'of another service' },
    { labels: from('billing-api-7d9c5b6f4d-bbbbb', 'elsewhere'), at: ago(30), line: 'of another team' },
  ]);
  writeFileSync(join(folder, 'token'), 'loki-token\n');
  scratch = await ScratchApp.start({
    MCTL_LOKI_URL: loki.url,
    MCTL_LOKI_TOKEN_FILE: join(folder, 'token'),
    MCTL_LOKI_TENANT: 'platform',
  });
  await furnish(scratch, { open: false });
});
afterAll(async () => {
  await scratch?.stop();
  await loki.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function logs(args: object = {}, login: string = PEOPLE.viewer): Promise<Loose> {
  const token = await tokenFor(scratch.dataDir, login);
  return (await callMcp(scratch.url, token, 'mctl_get_service_logs', { team: 'billing', service: 'api', ...args }))
    .body;
}

const messages = (answer: Loose): string[] => answer.logs.lines.map(({ message }: Loose) => message);

it('are those of the service alone, newest first, masked, in the envelope', async () => {
  const answer = await logs();
  expect(messages(answer)).toEqual(['[masked]', 'level=error said "no" to a\\b', 'level=info started']);
  expect(answer.logs).toMatchObject({
    integrity: 'untrusted',
    lines: [expect.objectContaining({ container: 'api' }), {}, {}],
  });
  expect(answer.source.logs).toEqual({ state: 'ok', message: 'logs of Loki' });
});

it('can be searched for any text, which never becomes a part of the query', async () => {
  expect(messages(await logs({ contains: 'said "no" to a\\b' }))).toHaveLength(1);
  expect(messages(await logs({ contains: '"} |~ ".*' }))).toEqual([]);
  expect(messages(await logs({ level: 'error', since: '1d' }))).toEqual([
    expect.any(String),
    'level=error said "no" to a\\b',
    // What says nothing of its level may belong to an error.
    ...KEY.map(() => '[masked]'),
  ]);
  const some = await logs({ lines: 1 });
  expect([messages(some).length, some.truncated]).toEqual([1, true]);
});

it('tell nothing of what is masked, whatever is searched for', async () => {
  const wide = { since: '110m' };
  expect(messages(await logs(wide)).slice(-4)).toEqual(Array.from({ length: 4 }, () => '[masked]'));
  for (const contains of ['CAnary', 'xxxx', 'PRIVATE KEY']) {
    const { logs: found, truncated } = await logs({ ...wide, contains });
    expect([contains, found.lines, truncated]).toEqual([contains, [], false]);
  }
});

it('are nobody else’s', async () => {
  const before = loki.queries.length;
  expect((await logs({}, PEOPLE.stranger)).code).toBe('team_not_found');
  expect(loki.queries).toHaveLength(before);
});

it.each([
  [401, 'Unauthorized', 'it refuses us (401): see MCTL_LOKI_TOKEN_FILE and MCTL_LOKI_TENANT'],
  [429, 'too many outstanding requests', 'it answered 429 (too many outstanding requests)'],
  [500, '', 'it answered 500'],
  [200, '<html>', 'what answers there is not Loki'],
])('are unavailable, not empty, when Loki answers %i %s', async (status, body, reason) => {
  loki.next = { status, body };
  const { source } = await logs();
  expect(source.logs).toMatchObject({
    state: 'unavailable',
    setting: 'MCTL_LOKI_URL',
    message: expect.stringContaining(reason),
  });
});

it('of the run before the last restart only pods have', async () => {
  expect((await logs({ previous: true })).source.logs).toMatchObject({
    state: 'not_configured',
    setting: 'MCTL_CLUSTER',
  });
});
