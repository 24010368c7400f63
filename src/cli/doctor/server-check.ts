import { z } from 'zod';
import { findServer, isAlive, readServerFile, type ServerFacts } from '../server-file';
import { type Check, failed, type Finding, ok, skipped, warning } from './check';

const ASK_MS = 4_000;

const readiness = z.looseObject({
  status: z.string(),
  checks: z.record(z.string(), z.unknown()),
  gitops_last_sync_seconds: z.number().optional(),
  gitops_failing_since: z.string().optional(),
  gitops_failing_reason: z.string().optional(),
  gitops_failing_fix: z.string().optional(),
});

type Readiness = z.infer<typeof readiness>;

/** Whether a server runs on this data folder, and what it says about itself. */
export const serverCheck: Check = {
  name: 'server',
  settings: ['MCTL_DATA_DIR'],
  limitMs: 7_000,
  async run(patient) {
    const { dataDir } = patient.config;
    patient.server = await findServer(dataDir);
    if (patient.server) return ask(patient.server);
    const left = readServerFile(dataDir);
    if (!left) return skipped('none runs on this data folder');
    if (!isAlive(left.pid)) return skipped('none runs on this data folder; the last one was killed');
    return warning(
      `process ${left.pid} does not answer at ${left.url}, where the server of this data folder listened`,
      'If it is MCTL, it hangs: look at its log and restart it. If not, the next start replaces server.json.',
    );
  },
};

/** What a server that answers says about itself. @throws nothing: no answer is a finding, too. */
export async function ask(server: ServerFacts): Promise<Finding> {
  const name = describeServer(server);
  const said = await readyz(server.url);
  if (!said) return failed(`${name} gives no answer to /readyz that can be read`, 'Look at its log.');
  const { checks, gitops_failing_fix: fix } = said.body;
  const details = { pid: server.pid, url: server.url, started_at: server.startedAt, readyz: said.body };
  const found = `${name}: ${facts(said.body).join(', ')}`;
  if (!said.isReady) return failed(found, 'It refuses to work until that is mended; its log says more.', { details });
  const isWell = Object.values(checks).every((state) => typeof state !== 'string' || state === 'ok');
  if (isWell) return ok(found, { details });
  return warning(found, fix ?? 'The checks below say why; its log says more.', { details });
}

function facts(said: Readiness): string[] {
  const seconds = said.gitops_last_sync_seconds;
  const { gitops_failing_since: since, gitops_failing_reason: reason } = said;
  return [
    said.status,
    ...Object.entries(said.checks).flatMap(([check, state]) =>
      typeof state === 'string' ? [`${check} ${state}`] : [],
    ),
    ...(seconds === undefined ? [] : [`repository asked ${seconds} s ago`]),
    ...(since === undefined ? [] : [`failing since ${since}: ${reason ?? 'it does not say why'}`]),
  ];
}

async function readyz(url: string): Promise<{ isReady: boolean; body: Readiness } | undefined> {
  try {
    const response = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(ASK_MS), redirect: 'error' });
    return { isReady: response.ok, body: readiness.parse(await response.json()) };
  } catch {
    return undefined;
  }
}

export function describeServer({ pid, url, startedAt }: ServerFacts): string {
  return `process ${pid}, ${url}, since ${startedAt}`;
}
