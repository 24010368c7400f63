import 'reflect-metadata';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CHART_SCHEMA, withSettingNames } from './cli/chart-schema';
import { GOLDEN_TOOLS, generatedFiles, README, withToolTable } from './cli/generated-files';
import { METRICS, withMetricsTable } from './cli/metrics-table';
import { withScratchApp } from './cli/scratch-app';
import { specsIn, withSecurityTable } from './cli/security-checklist';
import { Metrics } from './platform/metrics/metrics';
import { packageRoot } from './platform/package-root';

const SECURITY = 'docs/security.md';
/** Helm reads only what lies in the chart's own folder. */
const COPIES = [
  ['deploy/grafana/mctl.json', 'deploy/helm/mctl/files/dashboard.json'],
  ['deploy/prometheus/mctl-rules.yaml', 'deploy/helm/mctl/files/rules.yaml'],
] as const;

/** Writes everything that follows from the declarations, and names what changed. Running it again changes nothing. */
async function main(): Promise<void> {
  const { files, tools, registry } = await withScratchApp((app) => ({
    ...generatedFiles(app),
    registry: app.get(Metrics).registry,
  }));
  if (existsSync(at(README))) files.set(README, withToolTable(readFileSync(at(README), 'utf8'), tools));
  if (existsSync(at(SECURITY))) {
    files.set(SECURITY, withSecurityTable(readFileSync(at(SECURITY), 'utf8'), specsIn(packageRoot)));
  }
  if (existsSync(at(METRICS))) files.set(METRICS, withMetricsTable(readFileSync(at(METRICS), 'utf8'), registry));
  files.set(CHART_SCHEMA, withSettingNames(readFileSync(at(CHART_SCHEMA), 'utf8')));
  for (const [from, to] of COPIES) if (existsSync(at(from))) files.set(to, readFileSync(at(from), 'utf8'));
  const stale = goldens().filter((path) => !files.has(path));
  const changed = [...files].filter(([path, text]) => textOf(path) !== text);
  for (const path of stale) rmSync(at(path));
  for (const [path, text] of changed) write(path, text);
  const lines = [...changed.map(([path]) => `wrote ${path}`), ...stale.map((path) => `removed ${path}`)];
  process.stdout.write(`${lines.length > 0 ? lines.sort().join('\n') : 'everything was up to date'}\n`);
}

function at(path: string): string {
  return join(packageRoot, path);
}

function goldens(): string[] {
  return existsSync(at(GOLDEN_TOOLS)) ? readdirSync(at(GOLDEN_TOOLS)).map((name) => `${GOLDEN_TOOLS}/${name}`) : [];
}

function textOf(path: string): string | undefined {
  return existsSync(at(path)) ? readFileSync(at(path), 'utf8') : undefined;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
