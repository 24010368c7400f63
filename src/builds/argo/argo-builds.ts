import { Inject, Injectable } from '@nestjs/common';
import { nodesOf } from '../../platform/argo';
import { Config } from '../../platform/config';
import { MctlError, Unavailable } from '../../platform/errors';
import { GithubSource, type RepositoryPlace } from '../../platform/github';
import {
  errorOf,
  isFault,
  Kubernetes,
  type KubernetesObject,
  type ObjectRef,
  RESOURCES,
} from '../../platform/kubernetes';
import type { TaskOutcome } from '../../platform/operations/parts';
import { RepositoryTeams } from '../../repositories';
import { knownImage, type Source, tagOf } from '../build';
import type { BuildCall, Builder } from '../builder';
import { notGranted } from '../refusals';
import { builtBy, failureOf, phaseOf, placeOf } from './build-outcome';
import { hasBegun, logOfBuild, podsOfBuild, reasonToWait } from './build-pods';
import { type BuildOrder, isOfOperation, isOrdered, workflowName, workflowOf } from './build-workflow';
import { checkDockerfile, gone, nameTaken, noSuchRef, OVER, timedOut } from './refusals';
import { SourceCredentials } from './source-credentials';
import { tidied } from './tidied';

/** What is kept between two looks. */
interface Memo {
  /** Pinned before anything is begun: a branch that moves meanwhile changes nothing. */
  readonly commit: string;
  readonly tag: string;
  /** Of the Workflow, once it is submitted. */
  readonly uid?: string;
  /** When the pod's credential was made, ISO 8601. */
  readonly tokenAt?: string;
  readonly idle: number;
}

type Submitted = Memo & Required<Pick<Memo, 'uid' | 'tokenAt'>>;

/** Which Workflow is ours, as soon as that is known: what fails after it has to clear it away. */
interface Known {
  uid: string | undefined;
  /** Without a uid there may be one all the same: a crash may have come before it was kept. */
  readonly mayBeThere: boolean;
}

interface Build extends BuildCall {
  readonly source: Source;
  readonly place: RepositoryPlace;
  readonly known: Known;
}

const FIRST_LOOK_MS = 5_000;
const LAST_LOOK_MS = 30_000;
/** GitHub ends the token of a pod after an hour; one that still waits for a node by then could not fetch its source. */
const RENEW_AFTER_MS = 45 * 60_000;

/**
 * What the task `build-image` does with MCTL_BUILDER=argo: rootless BuildKit in a Workflow of its own, in a namespace for nothing else.
 * MCTL pins the commit, submits, follows and takes the digest. Each look is a try of its own: a restart goes on with the next.
 */
@Injectable()
export class ArgoBuilds implements Builder {
  constructor(
    @Inject(Config) private readonly config: Config,
    @Inject(Kubernetes) private readonly kubernetes: Kubernetes,
    @Inject(GithubSource) private readonly github: GithubSource,
    @Inject(SourceCredentials) private readonly credentials: SourceCredentials,
    @Inject(RepositoryTeams) private readonly repositories: RepositoryTeams,
  ) {}

  async run(call: BuildCall, source: Source | undefined): Promise<TaskOutcome> {
    if (source === undefined) throw new TypeError('a build without a source');
    const memo = call.state as Memo | undefined;
    const known: Known = { uid: memo?.uid, mayBeThere: memo !== undefined };
    try {
      const place = await this.repositories.grantTo(call.input.team, source.repo);
      if (!place) throw notGranted(call.input.team, source.repo);
      return await this.look({ ...call, source, place, known }, memo);
    } catch (thrown) {
      const error = isFault(thrown) ? errorOf(thrown) : thrown;
      await this.giveUp(call, known, error);
      throw error;
    }
  }

  private look(build: Build, memo: Memo | undefined): Promise<TaskOutcome> {
    const isLate = Date.now() - build.since.getTime() > this.config.values.buildTimeout;
    if (isLate) return this.lastLook(build, memo);
    if (memo === undefined) return this.pin(build);
    return isSubmitted(memo) ? this.follow(build, memo) : this.submit(build, memo);
  }

