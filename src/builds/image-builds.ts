import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../platform/config';
import { Conflict } from '../platform/errors';
import { GithubActions, type RepositoryPlace, type Run } from '../platform/github';
import type { TaskContext, TaskOutcome } from '../platform/operations/parts';
import { RepositoryTeams } from '../repositories';
import type { Source } from './build';
import { endOf, NOTICE } from './build-end';
import { notGranted } from './refusals';

/** What is kept between two looks. */
interface Memo {
  /** When the run was asked for, ISO 8601. */
  readonly asked: string;
  readonly run?: number;
  readonly url?: string;
  readonly etag?: string;
  /** Looks that found nothing new; the more there are, the longer until the next. */
  readonly idle: number;
}

type Call = Pick<
  TaskContext<{ readonly team: string }>,
  'input' | 'operationId' | 'submittedAt' | 'since' | 'state' | 'signal'
>;

interface Build extends Call {
  readonly source: Source;
  readonly place: RepositoryPlace;
}

/** GitHub shows a run that was asked for within seconds; one that is not there by then has another title. */
const SHOWN_WITHIN_MS = 3 * 60_000;
const FIRST_LOOK_MS = 5_000;
const LAST_LOOK_MS = 60_000;

/**
 * What the task `build-image` does with MCTL_BUILDER=github: the workflow of the team's own repository builds, on its runners and with its
 * rights; MCTL asks for one run, follows it and takes the digest that it reports. Each look is a try of its own: a restart goes on with the next.
 */
@Injectable()
export class ImageBuilds {
  constructor(
    @Inject(Config) private readonly config: Config,
    @Inject(GithubActions) private readonly actions: GithubActions,
    @Inject(RepositoryTeams) private readonly repositories: RepositoryTeams,
  ) {}

  /**
   * Idempotent but for a crash in the moment between asking for a run and keeping that; then there may be two runs, and the first counts.
   * @param source undefined is a fault of the caller: calls without one do not get here.
   * @throws Conflict `repository_not_granted`, `build_workflow_missing`, `build_not_started`, `build_timed_out`, `build_failed`, …
   */
  async run(call: Call, source: Source | undefined): Promise<TaskOutcome> {
    const { team } = call.input;
    if (source === undefined) throw new TypeError('a build without a source');
    const place = await this.repositories.grantTo(team, source.repo);
    if (!place) throw notGranted(team, source.repo);
    const memo = call.state as Memo | undefined;
    const build = { ...call, source, place };
    const isLate = Date.now() - call.since.getTime() > this.config.values.buildTimeout;
    return isLate ? this.lastLook(build, memo) : this.next(build, memo);
  }

  /** It may have ended while nobody could ask. Nothing is begun any more. */
  private async lastLook(build: Build, memo: Memo = { asked: '', idle: 0 }): Promise<TaskOutcome> {
    const run = memo.run ?? (await this.find(build));
    const outcome = run === undefined ? undefined : await this.follow(build, memo, run);
    if (outcome && 'done' in outcome) return outcome;
    throw this.timedOut(memo);
  }

  private next(build: Build, memo: Memo | undefined): Promise<TaskOutcome> {
    if (memo === undefined) return this.begin(build);
    return memo.run === undefined ? this.look(build, memo) : this.follow(build, memo, memo.run);
  }

  /** A crash may have come after an earlier request, so a run is looked for before one is asked for. */
  private async begin(build: Build): Promise<TaskOutcome> {
    const asked = new Date().toISOString();
    const there = await this.find(build);
    if (there !== undefined) return wait({ asked, run: there, idle: 0 }, 'The build has begun.');
    const { place, source, signal, operationId } = build;
    const workflow = this.config.values.buildWorkflow;
    const inputs = { mctl_build: operationId, dockerfile: source.dockerfile };
    const run = await this.actions.dispatch(place, { workflow, ref: source.ref, inputs }, signal);
    if (run === undefined) throw noWorkflow(place.fullName, workflow);
    return wait({ asked, ...(run !== null && { run }), idle: 0 }, `The build of ${place.fullName} was asked for.`);
  }

