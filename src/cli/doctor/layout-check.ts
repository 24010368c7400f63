import { setImmediate as breathe } from 'node:timers/promises';
import { countPaths, type FileProblem, inspecting, type Layout, type World } from '../../platform/gitops';
import { type Check, type Finding, ok, skipped, warning } from './check';

const SHOWN_FILES = 20;
/** A file takes about a millisecond. */
const INSPECTION_MS = 12_000;
const FILES_AT_ONCE = 50;

/** Whether the repository has what Argo CD needs to apply it, and every file means what its path says. */
export const layoutCheck: Check = {
  name: 'repository layout',
  settings: ['MCTL_GITOPS_ROOT'],
  after: ['fetch'],
  limitMs: INSPECTION_MS + 2_000,
  async run({ copy }) {
    if (copy?.world.head === undefined) return skipped('nothing is in the repository yet');
    const { world } = copy;
    const needed = neededFiles(world.layout);
    const present = await copy.present(needed);
    const missing = needed.filter((path) => !present.has(path));
    const problems = await inspect(world, Date.now() + INSPECTION_MS);
    if (!problems) return tooLarge(world, missing);
    const details = { ...count(world), missing, problem_count: problems.length, problems };
    const found = describe(world, missing, problems);
    if (missing.length === 0 && problems.length === 0) return ok(found, { details });
    return warning(found, fixOf(world.layout, missing, present.size === 0), {
      lines: lines(missing, problems),
      details,
    });
  },
};

/** In small steps, so that the other checks' clocks go on; undefined where the time is not enough for all files. */
async function inspect(world: World, end: number): Promise<readonly FileProblem[] | undefined> {
  const steps = inspecting(world);
  for (let files = 1; Date.now() < end; files += 1) {
    const step = steps.next();
    if (step.done) return step.value;
    if (files % FILES_AT_ONCE === 0) await breathe();
  }
  return undefined;
}

function tooLarge(world: World, missing: readonly string[]): Finding {
  return warning(
    `${describe(world, missing, [])}; too many files to look at each of them in ${INSPECTION_MS / 1000} s`,
    'GET /readyz?verbose of a running server names what is wrong, to administrators.',
    { details: { ...count(world), missing }, lines: lines(missing, []) },
  );
}

/** Without these Argo CD applies nothing of what MCTL commits; `mctl init` writes them. */
function neededFiles(layout: Layout): string[] {
  const files = ['tenant', 'service'].map((chart) => `charts/${chart}/Chart.yaml`);
  const sets = ['tenants', 'services'].map((name) => `argocd/applicationsets/${name}.yaml`);
  return [...files, ...sets].map((path) => layout.under(path));
}

function count(world: World): { tenants: number; services: number } {
  const teams = world.teams();
  return { tenants: teams.length, services: teams.reduce((sum, team) => sum + world.serviceNames(team).length, 0) };
}

function describe(world: World, missing: readonly string[], problems: readonly FileProblem[]): string {
  const { tenants, services } = count(world);
  const facts = [
    `${plural(tenants, 'tenant')}, ${plural(services, 'service')}`,
    ...(missing.length > 0 ? [`${plural(missing.length, 'file')} missing`] : []),
    ...affected(problems, 'broken'),
    ...affected(problems, 'odd'),
  ];
  return facts.join(', ');
}

/** Files as `/readyz` counts them; the findings on them where a file has more than one. */
function affected(problems: readonly FileProblem[], severity: FileProblem['severity']): string[] {
  const files = countPaths(problems, severity);
  if (files === 0) return [];
  const findings = problems.filter((problem) => problem.severity === severity).length;
  return [`${plural(files, `${severity} file`)}${findings > files ? ` (${plural(findings, 'finding')})` : ''}`];
}

function lines(missing: readonly string[], problems: readonly FileProblem[]): string[] {
  const all = [
    ...missing.map((path) => `missing: ${path}`),
    ...problems.map(
      ({ severity, message, path }) => `${severity}: ${message.includes(path) ? message : `${path}: ${message}`}`,
    ),
  ];
  const rest = all.length - SHOWN_FILES;
  return rest > 0 ? [...all.slice(0, SHOWN_FILES), `and ${rest} more: mctl doctor --json has all`] : all;
}

function fixOf({ root }: Layout, missing: readonly string[], isBare: boolean): string {
  if (missing.length === 0) {
    return 'Mend these files in the repository; MCTL leaves them as they are and works with the others.';
  }
  const elsewhere = isBare ? `, or set MCTL_GITOPS_ROOT (now: ${root || 'the top'}) if they are in another folder` : '';
  return `mctl init adds what is missing and keeps what is there${elsewhere}. Leave it where Argo CD applies this by other means.`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
