import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ask } from './server-check';

let server: Server | undefined;
afterEach(() => server?.close());

/** What the check makes of a server that answers so. */
async function judged(status: number, body: object) {
  server = createServer((_, response) => response.writeHead(status).end(JSON.stringify(body)));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return ask({ pid: 7, url, startedAt: '2026-03-01' });
}

const WELL = { status: 'ready', checks: { store: 'ok', gitops: 'ok' }, gitops_last_sync_seconds: 3 };

it('passes on that the server is well', async () => {
  expect(await judged(200, WELL)).toMatchObject({
    status: 'ok',
    found: expect.stringMatching(/: ready, store ok, gitops ok, repository asked 3 s ago$/),
  });
});

it('warns of a remote that does not answer the server, since when, why, and what to do', async () => {
  const away = {
    gitops_failing_since: '2026-03-01T12:00:00.000Z',
    gitops_failing_reason: 'The GitOps remote does not answer.',
    gitops_failing_fix: 'Try again when it is back.',
  };
  expect(await judged(200, { ...WELL, checks: { store: 'ok', gitops: 'failing' }, ...away })).toMatchObject({
    status: 'warning',
    found: expect.stringMatching(
      /gitops failing, repository asked 3 s ago, failing since 2026-03-01T12:00:00\.000Z: The GitOps remote does not answer\.$/,
    ),
    fix: 'Try again when it is back.',
  });
});

it('fails for a server that is not ready', async () => {
  const body = { ...WELL, status: 'not ready', checks: { store: 'unavailable', gitops: 'ok' } };
  expect(await judged(503, body)).toMatchObject({ status: 'failed' });
});
