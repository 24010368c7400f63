import { Inject, Injectable } from '@nestjs/common';
import { Access } from '../platform/auth/access';
import type { Actor } from '../platform/auth/actor';
import { type Applications, ownedApplication, type Reading, type SourceState } from '../platform/cluster';
import {
  folderProblems,
  Gitops,
  orphan,
  orphanTeams,
  serviceFolders,
  serviceProblems,
  warningOf,
  type World,
} from '../platform/gitops';
import type { WarningItem } from '../platform/operations/answer.dto';
import { OperationStore } from '../platform/operations/operation-store';
import { paginate, untrusted } from '../platform/schema';
import { foreignLine } from '../platform/text/foreign-text';
import { SecretStore } from '../platform/secrets';
import { ActualStates } from './actual-state';
import { actualParts } from './actual-view';
import { databasePartOf } from './database-view';
import { requireService } from './name.policy';
import { afterStatus } from './next-looks';
import { deploymentOf } from './deployment-name';
import { ServiceLogReader } from './service-logs';
import { configOf, itemOf, secretsOf, SERVICE_FILE, shownOrNull } from './service-view';
import { storedVersions } from './stored-versions';
import type {
  LastOperationPart,
  ListServicesInput,
  ServiceConfig,
  ServiceInput,
  ServiceItem,
  ServiceList,
  ServiceLogs,
  ServiceLogsInput,
  ServiceSource,
  ServiceStatus,
} from './services.dto';
import { readTagHistory } from './tag-history';
import { TAG_PATTERN } from './vocabulary';

/** Tags that an answer lists. */
const TAGS = 20;
/** Longest name of a commit's author that is told: whoever can push chooses it. */
const AUTHOR = 100;
/** Longest sentence of an operation's own that is told: it repeats what stood in the file. */
const SUMMARY = 1000;

const LIST_UNTRUSTED = untrusted(SERVICE_FILE, { fields: ['items[].image_tag', 'items[].host', 'warnings[].message'] });
const STATUS_UNTRUSTED = untrusted(`${SERVICE_FILE}; the cluster: Argo CD, operators and the service itself`, {
  fields: [
    ...['image.declared', 'image.deployed', 'last_operation.summary', 'warnings[].message', 'health.message'],
    ...['conditions[].type', 'conditions[].message', 'events[].reason', 'events[].message'],
  ],
});
const CONFIG_UNTRUSTED = untrusted(SERVICE_FILE, {
  fields: [
    ...['image', 'tag', 'tag_history[].tag', 'tag_history[].by', 'host', 'custom_domains[]', 'resources', 'env'],
    ...['secret_names[]', 'secrets[].name', 'probes[].path', 'database', 'warnings[].message'],
  ],
});

interface Named {
  readonly team: string;
  readonly name: string;
}

