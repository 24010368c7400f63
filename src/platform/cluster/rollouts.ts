import { Inject, Injectable } from '@nestjs/common';
import { Gitops, type World } from '../gitops';
import { log } from '../logging';
import { affectedBy } from './affected.policy';
import type { ApplicationState } from './application-state';
import { type Applications, Cluster } from './cluster';
import { applicationName, type Owner, ownedApplication } from './owned-application';
import { type Rollout, rolloutOf } from './rollout.policy';
import type { SourceState } from './source-state';

const UNKNOWN = 'whether Argo CD has applied the commit is unknown';

export interface ApplicationRollout extends Rollout {
  /** Name of the Application. */
  readonly name: string;
  readonly application: ApplicationState | undefined;
}

export interface RolloutReport {
  /** Of every Application that the commit changes; empty where it changes none, or nobody can be asked. */
  readonly applications: readonly ApplicationRollout[];
  readonly source: SourceState;
}

/** From a commit to what the cluster has made of it. */
@Injectable()
export class Rollouts {
  constructor(
    @Inject(Cluster) private readonly cluster: Cluster,
    @Inject(Gitops) private readonly gitops: Gitops,
  ) {}

  /** Says of each Application that a commit changes how far it has come. @param commit undefined before there is one. */
  async of(commit: string | undefined): Promise<RolloutReport> {
    const { value: applications, source } = await this.cluster.applications(UNKNOWN);
    if (!applications || commit === undefined) return { applications: [], source };
    const world = await this.gitops.world();
    const owners = await this.affectedBy(commit);
    const rollouts = owners.map((owner) => this.one(world, applications, { owner, commit }));
    return { applications: await Promise.all(rollouts), source };
  }

  /** Tells Argo CD of commits that are on the branch. Returns at once; what goes wrong is in the log, as Argo CD also looks by itself. */
  announce(commits: readonly string[]): void {
    if (!this.cluster.isConnected) return;
    Promise.all(commits.map((commit) => this.affectedBy(commit))).then(
      (owners) => this.cluster.refresh([...new Set(owners.flat().map(applicationName))]),
      (error: unknown) => log.warn({ err: error }, 'Argo CD could not be told of a commit'),
    );
  }

  private async affectedBy(commit: string): Promise<Owner[]> {
    // Another replica, or a pod, may have made it a moment ago.
    await this.gitops.catchUp(commit);
    const changes = (await this.gitops.commits.changes([commit])).get(commit) ?? [];
    return affectedBy(
      this.gitops.layout,
      changes.map(({ path }) => path),
    );
  }

  private async one(
    world: World,
    applications: Applications,
    { owner, commit }: { owner: Owner; commit: string },
  ): Promise<ApplicationRollout> {
    const application = ownedApplication(applications, owner);
    const revisions = [application?.revision, application?.operation?.revision].filter((each) => each !== undefined);
    const held = new Set<string>();
    for (const revision of revisions) {
      if (await this.gitops.commits.isAncestor(commit, revision)) held.add(revision);
    }
    const facts = {
      application,
      isDeclared: isDeclared(world, owner),
      holds: (revision: string) => held.has(revision),
    };
    return { name: applicationName(owner), application, ...rolloutOf(facts) };
  }
}

function isDeclared(world: World, { team, service, preview, part }: Owner): boolean {
  if (part === 'databases') return world.databaseNames(team).length > 0;
  if (service === undefined) return world.hasTenant(team);
  if (preview === undefined) return world.hasService(team, service);
  return world.previewNames(team).includes(`${service}-${preview}`);
}
