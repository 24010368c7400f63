import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Cluster, podLogsOf, type RawLine, type RawLogs, type Reading } from '../platform/cluster';
import { parseDuration } from '../platform/config/duration';
import { isAtLeast, type Level, levelOf, type LogLine, logQuery, LogsUnavailable, Loki } from '../platform/logs';
import type { WarningItem } from '../platform/operations/answer.dto';
import { untrusted } from '../platform/schema';
import { foreignLine, foreignText } from '../platform/text/foreign-text';
import { keyLines, mayBeKeyLine } from '../platform/text/key-lines';
import { MASK } from '../platform/text/secrets';
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

  /**
   * Lines newest first; what cannot be asked is in `source`. The door has judged the caller.
   * @param deployment as `deploymentOf`.
   */
  async read(input: ServiceLogsInput, deployment: string): Promise<ServiceLogs> {
    const { team, service } = input;
    // Loki does not know where one run of a container ends and the next begins.
    const { value, source } =
      this.loki.isConfigured && !input.previous
        ? await this.fromLoki(input, deployment)
        : await this.fromPods(input, deployment);
    const found = value ? selected(value.lines, input) : { lines: [], isCut: false };
    return {
      team,
      service,
      logs: untrusted(`logs of ${team}/${service}, written by the service`, { lines: found.lines }),
      // Nothing found by a search of what was cut: that more may hold it would tell what is masked.
      truncated: found.isCut || ((value?.isCut ?? false) && (input.contains === undefined || found.lines.length > 0)),
      source: { logs: source },
      warnings: value ? warningsOf(value, found, input) : [],
    };
  }

  private async fromLoki({ team, since, contains, level, lines }: ServiceLogsInput, deployment: string): Promise<Logs> {
    const to = this.clock.now();
    const limit = level === undefined && contains === undefined ? lines : MOST_READ;
    const scope = { namespace: team, deployment, contains };
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

  private fromPods(
    { team, since, previous, contains, level, lines }: ServiceLogsInput,
    instance: string,
  ): Promise<Logs> {
    const isFiltered = contains !== undefined || level !== undefined;
    return this.cluster.read('there is nothing to read logs from', (kubernetes) =>
      podLogsOf(kubernetes, {
        namespace: team,
        instance,
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

function selected(raw: readonly RawLine[], input: ServiceLogsInput): Found {
  const lines: LogLine[] = [];
  let size = 0;
  for (const line of wanted(raw, input)) {
    if (lines.length === input.lines) return { lines, isCut: true };
    size += line.message.length;
    if (size > ANSWER) return { lines, isCut: true, isTooLong: true };
    lines.push(line);
  }
  return { lines, isCut: false };
}

/** The lines that were asked for, as they may be shown. */
function* wanted(raw: readonly RawLine[], { contains, level }: ServiceLogsInput): Generator<LogLine> {
  const ofKeys = linesOfKeys(raw);
  // What was searched for elsewhere comes without the lines around it.
  const isKeyLine = (line: RawLine) => ofKeys.has(line) || (contains !== undefined && mayBeKeyLine(line.text));
  for (const line of raw) {
    const own = levelOf(line.text);
    if (!isAtLeast(own, (level ?? 'debug') as Level)) continue;
    const message = isKeyLine(line) ? MASK : foreignText(line.text, LINE);
    // In what is shown and not in what was written: a search must not tell what is masked.
    if (contains !== undefined && !message.includes(contains)) continue;
    const { at, pod, container } = line;
    yield { at, pod: foreignLine(pod, 253), container: foreignLine(container, 63), level: own ?? null, message };
  }
}

/** @param raw newest first. */
function linesOfKeys(raw: readonly RawLine[]): Set<RawLine> {
  const writers = new Map<string, RawLine[]>();
  for (const line of raw) {
    const writer = `${line.pod}\0${line.container}`;
    const own = writers.get(writer);
    if (own) own.push(line);
    else writers.set(writer, [line]);
  }
  const found = new Set<RawLine>();
  for (const lines of writers.values()) {
    const inOrder = lines.reverse();
    for (const index of keyLines(inOrder.map(({ text }) => text))) found.add(inOrder[index] as RawLine);
  }
  return found;
}

function warningsOf(
  { pods, silent = [], unread = [] }: Partial<RawLogs>,
  { isTooLong }: Found,
  { previous }: ServiceLogsInput,
): WarningItem[] {
  const warnings: WarningItem[] = [];
  if (pods === 0) warnings.push({ code: 'no_pods', message: 'The service has no pods, so there are no logs to read.' });
  if (silent.length > 0) {
    const why = previous ? 'it was not restarted, or is gone' : 'it has not started yet, or is gone';
    warnings.push({ code: 'no_log', message: `No such log of ${silent.join(', ')}: ${why}.` });
  }
  for (const { container, fault } of unread) {
    warnings.push({ code: 'log_unread', message: `The log of ${container} is missing here: ${fault.message}` });
  }
  if (isTooLong) {
    const message = `Only the newest ${ANSWER} characters are shown. Narrow it with since, contains or level.`;
    warnings.push({ code: 'too_long', message });
  }
  return warnings;
}
