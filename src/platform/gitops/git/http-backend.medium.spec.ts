import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackendFailure, serveRead } from './http-backend';

/** What stands in the place of git, for what a real one does only on a bad day. */
const HANGS = 'echo $$ > "$0.pid"; exec sleep 600';
const DIES = 'echo "fatal: bad object" >&2; exit 128';
const DIES_HALFWAY = 'printf "Status: 200 OK\\r\\nContent-Type: text/x-half\\r\\n\\r\\nhalf"; exit 1';
const SAYS_NOTHING = 'printf "no head at all"';

describe('serveRead', () => {
  let folder: string;
  let server: Server;
  let outcome: Promise<unknown>;
  const path = process.env.PATH;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mctl-backend-'));
    process.env.PATH = `${folder}:${path}`;
    let settle: (value: unknown) => void;
    outcome = new Promise((resolve) => (settle = resolve));
    server = createServer((request, response) => {
      const options = { gitDir: join(folder, 'x.git'), timeoutMs: limit, maxBody: 100 };
      serveRead('info/refs', { request, response }, options).then(
        () => settle('answered'),
        (error: unknown) => {
          settle(error);
          if (response.headersSent) response.destroy();
          else response.writeHead(503).end();
        },
      );
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });

  afterEach(async () => {
    process.env.PATH = path;
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    rmSync(folder, { recursive: true, force: true });
  });

  let limit = 60_000;
  const gitIs = (script: string) => writeFileSync(join(folder, 'git'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const reason = async () => ((await outcome) as BackendFailure).reason;

  function isThere(): boolean {
    try {
      process.kill(Number(readFileSync(join(folder, 'git.pid'), 'utf8')), 0);
      return true;
    } catch {
      return false;
    }
  }

  it('ends git with a client that leaves, though git writes nothing', async () => {
    gitIs(HANGS);
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    while (!existsSync(join(folder, 'git.pid')) || !isThere()) await new Promise((next) => setTimeout(next, 5));
    socket.destroy();
    expect(await reason()).toBe('left');
    expect(isThere()).toBe(false);
  });

  it('ends git where it takes too long', async () => {
    gitIs(HANGS);
    limit = 200;
    const answered = fetch(url());
    expect(await reason()).toBe('timeout');
    limit = 60_000;
    expect((await answered).status).toBe(503);
    expect(isThere()).toBe(false);
  });

  it.each([DIES, SAYS_NOTHING])('tells a failure before anything was answered: %s', async (script) => {
    gitIs(script);
    expect((await fetch(url())).status).toBe(503);
    expect(await reason()).toBe('failed');
  });

  it('keeps what git said of it', async () => {
    gitIs(DIES);
    await fetch(url());
    expect(((await outcome) as BackendFailure).stderr).toContain('fatal: bad object');
  });

  it('cuts an answer off that git did not end well', async () => {
    gitIs(DIES_HALFWAY);
    const answer = await fetch(url());
    expect(answer.headers.get('content-type')).toBe('text/x-half');
    await expect(answer.text()).rejects.toThrow();
    expect(await reason()).toBe('failed');
  });

  it('is a failure where there is no git', async () => {
    process.env.PATH = folder;
    const [answer] = await Promise.all([fetch(url()), outcome]);
    expect(answer.status).toBe(503);
  });

  it('takes a head that comes in pieces', async () => {
    gitIs('printf "Content-Type: text/x-pi"; sleep 0.05; printf "eces\\r\\n\\r"; sleep 0.05; printf "\\nbody"');
    const answer = await fetch(url());
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      'text/x-pieces',
      'body',
    ]);
    expect(await outcome).toBe('answered');
  });
});
