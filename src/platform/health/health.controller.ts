import { Controller, Get, HttpStatus, Inject, Redirect, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { Public } from '../auth/access-rule';
import { Gitops } from '../gitops';
import { Store } from '../store';

type Check = 'ok' | 'unavailable' | 'degraded';

/** For load balancers and people: nothing here needs a token, nothing here names a team. */
@ApiExcludeController()
@Public()
@Controller()
export class HealthController {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(Gitops) private readonly gitops: Gitops,
  ) {}

  @Get()
  @Redirect('/docs', HttpStatus.TEMPORARY_REDIRECT)
  root(): void {
    // A person with a browser looks here first.
  }

  @Get('healthz')
  healthz(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Only what is broken in this process makes it not ready: a remote that is away would otherwise take every replica out at once. */
  @Get('readyz')
  async readyz(@Res({ passthrough: true }) response: Response): Promise<object> {
    const store = await this.checkStore();
    const gitops = await this.checkGitops();
    if (store !== 'ok') response.status(HttpStatus.SERVICE_UNAVAILABLE);
    const seconds = this.gitops.secondsSinceSync;
    return {
      status: store === 'ok' ? 'ready' : 'not ready',
      checks: { store, gitops },
      ...(seconds !== undefined && { gitops_last_sync_seconds: Math.round(seconds) }),
    };
  }

  private async checkStore(): Promise<Check> {
    try {
      await this.store.db.selectFrom('operations').select('id').limit(1).execute();
      return 'ok';
    } catch {
      return 'unavailable';
    }
  }

  private async checkGitops(): Promise<Check> {
    try {
      await this.gitops.world();
      return 'ok';
    } catch {
      return 'degraded';
    }
  }
}
