import { NotFound } from '../platform/errors';
import { parseDocuments, textAt, type World } from '../platform/gitops';
import { WriteAnswer } from '../platform/operations/answer.dto';
import { defineOperation, type PlanContext } from '../platform/operations/operation';
import type { Destroyed, Plan, Warning } from '../platform/operations/plan';
import { noteLeftOver } from '../provisioning';
import { DeleteTenantInput } from './tenants.dto';

export const deleteTenant = defineOperation({
  name: 'delete-tenant',
  tool: 'mctl_delete_tenant',
  title: 'Delete Tenant',
  description:
    'Delete a team with services, domains, previews and namespace. Cannot be undone; data in PostgreSQL stays. Answers the plan and a confirm_token first.',
  kind: 'destructive',
  risk: 'high',
  role: 'owner',
  idempotent: false,
  input: DeleteTenantInput,
  answer: WriteAnswer,
  paths: [
    'tenants/{team}/',
    'services/{team}/',
    'previews/{team}/',
    'databases/{team}/',
    'databases/{team}.left-over.yaml',
    'domains/{host}.yaml',
    'argocd/projects/{team}.yaml',
    'argo-workflows/sso-team-{team}.yaml',
  ],
  target: ({ team }) => team,
  plan,
});

/** What a plan knows of values of the team's secrets: whose they are. */
export interface TenantSecrets {
  readonly stored: readonly { readonly service: string; readonly name: string }[];
  /** Those that came past MCTL as well; undefined = no. */
  readonly isAll?: boolean;
}

function plan({ input: { team }, world, facts }: PlanContext<DeleteTenantInput, TenantSecrets | undefined>): Plan {
  if (!world.hasTenant(team)) {
    throw new NotFound(`There is no team ${team}.`, { code: 'team_not_found', field: 'team', got: team });
  }
  const { layout } = world;
  const domains = domainFilesOf(world, team);
  const own = [layout.projectFile(team), layout.workflowsSsoFile(team)].filter((path) => world.file(path));
  const folders = [
    layout.servicesFolder(team),
    layout.under(`previews/${team}/`),
    layout.databasesFolder(team),
    layout.tenantFolder(team),
  ];
  const paths = [...folders.flatMap((folder) => world.filesUnder(folder)), ...domains, ...own];
  const values = (facts?.stored ?? []).map(({ service, name }) => ({
    kind: 'secret_value',
    name: `${service}/${name}`,
  }));
  const destroys = [...destroyedWith(world, team, domains), ...values];
  const services = world.serviceNames(team).length;
  return {
    changes: [...paths.map((path) => ({ path })), ...noteLeftOver(world, team)],
    subject: `delete-tenant(${team}): ${services} ${services === 1 ? 'service' : 'services'} retired first`,
    summary: `Team ${team} goes for good, with ${services} ${services === 1 ? 'service' : 'services'} and everything listed in destroys.`,
    warnings: [...valuesKept(team, facts), ...databasesKept(world, team), ...servicesRetired(services)],
    destroys,
    nextActions: [],
    answer: {},
  };
}

/** Where MCTL keeps values in the store that the cluster reads, all of the team's go. */
function valuesKept(team: string, facts: TenantSecrets | undefined): Warning[] {
  if (facts?.isAll) return [];
  const message = `Values that were put at teams/${team} in the cluster’s secret store past MCTL stay there: remove them before somebody takes the name again.`;
  return [{ code: 'secret_values_kept', message }];
}

/** Whoever gets the team's name next is refused them by `planDatabase`; only an administrator can remove them. */
function databasesKept(world: World, team: string): Warning[] {
  const names = world.databaseNames(team);
  if (names.length === 0) return [];
  const message = `${names.length === 1 ? 'A database is' : `${names.length} databases are`} no longer declared (${names.join(', ')}), and no backup is made; PostgreSQL keeps data and roles called ${team}_{name} until an administrator drops them. ${world.layout.leftOverFile(team)} names them; until an entry is taken out there, no team of this name gets that database.`;
  return [{ code: 'database_data_kept', message }];
}

function servicesRetired(services: number): Warning[] {
  if (services === 0) return [];
  return [
    {
      code: 'services_retired',
      message: `${services} running ${services === 1 ? 'service stops' : 'services stop'} with the team.`,
    },
  ];
}

function destroyedWith(world: World, team: string, domains: readonly string[]): Destroyed[] {
  const folderNames = (kind: string) =>
    world.list(world.layout.under(`${kind}/${team}/`)).map((name) => name.replace(/\/$|\.yaml$/, ''));
  return [
    ...world.serviceNames(team).map((name) => ({ kind: 'service', name: `${team}/${name}` })),
    ...folderNames('previews').map((name) => ({ kind: 'preview', name })),
    ...folderNames('databases').map((name) => ({ kind: 'database', name })),
    ...domains.map((path) => ({ kind: 'domain', name: path.replace(/^.*\/|\.yaml$/g, '') })),
    { kind: 'namespace', name: team },
    { kind: 'argocd_project', name: team },
  ];
}

/** One file a host, with the team that holds it. */
function domainFilesOf(world: World, team: string): string[] {
  const folder = world.layout.under('domains/');
  return world
    .list(folder)
    .map((name) => folder + name)
    .filter((path) => parseDocuments(world.text(path) ?? '').some((document) => textAt(document, 'team') === team));
}
