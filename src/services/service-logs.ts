import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Cluster, podLogsOf, type RawLine, type RawLogs, type Reading } from '../platform/cluster';
import { parseDuration } from '../platform/config/duration';
import { isAtLeast, type Level, levelOf, type LogLine, logQuery, LogsUnavailable, Loki } from '../platform/logs';
import type { WarningItem } from '../platform/operations/answer.dto';
import { untrusted } from '../platform/schema';
import { foreignLine, foreignText } from '../platform/text/foreign-text';
import { joinedName } from './name.policy';
import type { ServiceLogs, ServiceLogsInput } from './services.dto';

/** Read of each container, so that a filter has something to find in. */
const MOST_READ = 5_000;
const LINE = 4_000;
/** Characters of all lines of one answer: a model has to read them. */
const ANSWER = 100_000;

/** What a service wrote: as Loki has kept it where one is configured, else as the cluster's pods have it. */
@Injectable()
export class ServiceLogReader {
  constructor(
    @Inject(Cluster) private readonly cluster: Cluster,
    @Inject(Loki) private readonly loki: Loki,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Lines newest first; what cannot be asked is in `source`. The door has judged the caller. */
  async read(input: ServiceLogsInput): Promise<ServiceLogs> {
    const { team, service } = input;
    // Loki does not know where one run of a container ends and the next begins.
    const { value, source } =
      this.loki.isConfigured && !input.previous ? await this.fromLoki(input) : await this.fromPods(input);
    const found = value ? selected(value.lines, input) : { lines: [], isCut: false };
    return {
      team,
      service,
      logs: untrusted(`logs of ${team}/${service}, written by the service`, { lines: found.lines }),
      truncated: found.isCut || (value?.isCut ?? false),
      source: { logs: source },
      warnings: value ? warningsOf(value, found, input) : [],
    };
  }

  private async fromLoki({ team, service, since, contains, level, lines }: ServiceLogsInput): Promise<Logs> {
    const to = this.clock.now();
    const limit = level === undefined ? lines : MOST_READ;
    const scope = { namespace: team, deployment: joinedName(team, service), contains };
    try {
      const from = new Date(to.getTime() - (parseDuration(since) ?? 0));
      const found = await this.loki.lines(logQuery(scope), { from, to, limit });
      return {
        value: { lines: found, isCut: found.length >= limit },
        source: { state: 'ok', message: 'logs of Loki' },
      };
    } catch (error) {
      if (!(error instanceof LogsUnavailable)) throw error;
      const message = `Loki cannot be asked: ${error.message}.`;
      return { source: { state: 'unavailable', setting: 'MCTL_LOKI_URL', message } };
    }
  }

  private fromPods({ team, service, since, previous, contains, level, lines }: ServiceLogsInput): Promise<Logs> {
    const isFiltered = contains !== undefined || level !== undefined;
    return this.cluster.read('there is nothing to read logs from', (kubernetes) =>
      podLogsOf(kubernetes, {
        namespace: team,
        instance: joinedName(team, service),
        sinceSeconds: Math.max(1, Math.ceil((parseDuration(since) ?? 0) / 1_000)),
        previous,
        lines: isFiltered ? MOST_READ : lines,
      }),
    );
  }
}

/** Of Loki nobody knows pods and containers that wrote nothing. */
type Logs = Reading<Pick<RawLogs, 'lines' | 'isCut'> & Partial<RawLogs>>;

interface Found {
  readonly lines: LogLine[];
  readonly isCut: boolean;
  /** Cut because of its size and not its number of lines. */
  readonly isTooLong?: boolean;
}

function selected(raw: readonly RawLine[], { lines: most, contains, level }: ServiceLogsInput): Found {
  const lines: LogLine[] = [];
  let size = 0;
  for (const line of raw) {
    const own = levelOf(line.text);
    const isWanted =
      (contains === undefined || line.text.includes(contains)) && isAtLeast(own, (level ?? 'debug') as Level);
    if (!isWanted) continue;
    if (lines.length === most) return { lines, isCut: true };
    const message = foreignText(line.text, LINE);
    size += message.length;
    if (size > ANSWER) return { lines, isCut: true, isTooLong: true };
    const { at, pod, container } = line;
    lines.push({ at, pod: foreignLine(pod, 253), container: foreignLine(container, 63), level: own ?? null, message });
  }
  return { lines, isCut: false };
}

function warningsOf(
  { pods, silent = [] }: Partial<RawLogs>,
  { isTooLong }: Found,
  { previous }: ServiceLogsInput,
): WarningItem[] {
  const warnings: WarningItem[] = [];
  if (pods === 0) warnings.push({ code: 'no_pods', message: 'The service has no pods, so there are no logs to read.' });
  if (silent.length > 0) {
    const why = previous ? 'has not been restarted' : 'has not started';
    warnings.push({ code: 'no_log', message: `${silent.join(', ')} ${why}, so it has no such log.` });
  }
  if (isTooLong) {
    const message = `Only the newest ${ANSWER} characters are shown. Narrow it with since, contains or level.`;
    warnings.push({ code: 'too_long', message });
  }
  return warnings;
}
