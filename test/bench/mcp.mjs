/**
 * CPU time of the server process per request, through the whole program (authentication, scoping, audit, rate limits), beside what the
 * same machine needs for a bare echo and a bare SDK server, and beside two servers of the same field from npm. Prints tables and ratios.
 *
 *   npm run bench:mcp -- --requests 3000 --rounds 3 --connections 16 --load-minutes 1 --no-peers
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bareSdkServer, echoServer, mctlServer } from './lib/bench-servers.mjs';
import { measureLoad, median } from './lib/load.mjs';
import { installPeers } from './lib/peers.mjs';
import { startTimes } from './lib/start-times.mjs';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '3000' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
    starts: { type: 'string', default: '5' },
    'load-minutes': { type: 'string', default: '1' },
    'no-peers': { type: 'boolean', default: false },
  },
});
const requests = Number(values.requests);
const rounds = Number(values.rounds);
const connections = Number(values.connections);

const folder = mkdtempSync(join(tmpdir(), 'mctl-bench-mcp-'));
const running = [];
try {
  const starts = await startTimes(join(folder, 'start'), Number(values.starts));
  console.table(starts);
  const { peers, missing } = values['no-peers']
    ? { peers: [], missing: [] }
    : await installPeers(join(folder, 'peers'));
  const rows = await rowsOf(await startAll(peers));
  console.table(rows);
  for (const line of missing) console.log(line);
  console.table(await afterLoad(Number(values['load-minutes'])));
} finally {
  for (const { stop } of running) await stop();
  rmSync(folder, { recursive: true, force: true });
}

async function startAll(peers) {
  const targets = [];
  for (const start of [echoServer, bareSdkServer, () => mctlServer(join(folder, 'data')), ...peers]) {
    const server = await start();
    running.push(server);
    for (const call of server.calls) targets.push({ server, call });
  }
  return targets;
}

/** Rounds alternate between the targets, so that a slow minute of the machine is everybody's. */
async function rowsOf(targets) {
  const idle = new Map(targets.map(({ server }) => [server, server.memory()]));
  const taken = new Map(targets.map((target) => [target, []]));
  for (const { server, call } of targets) await measureLoad(server, call, { requests: 500, connections });
  for (let round = 0; round < rounds; round += 1) {
    for (const target of targets) {
      const figures = await measureLoad(target.server, target.call, { requests, connections });
      taken.get(target).push(figures);
    }
  }
  const medians = targets.map((target) => ({ ...target, ...medianOf(taken.get(target)) }));
  const echo = medians[0].cpu;
  return medians.map(({ server, call, cpu, perSecond, p50, p99 }) => ({
    server: server.name,
    request: call.name,
    'CPU ms': cpu.toFixed(3),
    '× echo': (cpu / echo).toFixed(0),
    'req/s': perSecond.toFixed(0),
    'p50 ms': p50.toFixed(1),
    'p99 ms': p99.toFixed(1),
    'answer bytes': call.bytes,
    'RSS MB idle': idle.get(server),
    'RSS MB after': server.memory(),
  }));
}

function medianOf(figures) {
  const of = (name) => median(figures.map((each) => each[name]));
  return { cpu: of('cpu'), perSecond: of('perSecond'), p50: of('p50'), p99: of('p99') };
}

/** Every call of ours in turn, for some minutes, as clients would mix them. */
async function afterLoad(minutes) {
  const server = running.find(({ name }) => name === 'mctl');
  const until = performance.now() + minutes * 60_000;
  let sent = 0;
  while (performance.now() < until) {
    for (const call of server.calls) {
      await measureLoad(server, call, { requests: 500, connections });
      sent += 500;
    }
  }
  return [{ 'load minutes': minutes, requests: sent, 'RSS MB': server.memory(), 'RSS MB peak': server.memoryPeak() }];
}