/** What can be read about services. The doors have checked the caller's role in the team that is named. */
@Injectable()
export class ServicesService {
  constructor(
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Access) private readonly access: Access,
    @Inject(OperationStore) private readonly operations: OperationStore,
    @Inject(SecretStore) private readonly secrets: SecretStore,
    @Inject(ActualStates) private readonly actual: ActualStates,
    @Inject(ServiceLogReader) private readonly logReader: ServiceLogReader,
  ) {}

  /**
   * Services of the caller's teams by team and name, read page by page: a file is parsed only where it is shown. What cannot be read,
   * or is odd, is named in the warnings of the page on which it stands or would stand.
   * @throws NotFound for a team that the caller is not in, as for one that does not exist.
   */
  async list(actor: Actor, input: ListServicesInput): Promise<ServiceList> {
    if (input.team !== undefined) await this.access.requireRole(actor, input.team, 'viewer');
    const visible = input.team === undefined ? await this.access.visibleTeams(actor) : [input.team];
    const world = await this.gitops.world();
    // Nobody is a member of a team without a file: only administrators can be told of its services.
    const orphans = input.team === undefined && actor.isAdmin ? orphanTeams(world) : [];
    const teams = [...visible, ...orphans].sort();
    const found = named(world, teams, input.query);
    const { items: page, next_cursor } = paginate(found, input, keyOf);
    const warnings = [
      ...(input.cursor === undefined ? folderProblems(world, foldersOf(world, teams)) : []),
      ...page.flatMap(({ team, name }) => [...orphan(world, team, name), ...serviceProblems(world, team, name)]),
    ].map(warningOf);
    const applications = await this.actual.applications('sync and health are unknown');
    const items = page.flatMap((each) => readItem(world, each, applications));
    return {
      items,
      count: items.length,
      next_cursor,
      source: sourceOf(world, applications.source),
      warnings,
      untrusted: LIST_UNTRUSTED,
    };
  }

  /** Names of the services of a team, or of all teams that the caller sees, sorted. @throws NotFound as `list`. */
  async names(actor: Actor, team?: string): Promise<string[]> {
    if (team) await this.access.requireRole(actor, team, 'viewer');
    const teams = team ? [team] : await this.access.visibleTeams(actor);
    return [...named(await this.gitops.world(), teams)].map(({ name }) => name).sort();
  }

  /** Tags that a service has had and that can be gone back to, newest first; none where there is no such service. @throws NotFound as `list`. */
  async tags(actor: Actor, team?: string, service?: string): Promise<string[]> {
    if (!team || !service || !(await this.names(actor, team)).includes(service)) return [];
    return (await readTagHistory(this.gitops, team, service))
      .map(({ tag }) => tag)
      .filter((tag) => TAG_PATTERN.test(tag));
  }

  /** @throws NotFound, or Conflict `unreadable_file`. */
  async status(_actor: Actor, { team, service: name }: ServiceInput): Promise<ServiceStatus> {
    const world = await this.gitops.world();
    const service = requireService(world, team, name);
    const actual = await this.actual.of(world, service);
    const parts = actualParts(service, actual);
    return {
      team,
      service: name,
      ...parts,
      last_operation: await this.lastOperation(team, name),
      source: sourceOf(world, actual.source),
      warnings: serviceProblems(world, team, name).map(warningOf),
      next_actions: afterStatus({ team, service: name }, parts.health.status),
      untrusted: STATUS_UNTRUSTED,
    };
  }

  /** @throws NotFound, or Conflict `unreadable_file`. */
  async config(_actor: Actor, { team, service: name }: ServiceInput): Promise<ServiceConfig> {
    const world = await this.gitops.world();
    const service = requireService(world, team, name);
    const history = await readTagHistory(this.gitops, team, name);
    const { stored, warnings } = await storedVersions(this.secrets, { team, service: name });
    return {
      ...configOf(service, world),
      secrets: secretsOf(service, stored),
      tag_history: history
        .slice(0, TAGS)
        .map(({ tag, commit, at, by }) => ({ tag: shownOrNull(tag) ?? '', commit, at, by: foreignLine(by, AUTHOR) })),
      database: databasePartOf(world, service),
      warnings: [...serviceProblems(world, team, name).map(warningOf), ...olderTags(history.length), ...warnings],
      untrusted: CONFIG_UNTRUSTED,
    };
  }

  /** @throws NotFound. */
  async logs(_actor: Actor, input: ServiceLogsInput): Promise<ServiceLogs> {
    const world = await this.gitops.world();
    requireService(world, input.team, input.service);
    return this.logReader.read(input, deploymentOf(world, input.team, input.service));
  }

  private async lastOperation(team: string, service: string): Promise<LastOperationPart | null> {
    const row = await this.operations.lastOn(`${team}/${service}`);
    if (!row) return null;
    const { id, operation: name, status, workflow, actor, submitted_at, finished_at, commit } = row;
    const summary = foreignLine(row.summary, SUMMARY);
    return { id, name, status, workflow, summary, actor, submitted_at, finished_at, commit };
  }
}

function olderTags(count: number): WarningItem[] {
  if (count <= TAGS) return [];
  const message = `tag_history: the newest ${TAGS} of ${count} are shown. mctl_rollback_service takes the older ones as well; git log of the service’s file names them.`;
  return [{ code: 'list_cut', message }];
}

/** Folders without which the list would be shorter, or empty, and nobody could tell: of teams, those that stand there as no folder. */
function foldersOf(world: World, teams: readonly string[]): string[] {
  const { layout } = world;
  const noFolders = new Set(world.list(layout.under('services/')).filter((name) => !name.endsWith('/')));
  const hidden = noFolders.size === 0 ? [] : teams.filter((team) => noFolders.has(team));
  return [layout.under('tenants/'), layout.under('services/'), ...hidden.map((team) => layout.servicesFolder(team))];
}

/** Sorts teams before their services: no name holds a NUL, and none sorts before it. */
function keyOf({ team, name }: Named): string {
  return `${team}\0${name}`;
}

/** Services and folders that should be one, in the order of `keyOf`. */
function* named(world: World, teams: readonly string[], query = ''): Iterable<Named> {
  const wanted = query.toLowerCase();
  for (const team of teams) {
    for (const name of serviceFolders(world, team)) if (`${team}/${name}`.includes(wanted)) yield { team, name };
  }
}

/** Nothing for a file that is absent or cannot be read: the warnings say so. */
function readItem(world: World, { team, name }: Named, { value }: Reading<Applications>): ServiceItem[] {
  const isBroken = serviceProblems(world, team, name).some(({ severity }) => severity === 'broken');
  const service = isBroken || !world.hasTenant(team) ? undefined : world.service(team, name);
  const application = value && (ownedApplication(value, { team, service: name }) ?? null);
  return service ? [itemOf(service, world, application)] : [];
}

function sourceOf({ head }: World, cluster: SourceState): ServiceSource {
  return {
    gitops: { state: 'ok', message: head ? `desired state at commit ${head}` : 'the repository is empty' },
    cluster,
  };
}
