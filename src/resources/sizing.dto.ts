import { SourceState } from '../platform/cluster';
import { DURATION_PATTERN, parseDuration } from '../platform/config/duration';
import { WarningItem } from '../platform/operations/answer.dto';
import { Name } from '../platform/operations/arguments.dto';
import { Choice, Decimal, Flag, Integer, ListOf, MapOf, Nested, object, Text, text } from '../platform/schema';
import { Amount } from './amount';

/** What a metrics server can be asked in one go; its own data rarely reaches further back. */
const MOST_LOOKBACK = 30 * 86_400_000;

export class SizingInput {
  @Name({ description: 'Team.' }) team: string;
  @Name({ default: 'openclaw', description: 'Service.' }) service: string;
  @Text({
    pattern: DURATION_PATTERN,
    rule: 'a duration from 1s to 30d such as 24h or 7d',
    maxLength: 10,
    check: (value) => isBetween(parseDuration(value), 1, MOST_LOOKBACK),
    default: '24h',
    description: 'How far back; under 24h there is no recommendation.',
    brief: 'How far back.',
  })
  lookback: string;
}

function isBetween(value: number | undefined, least: number, most: number): boolean {
  return value !== undefined && value >= least && value <= most;
}

export class SizingWindow {
  @Text() lookback: string;
  @Text({ description: 'Start of the figures.' }) from: string;
  @Text({ description: 'End of the figures.' }) to: string;
  @Text({ nullable: true }) first_sample: string | null;
  @Text({ nullable: true }) last_sample: string | null;
  @Decimal({ description: 'Between the first and the last sample, which is looked for up to 10 minutes before from.' })
  hours: number;
}

export class UsageSpread {
  @Nested(() => Amount, { description: '95th percentile over time of the busiest replica.' }) p95: Amount;
  @Nested(() => Amount, { description: 'Highest of any replica.' }) max: Amount;
}

export class SizingUsage {
  @Nested(() => UsageSpread, { nullable: true, description: 'Means of 5 minutes.' }) cpu: UsageSpread | null;
  @Nested(() => UsageSpread, { nullable: true, description: 'Working set.' }) memory: UsageSpread | null;
  @Integer({ description: 'Kills for lack of memory, at least.' }) oom_kills: number;
  @Nested(() => Amount, { nullable: true, description: 'Memory limit of what was killed, where known.' })
  ran_out_of_memory: Amount | null;
}

export class ResourceValues {
  @MapOf(text(), { description: 'Kubernetes quantities.' }) requests: Record<string, string>;
  @MapOf(text()) limits: Record<string, string>;
}

export class NearestProfilePart extends ResourceValues {
  @Text() name: string;
  @Flag({ description: 'False: even the largest is too small, see short.' }) fits: boolean;
  @ListOf(text(), { description: 'Values of the profile that are less than needed.' }) short: string[];
}

export class SizingRecommended extends ResourceValues {
  @ListOf(text(), { description: 'How the values came about.' }) because: string[];
  @Nested(() => NearestProfilePart, { description: 'The smallest profile that is large enough, else the largest.' })
  profile: NearestProfilePart;
}

export class DifferenceItem {
  @Text({ description: 'e.g. requests.cpu.' }) resource: string;
  @Text({ nullable: true }) current: string | null;
  @Text() recommended: string;
  @Text({ nullable: true, description: 'recommended - current.' }) change: string | null;
}

export const SIZING_STATUS = ['ok', 'insufficient_data', 'unavailable', 'not_configured'] as const;

export class SizingSource {
  @Nested(() => SourceState) gitops: SourceState;
  @Nested(() => SourceState) metrics: SourceState;
}

export class SizingRecommendation {
  @Text() team: string;
  @Text() service: string;
  @Choice(SIZING_STATUS) status: (typeof SIZING_STATUS)[number];
  @Text({ description: 'The outcome in a sentence.' }) summary: string;
  @Nested(() => SizingWindow) window: SizingWindow;
  @Integer({ description: 'Scrapes behind the figures.' }) samples: number;
  @Nested(() => SizingUsage, { nullable: true, description: 'Null where metrics cannot be read.' })
  usage: SizingUsage | null;
  @Nested(() => ResourceValues, { description: 'Of the service’s own container, as git declares them.' })
  current: ResourceValues;
  @Nested(() => SizingRecommended, { nullable: true, description: 'Null unless status is ok.' })
  recommended: SizingRecommended | null;
  @ListOf(object(() => DifferenceItem)) difference: DifferenceItem[];
  @Nested(() => SizingSource) source: SizingSource;
  @ListOf(object(() => WarningItem)) warnings: WarningItem[];
}
