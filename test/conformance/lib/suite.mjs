import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { capture } from '../../../scripts/lib/process.mjs';

const suite = dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json'));
const oldNode = resolve(import.meta.dirname, 'old-node.mjs');
const SCENARIO_LIMIT_MS = 15_000;

/** What a requirement set asks of a server: every scenario by name, with the suite's reason where it runs unscored. */
export function requirements(revision) {
  const { server, not_scored: unscored } = parse(readFileSync(join(suite, `requirements/${revision}.yaml`), 'utf8'));
  return [
    ...server.map((scenario) => ({ scenario })),
    ...unscored.filter(({ leg }) => leg === 'server').map(({ scenario, reason }) => ({ scenario, unscored: reason })),
  ];
}

/**
 * Runs one requirement set against an endpoint. Answers every scenario that the set names with its checks; one without checks did
 * not run. The suite's own files are read, not its summary: that one has no word for a scenario that is missing.
 */
export async function runSet(revision, url) {
  const results = mkdtempSync(join(tmpdir(), 'mctl-conformance-results-'));
  try {
    const run = ['server', '--url', url, '--requirements', revision, '--timeout', String(SCENARIO_LIMIT_MS)];
    const args = ['--import', oldNode, join(suite, 'dist/index.js'), ...run, '--output-dir', results];
    const { output } = await capture(process.execPath, args);
    const checks = readChecks(results);
    const scenarios = requirements(revision).map((each) => ({ ...each, checks: checks.get(each.scenario) }));
    return { scenarios, output };
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

/** Folders are named `server-{scenario}-{time}`. */
function readChecks(results) {
  const entries = readdirSync(results).map((folder) => {
    const name = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(folder)?.[1];
    return [name, JSON.parse(readFileSync(join(results, folder, 'checks.json'), 'utf8'))];
  });
  return new Map(entries);
}
