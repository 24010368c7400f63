import { LOGIN_PATTERN } from '../platform/auth/actor';
import { ROLES } from '../platform/gitops';
import { DestructiveArguments, Name, WriteArguments } from '../platform/operations/arguments.dto';
import { WarningItem, WriteAnswer } from '../platform/operations/answer.dto';
import {
  Choice,
  Flag,
  Integer,
  ListOf,
  MapOf,
  Nested,
  object,
  PageArguments,
  pageOf,
  Text,
  text,
  UntrustedPart,
} from '../platform/schema';

/** Kubernetes quantity: a number with an optional decimal or binary suffix, or an exponent. Never negative here. */
const QUANTITY = /^[0-9]{1,15}(\.[0-9]{1,9})?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][0-9]{1,2})?$/;
const Quantity = (fallback: string, description: string) =>
  Text({
    pattern: QUANTITY,
    rule: 'a Kubernetes quantity such as 500m, 3 or 4Gi',
    maxLength: 30,
    default: fallback,
    description,
  });

export class ListTenantsInput extends PageArguments {
  @Text({ optional: true, maxLength: 100, description: 'Part of a name or display name.', brief: 'Part of a name.' })
  query?: string;
}

export class TenantItem {
  @Text() name: string;
  @Text() display_name: string;
  @Integer() members: number;
  @Integer() services: number;
  @MapOf(text()) quotas: Record<string, string>;
}

export class TenantList extends pageOf<TenantItem>(object(() => TenantItem)) {
  @ListOf(object(() => WarningItem)) warnings: WarningItem[];
  @Nested(() => UntrustedPart) untrusted: UntrustedPart;
}

export class GetTenantInput {
  @Name({ description: 'Team.' }) team: string;
}

export class MemberItem {
  @Text() user: string;
  @Text() role: string;
}

export class GithubTeamItem {
  @Text() team: string;
  @Text() role: string;
}

export class NetworkingPart {
  @Flag() intra_namespace: boolean;
  @Flag() cluster_egress: boolean;
  @Flag() internet_egress: boolean;
}

export class TenantServiceItem {
  @Text() name: string;
  @Text({ nullable: true }) image_tag: string | null;
  @Text({ nullable: true }) host: string | null;
}

export class TenantAnswer {
  @Text() name: string;
  @Text() display_name: string;
  @Text() description: string;
  @Text() contact_email: string;
  @MapOf(text()) quotas: Record<string, string>;
  @Nested(() => NetworkingPart) networking: NetworkingPart;
  @ListOf(object(() => MemberItem), { narrow: 'The team’s file in git has them all.' }) members: MemberItem[];
  @ListOf(object(() => GithubTeamItem)) github_teams: GithubTeamItem[];
  @ListOf(object(() => TenantServiceItem), { narrow: 'mctl_list_services has them page by page.' })
  services: TenantServiceItem[];
  @ListOf(object(() => WarningItem)) warnings: WarningItem[];
  @Nested(() => UntrustedPart) untrusted: UntrustedPart;
}

export class MemberInput {
  @Text({ pattern: LOGIN_PATTERN, rule: 'a login', maxLength: 100 }) user: string;
  @Choice(ROLES) role: (typeof ROLES)[number];
}

export class GithubTeamInput {
  @Text({
    pattern: /^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/,
    rule: 'organisation/team-slug',
    maxLength: 140,
  })
  team: string;
  @Choice(ROLES) role: (typeof ROLES)[number];
}

export class CreateTenantInput extends WriteArguments {
  @Name({ description: 'Name of the new team; also its namespace.', brief: 'Name and namespace.' }) team: string;
  @Text({ optional: true, maxLength: 80, description: 'For people.' }) display_name?: string;
  @Text({ optional: true, maxLength: 500, description: 'What it does.' }) description?: string;
  @Text({
    optional: true,
    maxLength: 254,
    format: 'email',
    pattern: /^[^\s@<>"]+@[^\s@<>"]+$/,
    rule: 'an e-mail address',
    description: 'Whom to reach.',
  })
  contact_email?: string;

  @Quantity('500m', 'CPU requests of all pods.') quota_cpu_requests: string;
  @Quantity('3', 'CPU limits of all pods.') quota_cpu_limits: string;
  @Quantity('1280Mi', 'Memory requests of all pods.') quota_memory_requests: string;
  @Quantity('4Gi', 'Memory limits of all pods.') quota_memory_limits: string;
  @Integer({ minimum: 1, maximum: 500, default: 10, description: 'Most pods.' }) quota_pods: number;
  @Flag({ default: false, description: 'Let pods reach the internet.', brief: 'To the internet.' })
  allow_internet_egress: boolean;
  @ListOf(object(() => MemberInput), {
    optional: true,
    maxItems: 100,
    description: 'Besides you; you are owner.',
    brief: 'Besides you.',
  })
  members?: MemberInput[];
  @ListOf(object(() => GithubTeamInput), {
    optional: true,
    maxItems: 50,
    description: 'GitHub teams with a role.',
    brief: 'As org/slug.',
  })
  github_teams?: GithubTeamInput[];
}

export class DeleteTenantInput extends DestructiveArguments {
  @Name({ description: 'Team.' }) team: string;
}

export class CreateTenantAnswer extends WriteAnswer {
  @Text({ optional: true }) namespace?: string;
  @MapOf(text(), { optional: true }) quotas?: Record<string, string>;
  @ListOf(text(), { optional: true }) network_policies?: string[];
  @Text({ optional: true }) secret_scope?: string;
  @Text({ optional: true }) argocd_project?: string;
  @Text({ optional: true }) sso_binding?: string;
}
