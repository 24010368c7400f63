import { z } from 'zod';
import { findServer, isAlive, readServerFile, type ServerFacts } from '../server-file';
import { type Check, failed, type Finding, ok, skipped, warning } from './check';

const ASK_MS = 4_000;

const readiness = z.looseObject({
  status: z.string(),
  checks: z.record(z.string(), z.unknown()),
  gitops_last_sync_seconds: z.number().optional(),
});

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

async function ask(server: ServerFacts): Promise<Finding> {
  const name = describeServer(server);
  const said = await readyz(server.url);
  if (!said) return failed(`${name} gives no answer to /readyz that can be read`, 'Look at its log.');
  const details = { pid: server.pid, url: server.url, started_at: server.startedAt, readyz: said.body };
  const { checks, gitops_last_sync_seconds: seconds } = said.body;
  const parts = Object.entries(checks).flatMap(([check, state]) =>
    typeof state === 'string' ? [`${check} ${state}`] : [],
  );
  const asked = seconds === undefined ? [] : [`repository asked ${seconds} s ago`];
  const found = `${name}: ${[said.body.status, ...parts, ...asked].join(', ')}`;
  if (!said.isReady) return failed(found, 'It refuses to work until that is mended; its log says more.', { details });
  const isWell = Object.values(checks).every((state) => typeof state !== 'string' || state === 'ok');
  return isWell ? ok(found, { details }) : warning(found, 'The checks below say why; its log says more.', { details });
}

async function readyz(url: string): Promise<{ isReady: boolean; body: z.infer<typeof readiness> } | undefined> {
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