  private async pin({ source, place, signal }: Build): Promise<TaskOutcome> {
    checkDockerfile(source);
    const found = await this.github.resolve(place, source.ref, signal);
    if (!found) throw noSuchRef(source);
    const memo = { commit: found.commit, tag: found.isTag ? tagOf(source.ref) : found.commit, idle: 0 };
    return wait(memo, `The source of the build is commit ${found.commit}.`, 0);
  }

  /** A crash may have come after an earlier try: a Workflow of this name is ours if it is what we would submit. */
  private async submit(build: Build, memo: Memo): Promise<TaskOutcome> {
    const { place, signal, known } = build;
    const order = this.orderOf(build, memo);
    const workflow = await this.submitted(order, signal);
    const uid = workflow.metadata?.uid ?? '';
    known.uid = uid;
    // The pod waits for it: made after the Workflow, it is Kubernetes that deletes it with the Workflow in any case.
    if (phaseOf(workflow) === 'open') await this.credentials.put({ ...order, uid }, place, signal);
    const tokenAt = new Date().toISOString();
    return wait({ ...memo, uid, tokenAt }, `The build was submitted: Workflow ${placeOf(order)}.`);
  }

  private async submitted(order: BuildOrder, signal: AbortSignal): Promise<KubernetesObject> {
    try {
      return await this.kubernetes.create(RESOURCES.workflow, workflowOf(order), { signal });
    } catch (error) {
      if (!isFault(error, 'exists')) throw error;
    }
    const there = await this.kubernetes.get(RESOURCES.workflow, order, signal);
    if (!isOrdered(there, order)) throw nameTaken(order);
    return there;
  }

  private async follow(build: Build, memo: Submitted): Promise<TaskOutcome> {
    const { signal } = build;
    const order = this.orderOf(build, memo);
    const workflow = await this.read(order, memo.uid, signal);
    if (phaseOf(workflow) !== 'open') return this.ended(order, workflow, signal);
    const pods = await podsOfBuild(this.kubernetes, order, signal);
    const next = { ...memo, idle: memo.idle + 1 };
    if (hasBegun(pods)) return wait(next, `The build runs: Workflow ${placeOf(order)}.`);
    const tokenAt = await this.renewed(build.place, order, memo, signal);
    const reason = await this.reasonToWait(order, workflow, pods, signal);
    const why = reason === undefined ? '' : ` (${reason})`;
    return wait({ ...next, tokenAt }, `The build has not begun yet${why}: Workflow ${placeOf(order)}.`);
  }

  private async renewed(
    place: RepositoryPlace,
    order: BuildOrder,
    { uid, tokenAt }: Submitted,
    signal: AbortSignal,
  ): Promise<string> {
    if (Date.now() - Date.parse(tokenAt) < RENEW_AFTER_MS) return tokenAt;
    await this.credentials.put({ ...order, uid }, place, signal);
    return new Date().toISOString();
  }

  /** It may have ended while nobody could ask; what has not is stopped, and the answer to that is the very last word. Nothing is begun. */
  private async lastLook(build: Build, memo: Memo | undefined): Promise<TaskOutcome> {
    if (memo === undefined) throw this.timedOut(build);
    const { signal, known } = build;
    const order = this.orderOf(build, memo);
    const workflow = await this.read(order, memo.uid, signal).catch((error: unknown) => {
      if (memo.uid === undefined && error instanceof MctlError) return undefined;
      throw error;
    });
    if (workflow === undefined) throw this.timedOut(build);
    known.uid = workflow.metadata?.uid;
    if (phaseOf(workflow) !== 'open') return this.ended(order, workflow, signal);
    const pods = await podsOfBuild(this.kubernetes, order, signal);
    const reason = hasBegun(pods) ? undefined : await this.reasonToWait(order, workflow, pods, signal);
    const last = await this.stop(order, known.uid);
    if (last && phaseOf(last) !== 'open') return this.ended(order, last, signal);
    throw this.timedOut(build, reason);
  }

