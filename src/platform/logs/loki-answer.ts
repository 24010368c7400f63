import { isPlain, textAt } from '../gitops/values';
import { foreignLine } from '../text/foreign-text';
import { LogsUnavailable } from './logs-unavailable';

/** One line as a program wrote it: foreign text, not cleaned yet. */
export interface LokiLine {
  readonly at: string;
  readonly pod: string;
  readonly container: string;
  readonly text: string;
}

/**
 * Reads the answer of `/loki/api/v1/query_range` to a log query, newest first (Loki HTTP API).
 * @throws LogsUnavailable for everything else.
 */
export function readStreams(text: string): LokiLine[] {
  const body = parse(text);
  const data = isPlain(body) && body.status === 'success' && isPlain(body.data) ? body.data : {};
  if (data.resultType !== 'streams' || !Array.isArray(data.result)) throw notLoki();
  const entries = data.result.flatMap(readStream);
  // Nanoseconds since 1970 are beyond what a number holds exactly; as text of one length they sort right.
  return entries
    .sort((a, b) => compare(b.nanoseconds.padStart(20, '0'), a.nanoseconds.padStart(20, '0')))
    .map(({ nanoseconds, ...line }) => ({ ...line, at: momentOf(nanoseconds) }));
}

type Entry = Omit<LokiLine, 'at'> & { readonly nanoseconds: string };

function readStream(entry: unknown): Entry[] {
  const { stream, values } = isPlain(entry) ? entry : {};
  if (!isPlain(stream) || !Array.isArray(values)) throw notLoki();
  const [pod, container] = [textAt(stream, 'pod') ?? '', textAt(stream, 'container') ?? ''];
  return values.map((value: unknown) => {
    const [nanoseconds, text] = Array.isArray(value) ? (value as unknown[]) : [];
    if (typeof nanoseconds !== 'string' || !/^\d{1,20}$/.test(nanoseconds) || typeof text !== 'string') throw notLoki();
    return { nanoseconds, pod, container, text };
  });
}

function momentOf(nanoseconds: string): string {
  const milliseconds = Number(BigInt(nanoseconds) / 1_000_000n);
  return new Date(Math.min(milliseconds, 8.64e15)).toISOString();
}

/** What an error's body says, for people: Loki sends plain text, gateways before it JSON. */
export function reasonOf(text: string): string {
  const body = parse(text);
  const said = isPlain(body) ? (body.message ?? body.error) : text;
  return foreignLine(typeof said === 'string' ? said : '', 200);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function notLoki(): LogsUnavailable {
  return new LogsUnavailable(
    'what answers there is not Loki, or the answer was cut off; the setting is the address before /loki/api/v1',
  );
}