  private async look(build: Build, memo: Memo): Promise<TaskOutcome> {
    const run = await this.find(build);
    if (run !== undefined) return wait({ ...memo, run, idle: 0 }, 'The build has begun.');
    if (Date.now() - Date.parse(memo.asked) > SHOWN_WITHIN_MS) {
      throw notStarted(build, this.config.values.buildWorkflow);
    }
    return wait({ ...memo, idle: memo.idle + 1 }, 'GitHub does not show the build yet.');
  }

  private async follow({ place, signal }: Build, memo: Memo, id: number): Promise<TaskOutcome> {
    const run = await this.actions.run(place, id, memo.etag, signal);
    if (run === 'unchanged') return wait({ ...memo, idle: memo.idle + 1 }, runsAt(memo.url));
    if (run === undefined) throw gone(memo);
    if (run.status !== 'completed') {
      return wait({ ...memo, url: run.url, etag: run.etag, idle: memo.idle + 1 }, runsAt(run.url));
    }
    return { done: await this.result(place, run, signal) };
  }

  private async result(place: RepositoryPlace, run: Run, signal: AbortSignal) {
    const isGood = run.conclusion === 'success';
    const notices = isGood ? await this.actions.notices(place, run.id, NOTICE, signal) : [];
    const failure = isGood ? undefined : await this.actions.failure(place, run.id, signal);
    return endOf(run, { notices, failure });
  }

  private find({ place, operationId, submittedAt, signal }: Build): Promise<number | undefined> {
    // Clocks differ by a little.
    const since = new Date(submittedAt.getTime() - 5 * 60_000);
    const looked = { title: titleOf(operationId), since };
    return this.actions.find(place, this.config.values.buildWorkflow, looked, signal);
  }

  private timedOut(memo: Memo): Conflict {
    const minutes = Math.round(this.config.values.buildTimeout / 60_000);
    return new Conflict(`The build did not end within ${minutes} min; nothing was deployed.`, {
      code: 'build_timed_out',
      details: { run_url: memo.url ?? null },
      fix: 'Look at the run: it may wait for a runner. Then call again, or raise MCTL_BUILD_TIMEOUT.',
    });
  }
}

/** What the workflow's `run-name` makes of the input, so that its run is known among others. */
function titleOf(operationId: string): string {
  return `mctl ${operationId}`;
}

function wait(state: Memo, message: string): TaskOutcome {
  const milliseconds = Math.min(LAST_LOOK_MS, FIRST_LOOK_MS * 1.3 ** Math.min(state.idle, 20));
  return { wait: { milliseconds, message, state } };
}

function runsAt(url: string | undefined): string {
  return url === undefined ? 'The build runs.' : `The build runs: ${url}`;
}

function noWorkflow(repo: string, workflow: string): Conflict {
  return new Conflict(`${repo} has no workflow .github/workflows/${workflow} on its default branch.`, {
    code: 'build_workflow_missing',
    field: 'repo',
    fix: 'Add it as docs/builder.md of MCTL shows it, also to the tag or branch that is built.',
  });
}

function notStarted({ place, operationId }: Build, workflow: string): Conflict {
  return new Conflict(`No run of ${workflow} in ${place.fullName} has the title “${titleOf(operationId)}”.`, {
    code: 'build_not_started',
    fix: `Its workflow must have: run-name: mctl \${{ inputs.mctl_build }}. docs/builder.md of MCTL shows it.`,
  });
}

function gone({ url }: Memo): Conflict {
  return new Conflict('The run of the build is not there any more.', {
    code: 'build_gone',
    details: { run_url: url ?? null },
    fix: 'Somebody deleted it, or took the repository away from MCTL. Call again.',
  });
}
