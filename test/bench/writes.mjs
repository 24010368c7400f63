/**
 * Commits per second through the REST door, from call to pushed commit: W writers, each deploying tag after tag to a service of its
 * own, against the embedded repository and against a file remote. Prints one table; the ratio between the rows says more than the rows.
 *
 *   npm run bench:writes -- [writers=64] [deploys per writer=10]
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const dist = resolve(import.meta.dirname, '../../dist');
const require = createRequire(import.meta.url);
const [writers = 64, deploys = 10] = process.argv.slice(2).map(Number);

async function start(environment) {
  const dataDir = mkdtempSync(join(tmpdir(), 'mctl-bench-'));
  const child = spawn(process.execPath, [join(dist, 'main.js'), '--quiet'], {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      MCTL_DATA_DIR: dataDir,
      MCTL_WRITES_PER_MINUTE: '1000000',
      LOG_LEVEL: 'error',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /(http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (url) return { dataDir, child, url, token: await adminToken(dataDir) };
  }
  throw new Error('the program ended before it listened');
}

function adminToken(dataDir) {
  const { Keys } = require(join(dist, 'platform/keys'));
  const { LocalIssuer } = require(join(dist, 'platform/auth/local-issuer'));
  const { readConfig } = require(join(dist, 'platform/config'));
  return new LocalIssuer(Keys.open(dataDir), readConfig({ MCTL_DATA_DIR: dataDir })).sign('admin', 3_600_000);
}

async function execute({ url, token }, operation, input) {
  const response = await fetch(`${url}/api/v1/operations/${operation}/execute`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...input, wait_seconds: 25 }),
  });
  const answer = await response.json();
  if (answer.operation?.status !== 'succeeded') throw new Error(JSON.stringify(answer).slice(0, 400));
}

async function measure(name, environment) {
  const program = await start(environment);
  const teams = Array.from({ length: writers }, (_, index) => `team-${index}`);
  for (const team of teams) await execute(program, 'create-tenant', { team });
  const image = 'registry.example.org/app';
  await Promise.all(
    teams.map((team) =>
      execute(program, 'deploy-service', { action: 'onboard', team, service: 'api', image, image_tag: '0' }),
    ),
  );
  const latencies = [];
  const started = performance.now();
  await Promise.all(
    teams.map(async (team) => {
      for (let tag = 1; tag <= deploys; tag++) {
        const begun = performance.now();
        await execute(program, 'deploy-service', { action: 'deploy', team, service: 'api', image_tag: String(tag) });
        latencies.push(performance.now() - begun);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${program.child.pid}/status`, 'utf8'))?.[1];
  program.child.kill('SIGTERM');
  await once(program.child, 'exit');
  rmSync(program.dataDir, { recursive: true, force: true });
  return {
    repository: name,
    writers,
    commits: latencies.length,
    'commits/s': (latencies.length / seconds).toFixed(1),
    'p50 ms': Math.round(latencies[Math.floor(latencies.length / 2)]),
    'p99 ms': Math.round(latencies[Math.floor(latencies.length * 0.99)]),
    'RSS MB': Math.round(Number(rss) / 1024),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'mctl-remote-'));
const remote = join(folder, 'gitops.git');
execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
const rows = [await measure('embedded', {}), await measure('file remote', { MCTL_GITOPS_REMOTE: remote })];
rmSync(folder, { recursive: true, force: true });
console.table(rows);
