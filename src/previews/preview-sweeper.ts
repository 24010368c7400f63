import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Config } from '../platform/config';
import { MctlError } from '../platform/errors';
import { Gitops, type Preview, previewParts, type World } from '../platform/gitops';
import { log } from '../platform/logging';
import { SystemCalls } from '../platform/operations/system-calls';
import { Rounds } from '../platform/schedule';
import { Leadership } from '../platform/store';
import { deletePreview } from './delete-preview.operation';

/**
 * Deletes previews that have expired: `delete-preview` in MCTL's own name, through the same path as everybody's writes. It keeps
 * nothing of its own: what is expired is in git, what was done about it is in the operations, so a restart changes nothing.
 */
@Injectable()
export class PreviewSweeper extends Rounds {
  /** Versions of files that were warned of already. */
  private readonly warned = new Set<string>();

  constructor(
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(SystemCalls) private readonly calls: SystemCalls,
    @Inject(Leadership) leadership: Leadership,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    super(leadership, 'previews could not be swept');
  }

  protected override pause(): number {
    const { readOnly, previewSweep } = this.config.values;
    return readOnly ? 0 : previewSweep;
  }

  /** Submits a deletion for every preview that has expired and has none under way. */
  protected override async work(signal: AbortSignal): Promise<void> {
    const world = await this.gitops.world();
    for (const team of teamsOf(world)) {
      for (const preview of this.expiredIn(world, team)) {
        if (signal.aborted) return;
        await this.remove(preview);
      }
    }
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
    if (this.warned.has(version)) return;
    this.warned.add(version);
    log.warn({ path, why }, 'a preview whose expiry cannot be read is left alone');
  }

  private remove({ team, name: service, id: preview_id, expiresAt }: Preview): Promise<void> {
    const expiry = expiresAt?.toISOString();
    return this.calls.submit(deletePreview, {
      login: 'preview-sweeper',
      subject: `preview:${team}/${service}-${preview_id}:${expiry}`,
      firstPauseMs: this.config.values.previewSweep,
      input: { team, service, preview_id, reason: `expired at ${expiry}` },
    });
  }
}

/** Also of teams that are gone: what is left of them is reported, though nobody but a person can remove it. */
function teamsOf(world: World): string[] {
  return world.list(world.layout.under('previews/')).flatMap((name) => (name.endsWith('/') ? [name.slice(0, -1)] : []));
}
