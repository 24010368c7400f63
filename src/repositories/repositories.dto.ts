import { SourceState } from '../platform/cluster';
import { WarningItem, WriteAnswer } from '../platform/operations/answer.dto';
import { Name, WriteArguments } from '../platform/operations/arguments.dto';
import { Flag, Integer, ListOf, Nested, object, PageArguments, pageOf, Text, text } from '../platform/schema';

const REPO = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/,
  rule: 'owner/name of a repository',
  maxLength: 140,
  // Nobody can have these names, and in an address they mean another one.
  check: (repo: string) => !/\/\.{1,2}$/.test(repo),
};

export class ListReposInput extends PageArguments {
  @Name({ description: 'Team.' }) team: string;
}

export class GrantRepoAccessInput extends WriteArguments {
  @Name({ description: 'The team that is to use it.', brief: 'Team.' }) team: string;
  @Text({ ...REPO, description: 'The repository, owner/name.', brief: 'owner/name' }) repo: string;
}

export class SyncReposInput extends WriteArguments {
  @Name({ description: 'Team.' }) team: string;
}

export class InstallationRef {
  @Integer({ description: 'GitHub’s id of it.' }) id: number;
  @Text({ description: 'The account that the App is installed on.' }) account: string;
}

export class RepositoryItem {
  @Text() full_name: string;
  @Flag() private: boolean;
  @Text() default_branch: string;
  @Nested(() => InstallationRef) installation: InstallationRef;
  @Text({ description: 'When GitHub was asked.' }) synced_at: string;
}

export class RepositorySource {
  @Nested(() => SourceState, { description: 'degraded: never synced, or not since the last grant.' })
  github: SourceState;
}

export class RepositoryList extends pageOf<RepositoryItem>(object(() => RepositoryItem)) {
  @Text({ nullable: true, description: 'When the team was last synced; null = never.' }) synced_at: string | null;
  @Nested(() => RepositorySource) source: RepositorySource;
  @ListOf(object(() => WarningItem)) warnings: WarningItem[];
}

export class GrantRepoAccessAnswer extends WriteAnswer {
  @Text({ optional: true }) repo?: string;
  @Flag({ optional: true, nullable: true, description: 'Null = not known, or not yet.' }) already_granted?:
    boolean | null;
  @Text({
    optional: true,
    description:
      'For whoever administers the repository to open in a browser; works once. Absent once used or expired.',
  })
  install_url?: string;
  @Text({ optional: true }) install_url_expires_at?: string;
}

export class SyncReposAnswer extends WriteAnswer {
  @ListOf(text(), { optional: true, description: 'Repositories that the list has now and had not before.' })
  added?: string[];
  @ListOf(text(), { optional: true, description: 'Those that GitHub no longer shows us.' }) removed?: string[];
  @Integer({ optional: true, description: 'How many stayed.' }) unchanged?: number;
}
