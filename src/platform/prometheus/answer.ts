import { isPlain } from '../gitops/values';
import { Quantity } from '../quantity';
import { foreignLine } from '../text/foreign-text';
import { MetricsUnavailable } from './metrics-unavailable';

/** The value of one series at the moment that was asked about. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** As the server wrote it, e.g. cores or bytes. Never NaN or infinite: such values are left out, they are none. */
  readonly value: Quantity;
}

const REASON_LENGTH = 200;

/**
 * Reads the answer of `/api/v1/query` to a query whose result is an instant vector (Prometheus HTTP API; VictoriaMetrics has the
 * same form, and `isPartial` beside it).
 * @throws MetricsUnavailable for everything else, and for answers that the server itself calls incomplete.
 */
export function readVector(text: string): Sample[] {
  const body = readJson(text);
  if (body.status !== 'success') throw new MetricsUnavailable(`it answered ${reasonIn(body)}`);
  if (body.isPartial === true) throw new MetricsUnavailable('its answer is partial: not all of its storage answered');
  if (Array.isArray(body.warnings) && body.warnings.length > 0) {
    throw new MetricsUnavailable(`its answer may be incomplete: ${short(String(body.warnings[0]))}`);
  }
  const data = isPlain(body.data) ? body.data : {};
  if (data.resultType !== 'vector' || !Array.isArray(data.result)) throw notTheApi();
  return data.result.flatMap(readSample);
}

/** What an error's body says, for people. @param text any body, JSON or not. */
export function reasonOf(text: string): string | undefined {
  try {
    return reasonIn(readJson(text));
  } catch {
    return undefined;
  }
}

function reasonIn({ errorType, error }: Readonly<Record<string, unknown>>): string {
  return short([errorType, error].filter((part) => typeof part === 'string').join(': ')) || 'an error without a reason';
}

function readJson(text: string): Readonly<Record<string, unknown>> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw notTheApi(cause);
  }
  if (!isPlain(body)) throw notTheApi();
  return body;
}

function readSample(entry: unknown): Sample[] {
  const { metric, value } = isPlain(entry) ? entry : {};
  const written: unknown = Array.isArray(value) ? value[1] : undefined;
  if (!isPlain(metric) || typeof written !== 'string') throw notTheApi();
  const labels = Object.entries(metric).map(([name, label]) => [name, String(label)] as const);
  const parsed = Quantity.parse(written) ?? nextToNothing(written);
  if (!parsed && !/^(NaN|[+-]?Inf)$/.test(written)) throw notTheApi();
  return parsed ? [{ labels: Object.fromEntries(labels), value: parsed }] : [];
}

/** A float may be smaller than any quantity: `1e-300`. */
function nextToNothing(written: string): Quantity | undefined {
  return Math.abs(Number(written)) < 1e-9 ? Quantity.zero : undefined;
}

function notTheApi(cause?: unknown): MetricsUnavailable {
  return new MetricsUnavailable(
    'what answers there is not the Prometheus API, or the answer was cut off; the setting is the address before /api/v1',
    { cause },
  );
}

function short(text: string): string {
  return foreignLine(text, REASON_LENGTH);
}
