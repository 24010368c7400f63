import { Conflict } from '../platform/errors';
import { type DatabaseFile, parseDocuments, type Service, textAt, type World } from '../platform/gitops';
import { defineOperation, type PlanContext } from '../platform/operations/operation';
import type { Destroyed, Plan, Warning } from '../platform/operations/plan';
import { secretPath } from '../platform/secrets/secret-store';
import { planCancelledOnboarding } from './cancel-onboarding.plan';
import { joinedName, serviceNotFound } from './name.policy';
import { RetireServiceAnswer, RetireServiceInput } from './operations.dto';
import type { SecretFacts } from './secret-values.policy';

export const retireService = defineOperation({
  name: 'retire-service',
  tool: 'mctl_retire_service',
  title: 'Retire Service',
  description:
    'Remove a service with hosts, previews and custom domains; its database stays. To pause it, scale to 0. Answers the plan and a confirm_token first.',
  kind: 'destructive',
  risk: 'high',
  role: 'owner',
  idempotent: false,
  input: RetireServiceInput,
  answer: RetireServiceAnswer,
  paths: [
    'services/{team}/{service}/',
    'services/{team}/{service}.onboarding.yaml',
    'previews/{team}/{service}-{id}/',
    'domains/{host}.yaml',
  ],
  target: ({ team, service }) => `${team}/${service}`,
  plan,
});

function plan({ input, world, facts }: PlanContext<RetireServiceInput, SecretFacts | undefined>): Plan {
  const { team, service: name } = input;
  if (!world.hasService(team, name)) {
    const cancelled = planCancelledOnboarding(world, input, facts);
    if (cancelled) return cancelled;
    throw serviceNotFound(world, team, name);
  }
  const { service, warnings } = readOrWarn(world, team, name);
  const previews = previewsOf(world, team, name);
  const domains = domainsOf(world, team, name);
  const hosts = service?.hosts ?? [];
  const secretNames = service?.secretNames ?? [];
  const stored = (facts?.stored ?? []).map((secret) => secret.name);
  const destroys = [
    { kind: 'service', name: `${team}/${name}` },
    { kind: 'argocd_application', name: joinedName(team, name) },
    ...named('host', hosts),
    ...named('secret_reference', secretNames),
    ...named('secret_value', input.delete_secrets ? stored : []),
    ...named('preview', previews),
    ...named('domain', domains.hosts),
  ];
  return {
    changes: filesOf(world, input, previews, domains.hosts).map((path) => ({ path })),
    subject: `retire(${team}/${name})`,
    summary: `${team}/${name} goes, with ${inWords(destroys.slice(1))}.`,
    warnings: [
      ...warnings,
      ...domains.warnings,
      ...databaseKept(world, input, service),
      ...valuesKept(input, secretNames, stored),
    ],
    destroys,
    nextActions: [{ tool: 'mctl_list_services', arguments: { team }, why: 'see what the team still has' }],
    answer: {
      application: joinedName(team, name),
      hosts: [...hosts],
      secret_names: [...secretNames],
    },
  };
}

function filesOf(
  world: World,
  { team, service }: RetireServiceInput,
  previews: readonly string[],
  hosts: readonly string[],
): string[] {
  const folders = previews.map((preview) => world.layout.under(`previews/${team}/${preview}/`));
  return [
    ...[world.layout.serviceFolder(team, service), ...folders].flatMap((folder) => world.filesUnder(folder)),
    ...hosts.map((host) => world.layout.under(`domains/${host}.yaml`)),
    ...[world.layout.onboardingFile(team, service)].filter((path) => world.file(path)),
  ];
}

/** A service whose file is broken can go as well; the plan then says what it could not list. */
function readOrWarn(world: World, team: string, name: string): { service?: Service; warnings: Warning[] } {
  try {
    return { service: world.service(team, name), warnings: [] };
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    const message = `${error.message} Its hosts and secret references go as well, but cannot be listed.`;
    return { warnings: [{ code: 'unreadable_file', message }] };
  }
}

/** E.g. `1 argocd application, 2 hosts`. */
function inWords(destroyed: readonly Destroyed[]): string {
  const kinds = [...new Set(destroyed.map(({ kind }) => kind))];
  const counts = kinds.map((kind) => ({ kind, count: destroyed.filter((each) => each.kind === kind).length }));
  return counts.map(({ kind, count }) => `${count} ${kind.replaceAll('_', ' ')}${count === 1 ? '' : 's'}`).join(', ');
}

function named(kind: string, names: readonly string[]): Destroyed[] {
  return names.map((name) => ({ kind, name }));
}

/** Folders `{service}-{id}`; an id has no hyphen, so `api-x-abc123` is none of `api`. */
function previewsOf(world: World, team: string, service: string): string[] {
  return world
    .list(world.layout.under(`previews/${team}/`))
    .filter((name) => name.endsWith('/') && name.startsWith(`${service}-`))
    .map((name) => name.slice(0, -1))
    .filter((name) => /^[a-z0-9]{6}$/.test(name.slice(service.length + 1)));
}

interface Domains {
  readonly hosts: readonly string[];
  readonly warnings: readonly Warning[];
}

/** The custom domains that name this service. */
function domainsOf(world: World, team: string, service: string): Domains {
  const candidates = world
    .list(world.layout.under('domains/'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({
      host: name.slice(0, -'.yaml'.length),
      text: world.text(world.layout.under(`domains/${name}`)) ?? '',
    }))
    // Parsing ten thousand small files to find one would take seconds.
    .filter(({ text }) => text.includes(team) && text.includes(service))
    .map(({ host, text }) => ({ host, documents: parseDocuments(text) }));
  const hosts = candidates
    .filter(({ documents }) =>
      documents.some((data) => textAt(data, 'team') === team && textAt(data, 'service') === service),
    )
    .map(({ host }) => host);
  const broken = candidates.filter(({ documents }) => documents.length === 0).length;
  // Which ones stays unsaid: they may be another team's.
  const message = `${broken} domain ${broken === 1 ? 'file' : 'files'} that may belong to this service cannot be read and stay.`;
  return { hosts, warnings: broken === 0 ? [] : [{ code: 'unreadable_file', message }] };
}

function databaseKept(world: World, input: RetireServiceInput, service: Service | undefined): Warning[] {
  const database = world.databaseOf(input.team, input.service);
  const hasDatabase = database !== undefined || service?.hasDatabase === true;
  return hasDatabase ? [{ code: 'database_kept', message: keptDatabase(database) }] : [];
}

function keptDatabase(database: DatabaseFile | undefined): string {
  const named = database ? ` ${database.name}` : '';
  const again = database ? ' A service of this name that asks for a database gets it back.' : '';
  return `The database${named} and its data are kept, with its credential; they outlive the team as well, until an administrator removes them.${again}`;
}

/** Values that somebody put into the cluster's secret store past MCTL are out of its reach. */
function valuesKept(
  { team, service, delete_secrets }: RetireServiceInput,
  referenced: readonly string[],
  stored: readonly string[],
): Warning[] {
  const ours = delete_secrets ? [] : stored;
  const others = referenced.filter((name) => !stored.includes(name));
  const path = secretPath({ team, service });
  const messages = [
    ours.length > 0 && `Values of ${ours.join(', ')} stay with MCTL and are used again by a service of this name.`,
    others.length > 0 &&
      `Values of ${others.join(', ')} were not entered through MCTL; what is at ${path} in the secret store stays there.`,
  ].filter((message) => message !== false);
  return messages.length === 0 ? [] : [{ code: 'secret_values_kept', message: messages.join(' ') }];
}
