import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { systemActor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import { Config } from '../platform/config';
import { ulid } from '../platform/crypto';
import { MctlError } from '../platform/errors';
import { Gitops, type Preview, previewParts, type World } from '../platform/gitops';
import { log } from '../platform/logging';
import { OperationStore } from '../platform/operations/operation-store';
import { Operations } from '../platform/operations/operations';
import { nextSystemKey } from '../platform/operations/system-key';
import { parseInput } from '../platform/schema';
import { Leadership } from '../platform/store';
import { deletePreview } from './delete-preview.operation';

/** A command that opens the program for one operation is over before the first sweep. */
const FIRST_SWEEP_MS = 5_000;
const LOGIN = 'preview-sweeper';
const NOT_YET = 'an expired preview could not be deleted yet';

/**
 * Deletes previews that have expired: `delete-preview` in MCTL's own name, through the same path as everybody's writes. It keeps
 * nothing of its own: what is expired is in git, what was done about it is in the operations, so a restart changes nothing.
 */
@Injectable()
export class PreviewSweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopping = false;
  /** What was warned of already: each version of a file, each refusal. */
  private readonly warned = new Set<string>();

  constructor(
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Operations) private readonly operations: Operations,
    @Inject(OperationStore) private readonly rows: OperationStore,
    @Inject(Leadership) private readonly leadership: Leadership,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    const { readOnly, previewSweep: interval } = this.config.values;
    if (!readOnly && interval > 0) this.schedule(Math.min(interval, FIRST_SWEEP_MS));
  }

  /** Lets the deletion in hand be submitted; the engine ends it, now or after the next start. */
  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Submits a deletion for every preview that has expired and has none under way. Never throws. */
  async sweep(): Promise<void> {
    try {
      if (!(await this.leadership.isLeader())) return;
      const world = await this.gitops.world();
      for (const team of teamsOf(world)) {
        for (const preview of this.expiredIn(world, team)) {
          if (this.isStopping) return;
          await this.remove(preview);
        }
      }
    } catch (error) {
      log.warn({ err: error }, 'previews could not be swept; the next sweep tries again');
    }
  }

  private schedule(pause: number): void {
    this.timer = setTimeout(() => {
      this.running = this.sweep().then(() => {
        if (!this.isStopping) this.schedule(this.config.values.previewSweep);
      });
    }, pause);
    this.timer.unref();
  }

  private expiredIn(world: World, team: string): Preview[] {
    const now = this.clock.now();
    return world.previewNames(team).flatMap((folder) => {
      const preview = this.readOrWarn(world, team, folder);
      return preview?.expiresAt && preview.expiresAt <= now ? [preview] : [];
    });
  }

  /** What cannot be judged is left alone, and said once. */
  private readOrWarn(world: World, team: string, folder: string): Preview | undefined {
    const path = `${world.layout.previewsFolder(team)}${folder}/values.yaml`;
    const parts = previewParts(folder);
    try {
      const preview = parts && world.preview(team, parts.service, parts.id);
      if (!preview?.expiresAt) this.warn(path, world, 'it says no moment in preview.expiresAt');
      return preview;
    } catch (error) {
      if (!(error instanceof MctlError)) throw error;
      this.warn(path, world, error.message);
      return undefined;
    }
  }

  private warn(path: string, world: World, why: string): void {
    const version = `${path}\0${world.file(path)?.blob ?? ''}`;
    this.warnOnce(version, { path, why }, 'a preview whose expiry cannot be read is left alone');
  }

  private warnOnce(key: string, facts: object, message: string): void {
    if (this.warned.has(key)) return;
    this.warned.add(key);
    log.warn(facts, message);
  }

  private async remove(preview: Preview): Promise<void> {
    const { team, name: service, id: preview_id, expiresAt } = preview;
    const subject = `preview:${team}/${service}-${preview_id}:${expiresAt?.toISOString()}`;
    const call = { login: LOGIN, subject, firstPauseMs: this.config.values.previewSweep };
    const key = await nextSystemKey(this.rows, call);
    if (key === undefined) return;
    const reason = `expired at ${expiresAt?.toISOString()}`;
    const input = parseInput(deletePreview.input, { team, service, preview_id, reason, idempotency_key: key });
    try {
      await this.operations.run(deletePreview, systemActor(LOGIN, ulid()), input);
    } catch (error) {
      if (!(error instanceof MctlError)) throw error;
      this.warnOnce(`${key}\0${error.code}`, { team, service, preview: preview_id, code: error.code }, NOT_YET);
    }
  }
}

/** Also of teams that are gone: what is left of them is reported, though nobody but a person can remove it. */
function teamsOf(world: World): string[] {
  return world.list(world.layout.under('previews/')).flatMap((name) => (name.endsWith('/') ? [name.slice(0, -1)] : []));
}
