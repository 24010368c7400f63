import { CI_PREFIX, isPersonalLogin } from '../platform/auth/actor';
import { memberRole } from '../platform/auth/tenant-role.policy';
import { Conflict, InvalidInput, NotAllowed } from '../platform/errors';
import { DEFAULT_DATABASES, type World } from '../platform/gitops';
import { defineOperation, type PlanContext } from '../platform/operations/operation';
import type { Plan } from '../platform/operations/plan';
import { CreateTenantAnswer, CreateTenantInput } from './tenants.dto';
import { reservedBecause } from './tenants.policy';
import { projectYaml, quotasOf, ssoYaml, tenantYaml } from './tenants.manifests';

export const createTenant = defineOperation({
  name: 'create-tenant',
  tool: 'mctl_create_tenant',
  title: 'Create Tenant',
  description:
    'Create a team: namespace, quotas, network policies, Argo CD project, sign-in. You become its owner; who is no admin may own one. Then mctl_deploy_service.',
  kind: 'write',
  risk: 'medium',
  role: 'any',
  idempotent: false,
  input: CreateTenantInput,
  answer: CreateTenantAnswer,
  paths: ['tenants/{team}/values.yaml', 'argocd/projects/{team}.yaml', 'argo-workflows/sso-team-{team}.yaml'],
  target: ({ team }) => team,
  plan,
});

function plan({ actor, input, world }: PlanContext<CreateTenantInput, undefined>): Plan {
  const { team } = input;
  refuseName(team, world);
  refuseTaken(world, team);
  if (!actor.isAdmin) {
    refuseSecondTenant(world, actor.login);
    refuseFurtherOwners(input);
  }
  const members = membersOf(actor.login, input);
  const { layout } = world;
  return {
    changes: [
      { path: layout.tenantFile(team), content: tenantYaml(input, members) },
      { path: layout.projectFile(team), content: projectYaml(world, team, input.github_teams ?? []) },
      { path: layout.workflowsSsoFile(team), content: ssoYaml(world, team) },
    ],
    subject: `create-tenant(${team}): ${input.display_name ?? team}`,
    summary: `Team ${team} with ${members.length} ${members.length === 1 ? 'member' : 'members'}, owned by ${actor.login}.`,
    warnings: [],
    destroys: [],
    nextActions: [
      {
        tool: 'mctl_get_operation',
        arguments: { operation: 'deploy-service' },
        why: 'see what onboarding the first service takes; list the tools again, you have more of them now',
      },
      { tool: 'mctl_get_tenant', arguments: { team }, why: 'see the team' },
    ],
    answer: {
      namespace: team,
      quotas: quotasOf(input),
      network_policies: networkPolicies(input),
      secret_scope: `teams/${team}`,
      argocd_project: team,
      sso_binding: `sso-team-${team}`,
    },
  };
}

function refuseName(team: string, world: World): void {
  const isDatabases = team === (world.platform.databases ?? DEFAULT_DATABASES).namespace;
  const because = isDatabases ? 'the platform’s databases are in that namespace' : reservedBecause(team);
  if (because) {
    throw new InvalidInput(`A team cannot be called ${team}: ${because}.`, {
      code: 'reserved_name',
      field: 'team',
      got: team,
      fix: 'Choose another name.',
    });
  }
}

function refuseTaken(world: World, team: string): void {
  const { layout } = world;
  const folders = [layout.servicesFolder(team), layout.under(`databases/${team}/`), layout.under(`previews/${team}/`)];
  // Whoever created a team over such leftovers would come to own what was never theirs.
  const hasLeftovers = folders.some((folder) => world.list(folder).length > 0);
  if (!world.hasTenant(team) && !hasLeftovers) return;
  throw new Conflict(`The name ${team} is taken.`, {
    code: 'team_exists',
    field: 'team',
    got: team,
    fix: 'Choose another name, or ask a member of that team to add you.',
  });
}

function refuseSecondTenant(world: World, login: string): void {
  const owned = world.teams().find((team) => isOwner(world, team, login));
  if (!owned) return;
  throw new NotAllowed(`You own a team already: ${owned}. Only platform administrators may own several.`, {
    code: 'one_tenant_each',
    fix: `Onboard your services in ${owned}, or ask a platform administrator.`,
  });
}

/** A file that cannot be read counts for nobody: it must not keep everybody else from creating a team. */
function isOwner(world: World, team: string, login: string): boolean {
  try {
    const tenant = world.tenant(team);
    return tenant !== undefined && memberRole(tenant, { login }) === 'owner';
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
}

/** Whoever is made an owner can then own no other team: that is not for somebody else to decide about them. */
function refuseFurtherOwners({ members = [] }: CreateTenantInput): void {
  const other = members.find(({ role }) => role === 'owner');
  if (!other) return;
  throw new InvalidInput('Only platform administrators may name further owners.', {
    code: 'further_owner',
    field: 'members',
    got: `${other.user} as owner`,
    fix: 'Make them developer; they can be made owner later, in the tenant’s file.',
  });
}

function membersOf(creator: string, { members = [] }: CreateTenantInput) {
  const all = [{ user: creator, role: 'owner' as const }, ...members];
  const seen = new Set<string>();
  for (const { user } of all) {
    const login = user.toLowerCase();
    if (!isPersonalLogin(user)) throw notForCi(user);
    if (seen.has(login)) {
      throw new InvalidInput(`${user} is listed twice.`, {
        field: 'members',
        got: user,
        fix: 'List everybody once; you are the owner without being listed.',
      });
    }
    seen.add(login);
  }
  return all;
}

/** The settings say what a CI job may do; an entry here would look like a role and be none. */
function notForCi(user: string): InvalidInput {
  return new InvalidInput(`${user} is the login of a CI job, which cannot be a member of a team.`, {
    code: 'ci_login',
    field: 'members',
    got: user,
    expected: `a login that does not begin with ${CI_PREFIX}`,
    fix: 'Name the people of the team. Whoever runs MCTL gives CI jobs their one role, in MCTL_OAUTH_CI.',
  });
}

function networkPolicies({ allow_internet_egress }: CreateTenantInput): string[] {
  const always = [
    'default-deny-all',
    'allow-dns',
    'allow-ingress-controller',
    'allow-monitoring',
    'allow-intra-namespace',
    'allow-cluster-egress',
  ];
  return allow_internet_egress ? [...always, 'allow-internet-egress'] : always;
}
