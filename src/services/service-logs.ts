import { Inject, Injectable } from '@nestjs/common';
import { Cluster, podLogsOf, type RawLine, type RawLogs } from '../platform/cluster';
import { parseDuration } from '../platform/config/duration';
import { isAtLeast, type Level, levelOf, type LogLine } from '../platform/logs';
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

/** What a service wrote, as the cluster's pods have it. */
@Injectable()
export class ServiceLogReader {
  constructor(@Inject(Cluster) private readonly cluster: Cluster) {}

  /** Lines newest first; what cannot be asked is in `source`. The door has judged the caller. */
  async read(input: ServiceLogsInput): Promise<ServiceLogs> {
    const { team, service, since, previous } = input;
    const isFiltered = input.contains !== undefined || input.level !== undefined;
    const { value, source } = await this.cluster.read('there is nothing to read logs from', (kubernetes) =>
      podLogsOf(kubernetes, {
        namespace: team,
        instance: joinedName(team, service),
        sinceSeconds: Math.max(1, Math.ceil((parseDuration(since) ?? 0) / 1_000)),
        previous,
        lines: isFiltered ? MOST_READ : input.lines,
      }),
    );
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
}

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

function warningsOf({ pods, silent }: RawLogs, { isTooLong }: Found, { previous }: ServiceLogsInput): WarningItem[] {
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
