import { WarningItem } from '../platform/operations/answer.dto';
import { Flag, ListOf, Nested, object, Text } from '../platform/schema';

export class NoArguments {}

export class TeamRoleItem {
  @Text() name: string;
  @Text() role: string;
}

export class ServerInfo {
  @Text() version: string;
  @Text() platform: string;
  @Text({ nullable: true }) gitops_head: string | null;
  @Flag() read_only: boolean;
}

export class WhoamiAnswer {
  @Text() user: string;
  @Text() auth_method: string;
  @Text({ nullable: true }) expires_at: string | null;
  @Flag() admin: boolean;
  @ListOf(object(() => TeamRoleItem), { narrow: 'mctl_list_services shows the services of all.' })
  teams: TeamRoleItem[];
  @Nested(() => ServerInfo) server: ServerInfo;
  @ListOf(object(() => WarningItem)) warnings: WarningItem[];
}
