import { fillPlaceholders, type GithubTeam, type Member, tenantTemplate, type World } from '../platform/gitops';
import { editYaml, toYaml } from '../platform/gitops/yaml';
import type { CreateTenantInput } from './tenants.dto';

/** Keys of the ResourceQuota, as chart `tenant` copies them. Persistent volume claims and services are the chart's defaults. */
export function quotasOf(input: CreateTenantInput): Record<string, string> {
  return {
    'requests.cpu': input.quota_cpu_requests,
    'requests.memory': input.quota_memory_requests,
    'limits.cpu': input.quota_cpu_limits,
    'limits.memory': input.quota_memory_limits,
    pods: String(input.quota_pods),
  };
}

export function tenantYaml(input: CreateTenantInput, members: readonly Pick<Member, 'user' | 'role'>[]): string {
  const {
    team,
    display_name = '',
    description = '',
    contact_email = '',
    github_teams = [],
    allow_internet_egress,
  } = input;
  return toYaml(
    {
      tenant: {
        name: team,
        displayName: display_name,
        description,
        contactEmail: contact_email,
        members: members.map(({ user, role }) => ({ userId: user, role })),
        githubTeams: github_teams.map((each) => ({ team: each.team, role: each.role })),
        quotas: quotasOf(input),
        networking: { allowIntraNamespace: true, allowClusterEgress: true, allowInternetEgress: allow_internet_egress },
      },
    },
    [`Tenant: ${team}`, 'Chart: tenant'],
  );
}

/** Argo CD project of the team, with the members of its GitHub teams in the matching roles. */
export function projectYaml(
  world: World,
  team: string,
  githubTeams: readonly Pick<GithubTeam, 'team' | 'role'>[],
): string {
  const filled = fillPlaceholders(tenantTemplate(world, 'project'), {
    __TEAM__: team,
    __REPO_URL__: world.platform.repoUrl,
  });
  const edits = (['viewer', 'developer', 'owner'] as const).flatMap((role, index) => {
    const groups = githubTeams.filter((each) => each.role === role).map((each) => each.team.replace('/', ':'));
    return groups.length === 0
      ? []
      : [{ path: ['spec', 'roles', index, 'groups'], set: [`mctl:${team}:${role}`, ...groups] }];
  });
  return editYaml(filled, edits);
}

export function ssoYaml(world: World, team: string): string {
  return fillPlaceholders(tenantTemplate(world, 'workflows-sso'), {
    __TEAM__: team,
    __PRECEDENCE__: String(nextPrecedence(world)),
  });
}

const PRECEDENCE = /rbac-rule-precedence["']?:\s*["']?(\d{1,6})/;
/** The platform's own administrators keep the highest (upstream). */
const HIGHEST = 1000;

/**
 * Between equal precedences somebody in two teams would be given either at random: each team gets its own, from 100 up. Read
 * without parsing: with a thousand teams these are a thousand files, and all that matters is the largest number in them.
 */
function nextPrecedence(world: World): number {
  const folder = world.layout.under('argo-workflows/');
  const files = world.list(folder).filter((name) => name.startsWith('sso-team-'));
  const taken = files.map((name) => Number(PRECEDENCE.exec(world.text(folder + name) ?? '')?.[1] ?? 0));
  return taken.reduce((highest, value) => (value < HIGHEST ? Math.max(highest, value) : highest), 99) + 1;
}
