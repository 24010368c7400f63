import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArgoServer } from './argo-server';

const folder = mkdtempSync(join(tmpdir(), 'mctl-argo-server-'));
const kubeconfig = join(folder, 'kubeconfig');
const REF = { namespace: 'mctl', name: 'deploy-service-x' };
let server: Server;
let elsewhere: Server;
let seen: IncomingMessage[];
let answer: (response: ServerResponse) => void;

const listening = async (handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> => {
  const started = createServer(handler);
  await once(started.listen(0, '127.0.0.1'), 'listening');
  return started;
};
const urlOf = (of: Server): string => `http://127.0.0.1:${(of.address() as AddressInfo).port}`;

beforeAll(async () => {
  server = await listening((request, response) => {
    seen.push(request);
    answer(response);
  });
  elsewhere = await listening((request, response) => {
    seen.push(request);
    response.end('{}');
  });
  const cluster = { server: 'https://127.0.0.1:9' };
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user: { token: 'our-token' } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    }),
  );
});
beforeEach(() => {
  seen = [];
  answer = (response) => response.end('{"metadata":{"name":"deploy-service-x"}}');
});
afterAll(() => {
  server.close();
  elsewhere.close();
  rmSync(folder, { recursive: true, force: true });
});

const asked = (argoServer = urlOf(server)) =>
  new ArgoServer({ values: { argoServer, kubeconfig, kubernetesTimeout: 1_000 } } as never).workflow(REF);

describe('Argo’s server', () => {
  it('is asked for one Workflow with the credential of the API server', async () => {
    expect(await asked()).toEqual({ metadata: { name: 'deploy-service-x' } });
    expect(seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/api/v1/workflows/mctl/deploy-service-x', 'Bearer our-token'],
    ]);
  });

  it('cannot send the credential on to somebody else', async () => {
    answer = (response) => response.writeHead(302, { location: urlOf(elsewhere) }).end();
    await expect(asked()).rejects.toMatchObject({ kind: 'unreachable' });
    expect(seen).toHaveLength(1);
  });

  it.each<[string, (response: ServerResponse) => void, string]>([
    ['refuses', (response) => response.writeHead(403).end('no'), 'forbidden'],
    ['fails', (response) => response.writeHead(500).end('no'), 'failed'],
    ['says what is no JSON', (response) => response.end('<html>'), 'malformed'],
    ['breaks off', (response) => response.destroy(), 'unreachable'],
    ['says nothing', () => undefined, 'unreachable'],
  ])('that %s is a fault of its own', async (_what, what, kind) => {
    answer = what;
    await expect(asked()).rejects.toMatchObject({ kind });
  });
});
