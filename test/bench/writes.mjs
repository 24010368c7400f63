/**
 * From REST call to pushed commit, against the embedded repository, a file remote and `git http-backend`, in repositories of several
 * sizes: one writer, then 64 at once, deploying tag after tag. Prints a table and the ratios; those say more than the rows.
 *
 *   npm run bench:writes -- --services 10,1000,10000 --repositories embedded,file,http --writers 64 --deploys 10
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadTypeScript } from './lib/load-typescript.mjs';
import { Program } from './lib/program.mjs';

const HTTP_BACKEND = resolve(import.meta.dirname, '../../src/platform/gitops/git/testing/http-backend.ts');
const { generateRepository, shapeOf } = loadTypeScript(
  resolve(import.meta.dirname, '../support/generate-repository.ts'),
);
const ALONE = 30;
const PAGES = 100;
/** The smallest repository has no more services than this. */
const PAGE = 10;

const { values } = parseArgs({
  options: {
    services: { type: 'string', default: '10,1000,10000' },
    repositories: { type: 'string', default: 'embedded,file,http' },
    writers: { type: 'string', default: '64' },
    deploys: { type: 'string', default: '10' },
  },
});
const sizes = values.services.split(',').map(Number);
const kinds = values.repositories.split(',');
const writers = Number(values.writers);
const deploys = Number(values.deploys);

const folder = mkdtempSync(join(tmpdir(), 'mctl-bench-'));
try {
  const rows = [];
  for (const services of sizes) {
    const original = join(folder, `${services}.git`);
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', original]);
    const { commits } = await generateRepository(original, { services });
    for (const kind of kinds) rows.push(await measure(kind, services, original, commits));
    rmSync(original, { recursive: true, force: true });
  }
  console.table(rows);
  console.table(kinds.flatMap((kind) => growthOf(rows.filter((row) => row.repository === kind))));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(kind, services, original, history) {
  const here = mkdtempSync(join(folder, 'run-'));
  const dataDir = join(here, 'data');
  const remote = await place(kind, original, here, dataDir);
  const program = await Program.start(dataDir, remote.environment);
  const shape = shapeOf(services).services;
  const startMemory = program.memory().now;
  const inspected = await program.inspected();

  const alone = [];
  for (let index = 0; index <= ALONE; index += 1) {
    alone.push(await program.execute('deploy-service', deployOf(shape[index % shape.length], `2.${index}.0`)));
  }
  const pages = [];
  for (let index = 0; index < PAGES; index += 1) pages.push(await program.list(PAGE));
  const many = await writeTogether(program, shape);
  const row = {
    repository: kind,
    services,
    history,
    'start s': (program.startMs / 1000).toFixed(1),
    'inspected s': inspected.toFixed(0),
    'one writer p50 ms': percentile(alone.slice(1), 0.5),
    [`${writers} writers/s`]: many.perSecond,
    'p50 ms': percentile(many.latencies, 0.5),
    'p99 ms': percentile(many.latencies, 0.99),
    'page p50 ms': percentile(pages, 0.5),
    'RSS start MB': startMemory,
    'RSS peak MB': program.memory().peak,
  };
  await program.stop();
  await remote.close();
  rmSync(here, { recursive: true, force: true });
  return row;
}

/** A fresh copy of the repository where this kind of remote has it. */
async function place(kind, original, here, dataDir) {
  mkdirSync(dataDir, { mode: 0o700 });
  const path = kind === 'embedded' ? join(dataDir, 'gitops.git') : join(here, 'remote.git');
  cpSync(original, path, { recursive: true });
  if (kind === 'embedded') return { environment: {}, close: () => undefined };
  if (kind === 'file') return { environment: { MCTL_GITOPS_REMOTE: path }, close: () => undefined };
  execFileSync('git', ['--git-dir', path, 'config', 'http.receivepack', 'true']);
  const server = await loadTypeScript(HTTP_BACKEND).startHttpBackend({ root: here });
  return { environment: { MCTL_GITOPS_REMOTE: `${server.url}/remote.git` }, close: () => server.close() };
}

async function writeTogether(program, shape) {
  const latencies = [];
  const started = performance.now();
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      const service = shape[writer % shape.length];
      for (let index = 0; index < deploys; index += 1) {
        latencies.push(await program.execute('deploy-service', deployOf(service, `3.${writer}.${index}`)));
      }
    }),
  );
  return { latencies, perSecond: (latencies.length / ((performance.now() - started) / 1000)).toFixed(1) };
}

function deployOf(service, tag) {
  return { action: 'deploy', ...service, image_tag: tag };
}

function percentile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1));
}

/** How much more the largest repository costs than the smallest of the same kind. */
function growthOf(rows) {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === last) return [];
  const ratio = (column) => Number((last[column] / first[column]).toFixed(2));
  return [
    {
      repository: first.repository,
      from: first.services,
      to: last.services,
      'one writer': ratio('one writer p50 ms'),
      'together, p50': ratio('p50 ms'),
      page: ratio('page p50 ms'),
    },
  ];
}
