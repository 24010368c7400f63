/** Values of our own choosing: names and ids, never an argument of a call, a credential or a person's address. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** The kinds of OpenTelemetry. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/**
 * A place in a trace as W3C Trace Context writes it: version, trace, span and flags. `tracestate` is not taken on: it is free text of
 * whoever calls, and would be stored and passed on with everything else that somebody put there.
 */
export type Traceparent = string;

export interface SpanFacts {
  /** Low in variety: a route's pattern, a tool's name, never an id. */
  readonly name: string;
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** What it is part of: absent = whatever is under way here, undefined or malformed = nothing, it begins a trace. */
  readonly parent?: Traceparent | undefined;
  /** What it has to do with besides. */
  readonly links?: readonly (Traceparent | undefined)[];
  /** When it began; absent = now. */
  readonly from?: Date;
}

/** Something that takes time, told of as soon as it ends. */
export interface Span {
  /** Where it is, for whoever goes on with it; undefined where tracing is off. */
  readonly traceparent: Traceparent | undefined;
  rename(name: string): void;
  set(attributes: Attributes): void;
  /** @param code a stable one, never a message. */
  fail(code: string): void;
  end(at?: Date): void;
  /** Does work as a part of it: spans, log lines and requests below belong to it. */
  run<T>(work: () => T): T;
}

/** What makes spans; OpenTelemetry's is loaded only where tracing is on. */
export interface Tracer {
  begin(facts: SpanFacts): Span;
  /** The present span; undefined outside of any. */
  present(): Traceparent | undefined;
  detached<T>(work: () => T): T;
}

const NO_SPAN: Span = {
  traceparent: undefined,
  rename: () => undefined,
  set: () => undefined,
  fail: () => undefined,
  end: () => undefined,
  run: (work) => work(),
};

/** Of the whole process, like the log: functions far below any service make spans. */
let tracer: Tracer | undefined;

/** Switches tracing on; undefined switches it off again. */
export function setTracer(next: Tracer | undefined): void {
  tracer = next;
}

/** For what has a cost before any span: true where somebody collects them. */
export function isTracing(): boolean {
  return tracer !== undefined;
}

/** A span whose end is somewhere else; whoever begins it ends it. Without tracing it is nothing and costs nothing. */
export function beginSpan(facts: SpanFacts): Span {
  return tracer ? tracer.begin(facts) : NO_SPAN;
}

/** Does work as a span of its own; an error fails it with its code and goes on. */
export async function traced<T>(facts: SpanFacts, work: (span: Span) => Promise<T>): Promise<T> {
  if (!tracer) return work(NO_SPAN);
  const span = beginSpan(facts);
  try {
    return await span.run(() => work(span));
  } catch (error) {
    span.fail(codeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** The same, but only as a part of something: what the program does by itself every second is not worth a trace. */
export function tracedInside<T>(facts: SpanFacts, work: (span: Span) => Promise<T>): Promise<T> {
  return presentTrace() === undefined ? work(NO_SPAN) : traced(facts, work);
}

/** Tells of something that is over. */
export function recordSpan(
  facts: SpanFacts,
  { from, to = new Date(), code }: { from: Date; to?: Date; code?: string },
): void {
  if (!tracer) return;
  const span = beginSpan({ ...facts, from });
  if (code !== undefined) span.fail(code);
  span.end(to);
}

/** Where we are; undefined outside of any span. */
export function presentTrace(): Traceparent | undefined {
  return tracer?.present();
}

/** Starts work that outlives whatever led to it, and is no part of it. */
export function detached<T>(work: () => T): T {
  return tracer ? tracer.detached(work) : work();
}

/** Headers that let a server of our own infrastructure go on with the trace. Never for anybody else's. */
export function traceHeaders(): Record<string, string> {
  const traceparent = presentTrace();
  return traceparent === undefined ? {} : { traceparent };
}

/** What a log line says of the trace it was written in. */
export function traceFields(): object {
  const [, trace_id, span_id] = presentTrace()?.split('-') ?? [];
  return trace_id === undefined ? {} : { trace_id, span_id };
}

/** Of an error its stable code, kind or class: messages may repeat what came from outside. */
export function codeOf(error: unknown): string {
  const { code, kind, name } = (error ?? {}) as { code?: unknown; kind?: unknown; name?: unknown };
  const word = [code, kind, name].find((each) => typeof each === 'string' && /^[\w.-]{1,60}$/.test(each));
  return (word as string | undefined) ?? 'unknown';
}
