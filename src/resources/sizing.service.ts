import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import type { SourceState } from '../platform/cluster';
import { DEFAULT_PROFILES, parseDuration } from '../platform/config';
import { Gitops, type World } from '../platform/gitops';
import type { WarningItem } from '../platform/operations/answer.dto';
import {
  METRICS_OK,
  metricsNotConfigured,
  MetricsUnavailable,
  metricsUnavailable,
  Prometheus,
} from '../platform/prometheus';
import { requireService } from '../services';
import { deploymentOf } from '../services';
import type { SizingInput, SizingRecommendation } from './sizing.dto';
import { recommend, whatIsMissing } from './sizing.policy';
import { type Measurements, readMeasurements, sizingQueries } from './sizing.queries';
import { differencePart, recommendedPart, usagePart, windowPart } from './sizing.view';

/** What an answer holds beside the facts that are always known. */
type Outcome = Pick<SizingRecommendation, 'status' | 'summary' | 'recommended' | 'difference' | 'warnings'>;

/** What the metrics say of one service's size. The doors have checked the caller's role in the team that is named. */
@Injectable()
export class SizingService {
  constructor(
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Prometheus) private readonly prometheus: Prometheus,
  ) {}

  /**
   * A recommendation, or the state that stands in its way: too little data, a server that does not answer, none configured.
   * @throws NotFound, or Conflict `unreadable_file`.
   */
  async recommend(_actor: Actor, { team, service: name, lookback }: SizingInput): Promise<SizingRecommendation> {
    const world = await this.gitops.world();
    const { resources } = requireService(world, team, name);
    const seconds = (parseDuration(lookback) ?? 0) / 1000;
    const at = new Date();
    const { measured, source } = await this.measure(world, { team, service: name, seconds, at });
    const outcome = measured ? judge(world, measured, resources) : unread(source);
    return {
      team,
      service: name,
      ...outcome,
      window: windowPart(lookback, seconds, at, measured),
      samples: measured?.samples ?? 0,
      usage: measured ? usagePart(measured) : null,
      current: { requests: { ...resources.requests }, limits: { ...resources.limits } },
      source: { gitops: { state: 'ok', message: `desired state at commit ${world.head}` }, metrics: source },
    };
  }

  private async measure(
    world: World,
    { team, service, seconds, at }: { team: string; service: string; seconds: number; at: Date },
  ): Promise<{ measured?: Measurements; source: SourceState }> {
    if (!this.prometheus.isConfigured) return { source: metricsNotConfigured('no service can be measured') };
    const queries = sizingQueries({
      namespace: team,
      deployment: deploymentOf(world, team, service),
      container: service,
      lookbackSeconds: seconds,
    });
    try {
      return { measured: readMeasurements(await this.prometheus.queryAll(queries, at)), source: METRICS_OK };
    } catch (error) {
      if (!(error instanceof MetricsUnavailable)) throw error;
      return { source: metricsUnavailable(error.message) };
    }
  }
}

function judge(world: World, measured: Measurements, current: Parameters<typeof recommend>[1]): Outcome {
  const recommended = recommend(measured, current);
  if (!recommended) {
    const summary = `No recommendation: ${whatIsMissing(measured) ?? 'metrics are incomplete.'}`;
    return { status: 'insufficient_data', summary, recommended: null, difference: [], warnings: [] };
  }
  const profiles = world.platform.resourceProfiles ?? DEFAULT_PROFILES;
  const part = recommendedPart(recommended, profiles, measured);
  const { name, fits } = part.profile;
  const { cpu, memory } = part.requests;
  return {
    status: 'ok',
    summary: `Requests of ${cpu} CPU and ${memory} memory suffice; ${fits ? `the smallest profile with room for that is ${name}` : `no profile has room for that, the largest is ${name}`}.`,
    recommended: part,
    difference: differencePart(recommended, current),
    warnings: assumed(measured),
  };
}

function assumed({ oomKills, ranOut }: Measurements): WarningItem[] {
  if (oomKills === 0 || ranOut) return [];
  const message =
    'There were kills for lack of memory, and no metric tells at which limit: today’s limit was taken for it, or the highest use.';
  return [{ code: 'memory_limit_assumed', message }];
}

function unread({ state, message = '' }: SourceState): Outcome {
  const status = state === 'not_configured' ? state : 'unavailable';
  return { status, summary: `No recommendation: ${message}`, recommended: null, difference: [], warnings: [] };
}
