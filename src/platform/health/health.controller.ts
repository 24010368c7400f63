import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, Header, HttpStatus, Inject, Redirect, Req, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { Public, Uncounted } from '../auth/access-rule';
import { Gitops, Inspection } from '../gitops';
import { OwnAddress, servesPages } from '../http/pages';
import type { SignedRequest } from '../mcp/call';
import { Store } from '../store';
import { DetailsGuard } from './details.guard';

/** `failing`: the last ask of the remote failed, and what is known is still young enough to answer from; `degraded`: it is not. */
type Check = 'ok' | 'unavailable' | 'failing' | 'degraded' | 'reading';

/** Load balancers give up after a few seconds, and the first reading of a large repository may take longer. */
const PATIENCE_MS = 1_000;
/** Problems that one answer names. */
const NAMED = 100;

/** For load balancers and people: nothing here needs a token, nothing here names a team unless an administrator asks. */
@ApiExcludeController()
@Public()
@Uncounted()
@Controller()
export class HealthController {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Inspection) private readonly inspection: Inspection,
    @Inject(OwnAddress) private readonly address: OwnAddress,
  ) {}

  /** A person with a browser looks here first, and is shown how to connect where pages are served; programs are shown the REST docs. */
  @Get()
  @Header('Vary', 'Accept')
  @Redirect('/docs', HttpStatus.TEMPORARY_REDIRECT)
  root(@Req() { headers }: SignedRequest): { url: string } {
    const base = this.address.base();
    const isPerson = headers.accept?.includes('text/html') && base !== undefined && servesPages(base);
    return { url: isPerson ? '/connect' : '/docs' };
  }

  @Get('healthz')
  healthz(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /**
   * Only what is broken in this process makes it not ready: a remote that is away, or a broken file, would otherwise take every
   * replica out at once. With `?verbose` and an administrator's token it names the files that somebody should mend.
   */
  @Get('readyz')
  @UseGuards(DetailsGuard)
  async readyz(@Req() { user }: SignedRequest, @Res({ passthrough: true }) response: Response): Promise<object> {
    const store = await this.checkStore();
    const gitops = await this.checkGitops();
    if (store !== 'ok') response.status(HttpStatus.SERVICE_UNAVAILABLE);
    const seconds = this.gitops.secondsSinceSync;
    return {
      status: store === 'ok' ? 'ready' : 'not ready',
      checks: { store, gitops },
      ...(seconds !== undefined && { gitops_last_sync_seconds: Math.round(seconds) }),
      ...this.outage(),
      ...(gitops === 'reading' && { gitops_first_reading: this.gitops.firstReading }),
      repository: this.inspection.summary(),
      ...(user?.isAdmin && this.details()),
    };
  }

  private outage(): object {
    const { failing } = this.gitops;
    if (!failing) return {};
    const { since, reason, fix } = failing;
    return { gitops_failing_since: since.toISOString(), gitops_failing_reason: reason, gitops_failing_fix: fix };
  }

  private details(): object {
    const { problems } = this.inspection;
    // What cannot be read comes before what is only odd.
    const sorted = [...problems].sort((a, b) => Number(a.severity === 'odd') - Number(b.severity === 'odd'));
    return { problems: sorted.slice(0, NAMED), more_problems: Math.max(0, problems.length - NAMED) };
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
    const known = this.gitops.world().then(
      (): Check => (this.gitops.failing ? 'failing' : 'ok'),
      (): Check => 'degraded',
    );
    if (this.gitops.firstReading === undefined) return known;
    return Promise.race([known, sleep(PATIENCE_MS, 'reading' as const, { ref: false })]);
  }
}
