import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { log } from '../logging';
import type { FileProblem } from './file-problem';
import { Gitops } from './gitops';
import { inspecting } from './inspect';
import type { World } from './world';

/** How often somebody looks whether there is a new head: going over ten thousand services costs a tenth of a second, changed or not. */
const LOOK_EVERY_MS = 5_000;
/** Work at one go, and the pause after it: requests come first, and ten thousand services are a minute of them. */
const SLICE_MS = 5;
const PAUSE_MS = 20;
/** Lines of log from one inspection; a repository that is broken altogether needs no more. */
const MOST_LINES = 100;

export interface InspectionSummary {
  /** Files of ours in the repository. */
  readonly files: number;
  /** How many files or folders are broken, and how many are odd. */
  readonly unreadable: number;
  readonly odd: number;
  /** False until everything has been looked at once since the start. */
  readonly inspected: boolean;
}

/**
 * What is wrong in the repository, kept up to date in the background: all files after the start, and after a new head only those that
 * changed (`findingsOf`). It keeps problems, no data.
 */
@Injectable()
export class Inspection implements OnApplicationBootstrap, OnApplicationShutdown {
  private found: readonly FileProblem[] = [];
  private head: string | undefined;
  private running: Promise<void> | undefined;
  private isClosed = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(@Inject(Gitops) private readonly gitops: Gitops) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
    void this.look();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.isClosed = true;
    await this.running;
  }

  /** Sorted by path, as of the last inspection. */
  get problems(): readonly FileProblem[] {
    return this.found;
  }

  summary(): InspectionSummary {
    return {
      files: this.gitops.fileCount,
      unreadable: countPaths(this.found, 'broken'),
      odd: countPaths(this.found, 'odd'),
      inspected: this.head !== undefined,
    };
  }

  /** Inspects where there is a head that has not been inspected; whoever comes while that is under way waits for it. */
  look(): Promise<void> {
    const world = this.gitops.known();
    if (world === undefined || world.head === this.head) return this.running ?? Promise.resolve();
    this.running ??= this.inspect(world)
      .catch((error: unknown) => log.error({ err: error }, 'inspecting the GitOps repository failed'))
      .finally(() => (this.running = undefined));
    return this.running;
  }

  private async inspect(world: World): Promise<void> {
    const steps = inspecting(world);
    for (;;) {
      const step = slice(steps);
      if (this.isClosed) return;
      if (step.done) {
        this.adopt(world, step.value);
        return;
      }
      await sleep(PAUSE_MS, undefined, { ref: false });
    }
  }

  private adopt({ head }: World, found: readonly FileProblem[]): void {
    const before = new Set(this.found.map(keyOf));
    const fresh = found.filter((problem) => problem.severity === 'broken' && !before.has(keyOf(problem)));
    for (const { path, message } of fresh.slice(0, MOST_LINES)) log.warn({ path, problem: message }, 'unreadable file');
    if (fresh.length > MOST_LINES) log.warn({ more: fresh.length - MOST_LINES }, 'more unreadable files');
    this.found = found;
    this.head = head;
  }
}

function slice(steps: Generator<void, FileProblem[], void>): IteratorResult<void, FileProblem[]> {
  const end = performance.now() + SLICE_MS;
  let step = steps.next();
  while (!step.done && performance.now() < end) step = steps.next();
  return step;
}

function keyOf({ path, message }: FileProblem): string {
  return `${path}\0${message}`;
}

/** How many files or folders have such a problem, however many each. */
export function countPaths(problems: readonly FileProblem[], severity: FileProblem['severity']): number {
  return new Set(problems.filter((problem) => problem.severity === severity).map(({ path }) => path)).size;
}
