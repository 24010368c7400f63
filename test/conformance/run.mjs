import { FixtureServer } from './lib/fixture-server.mjs';
import { startProxy } from './lib/proxy.mjs';
import { report } from './lib/report.mjs';
import { runSet } from './lib/suite.mjs';

/** What is run: each revision as it is deployed by default, and the older one with sessions. */
const RUNS = [
  { sessions: false, revisions: ['2026-07-28', '2025-11-25'] },
  { sessions: true, revisions: ['2025-11-25'] },
];

/**
 * Runs the official conformance suite against the built product. Answers the lines of its report and, apart, what is wrong: a
 * scenario that failed or that did not run.
 */
export async function conformance() {
  const runs = [];
  for (const { sessions, revisions } of RUNS) {
    const server = await FixtureServer.start(sessions ? { MCTL_MCP_SESSIONS: '100' } : {});
    const proxy = await startProxy(server.url, server.token);
    try {
      for (const revision of revisions) {
        runs.push({ revision, sessions, ...(await runSet(revision, `${proxy.url}/mcp`)) });
      }
    } finally {
      proxy.stop();
      await server.stop();
    }
  }
  const { lines, problems } = report(runs);
  const isSilent = runs.some(({ scenarios }) => scenarios.every(({ checks }) => !checks));
  return { lines, problems: isSilent ? [...problems, ...runs.map(({ output }) => output)] : problems };
}
