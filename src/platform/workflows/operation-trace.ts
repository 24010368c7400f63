import { commitSeconds, operationsEnded } from '../metrics/instruments';
import type { OperationRow } from '../store';
import { type Attributes, type Span, type Traceparent, recordSpan, traced } from '../tracing';

/** Where in its caller's trace an operation is; undefined where tracing was off then. */
export function traceOf({ traceparent }: Pick<OperationRow, 'traceparent'>): Traceparent | undefined {
  return traceparent ?? undefined;
}

/** Of an operation what names it: whoever may see more finds it by the id. */
export function traceFacts({ operation, id }: Pick<OperationRow, 'operation' | 'id'>): Attributes {
  return { 'mctl.operation': operation, 'mctl.operation.id': id };
}

/** Steps of a batch, as spans of each of its operations: in the trace of the call that submitted it, linked to the batch's own. */
export class BatchTrace {
  private last = new Date();

  constructor(private readonly span: Span) {}

  /** A step has ended for these. */
  reached(step: 'plan' | 'commit' | 'push', rows: readonly OperationRow[]): void {
    const now = new Date();
    for (const row of rows) {
      recordSpan(
        {
          name: `mctl.${step}`,
          parent: traceOf(row),
          links: [this.span.traceparent],
          attributes: { ...traceFacts(row), 'mctl.attempt': row.attempts + 1 },
        },
        { from: this.last, to: now },
      );
    }
    this.last = now;
  }
}

/**
 * A batch is a trace of its own: it belongs to many calls, and what git does in it to none of them alone. It is linked to each.
 */
export function tracedBatch<T>(rows: readonly OperationRow[], work: (trace: BatchTrace) => Promise<T>): Promise<T> {
  const facts = {
    name: 'mctl.batch',
    kind: 'consumer',
    parent: undefined,
    links: rows.map(traceOf),
    attributes: { 'messaging.batch.message_count': rows.length },
  } as const;
  return traced(facts, (span) => work(new BatchTrace(span)));
}

/** An operation has ended: counted, and told in the trace of its caller as the span of its whole life. */
export function operationEnded(row: OperationRow, code?: string): void {
  remember(row.id);
  operationsEnded.inc({ operation: row.operation, outcome: code ?? 'succeeded' });
  recordSpan(
    {
      name: 'mctl.operation',
      parent: traceOf(row),
      attributes: { ...traceFacts(row), 'mctl.outcome': code ?? 'succeeded' },
    },
    { from: new Date(row.submitted_at), code },
  );
}

/** Operations that were counted by this process, the last thousand. */
const counted = new Set<string>();

function remember(id: string): void {
  counted.add(id);
  const [oldest] = counted;
  if (counted.size > 1_000 && oldest !== undefined) counted.delete(oldest);
}

/** An operation that a step of Argo has ended, whose process nobody scrapes: counted by the server that sees it. */
export function endedElsewhere(row: OperationRow): void {
  if (counted.delete(row.id)) return;
  const { code } = (row.error === null ? { code: 'succeeded' } : JSON.parse(row.error)) as { code: string };
  operationsEnded.inc({ operation: row.operation, outcome: code });
  if (row.commit === null || row.stage === 'continue') return;
  const seconds = (Date.parse(row.finished_at ?? row.submitted_at) - Date.parse(row.submitted_at)) / 1000;
  commitSeconds.observe({ operation: row.operation }, Math.max(0, seconds));
}

/** The commit of an operation is on the branch. */
export function operationCommitted(row: OperationRow): void {
  // What follows a wait of days says nothing about how fast commits are.
  if (row.stage === 'continue') return;
  commitSeconds.observe({ operation: row.operation }, Math.max(0, Date.now() - Date.parse(row.submitted_at)) / 1000);
}