  private reasonToWait(
    { namespace }: BuildOrder,
    workflow: KubernetesObject,
    pods: readonly KubernetesObject[],
    signal: AbortSignal,
  ): Promise<string | undefined> {
    return reasonToWait(this.kubernetes, { namespace, pods, nodes: nodesOf(workflow) ?? [] }, signal);
  }

  private async ended(order: BuildOrder, workflow: KubernetesObject, signal: AbortSignal): Promise<TaskOutcome> {
    if (phaseOf(workflow) === 'failed') {
      throw failureOf(workflow, order, await logOfBuild(this.kubernetes, order, signal));
    }
    const done = builtBy(workflow, order);
    await this.credentials.drop(order);
    return { done };
  }

  /** @throws Conflict `build_gone` where it is not there any more, or another one is in its place. */
  private async read(order: BuildOrder, uid: string | undefined, signal: AbortSignal): Promise<KubernetesObject> {
    try {
      const workflow = await this.kubernetes.get(RESOURCES.workflow, order, signal);
      const isSame = uid === undefined || workflow.metadata?.uid === uid;
      if (isSame && isOrdered(workflow, order)) return workflow;
    } catch (error) {
      if (!isFault(error, 'absent')) throw error;
    }
    throw gone(order);
  }

  /** After what ends the operation nothing of the build may stay. @throws Unavailable where that has to wait. */
  private async giveUp({ operationId }: BuildCall, { uid, mayBeThere }: Known, error: unknown): Promise<void> {
    const isFinal = error instanceof MctlError && !(error instanceof Unavailable);
    if (!isFinal) return;
    const isOurs = mayBeThere && error.code !== 'build_name_taken';
    if (uid === undefined) return isOurs ? this.abandon(operationId) : undefined;
    const ref = this.refOf(operationId);
    if (!OVER.has(error.code)) await this.stop(ref, uid);
    await this.credentials.drop(ref);
  }

  /** Stops what has its name and its label, and takes its credential away; a stranger's is left alone. */
  async abandon(operationId: string): Promise<void> {
    const ref = this.refOf(operationId);
    const workflow = await tidied('look for a build', () => this.kubernetes.get(RESOURCES.workflow, ref));
    if (workflow && !isOfOperation(workflow, operationId)) return;
    if (workflow && phaseOf(workflow) === 'open') await this.stop(ref, workflow.metadata?.uid);
    await this.credentials.drop(ref);
  }

  private refOf(operationId: string): ObjectRef & { readonly namespace: string } {
    return { namespace: this.config.values.buildNamespace, name: workflowName(operationId) };
  }

  /** Ends its pods at once, if it is still this one. @returns the Workflow as it is then. */
  private stop(ref: ObjectRef, uid = ''): Promise<KubernetesObject | undefined> {
    const patch = { metadata: { uid }, spec: { shutdown: 'Terminate' } };
    return tidied('stop a build', () => this.kubernetes.patch(RESOURCES.workflow, ref, patch));
  }

  private orderOf({ input, operationId, source, place }: Build, { commit, tag }: Memo): BuildOrder {
    const { buildNamespace: namespace, buildTemplate: template, builder, buildRegistry } = this.config.values;
    const { team, service } = input;
    const image = knownImage({ team, service }, { builder, buildRegistry });
    if (image === undefined) throw new TypeError('a build without a registry');
    const what = { remote: this.github.remote(place), commit, dockerfile: source.dockerfile, image, tag };
    return { namespace, name: workflowName(operationId), template, operationId, team, service, ...what };
  }

  private timedOut({ operationId }: Pick<BuildCall, 'operationId'>, waiting?: string) {
    const { buildTimeout, buildNamespace: namespace } = this.config.values;
    return timedOut({ namespace, name: workflowName(operationId) }, Math.round(buildTimeout / 60_000), waiting);
  }
}

function isSubmitted(memo: Memo): memo is Submitted {
  return memo.uid !== undefined && memo.tokenAt !== undefined;
}

function wait(state: Memo, message: string, milliseconds?: number): TaskOutcome {
  const growing = Math.min(LAST_LOOK_MS, FIRST_LOOK_MS * 1.3 ** Math.min(state.idle, 20));
  return { wait: { milliseconds: milliseconds ?? growing, message, state } };
}
