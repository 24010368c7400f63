import {
  type Context,
  type HrTime,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  SpanKind as OtelKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer as OtelTracer,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { parseTraceParent } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler as OtelSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Sampler } from '../config/tracing-settings';
import type { Attributes, Span, SpanFacts, SpanKind, Traceparent, Tracer } from './tracing';

/** Spans that wait for their export at most; what comes on top is dropped, never waited for. */
const QUEUE = 2_048;
const EXPORT_TIMEOUT_MS = 10_000;

const KINDS: Record<SpanKind, OtelKind> = {
  internal: OtelKind.INTERNAL,
  server: OtelKind.SERVER,
  client: OtelKind.CLIENT,
  producer: OtelKind.PRODUCER,
  consumer: OtelKind.CONSUMER,
};

export interface OpenTelemetryOptions {
  readonly exporter: SpanExporter;
  readonly sampler: Sampler;
  /** Share that the ratio samplers keep, 0 to 1. */
  readonly ratio: number;
  /** Of the resource: service.name and the like. */
  readonly resource: Readonly<Record<string, string>>;
  readonly version: string;
  /** Longest time between a span's end and its export. */
  readonly delayMs?: number;
}

/**
 * Makes spans with OpenTelemetry's SDK. This module and what it imports are loaded only where tracing is on: 17 MB and 170 ms.
 * Registers nothing globally, so no other package makes spans of its own.
 */
export class OpenTelemetry implements Tracer {
  private readonly provider: TracerProvider;
  private readonly tracer: OtelTracer;
  private readonly carried = new AsyncLocalStorageContextManager().enable();

  constructor({ exporter, sampler, ratio, resource, version, delayMs }: OpenTelemetryOptions) {
    const processor = new BatchSpanProcessor({
      exporter,
      maxQueueSize: QUEUE,
      exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      ...(delayMs !== undefined && { scheduledDelayMillis: delayMs }),
    });
    this.provider = new TracerProvider({
      resource: resourceFromAttributes(resource),
      sampler: samplerOf(sampler, ratio),
      spanProcessors: [processor],
      spanLimits: { attributeValueLengthLimit: 256 },
    });
    this.tracer = this.provider.getTracer('mctl', version);
  }

  begin(facts: SpanFacts): Span {
    const { name, kind = 'internal', attributes = {}, links = [], from } = facts;
    const above = 'parent' in facts ? this.contextOf(facts.parent) : this.carried.active();
    const span = this.tracer.startSpan(
      name,
      {
        kind: KINDS[kind],
        attributes: { ...attributes },
        links: links.flatMap((link) => {
          const linked = trace.getSpanContext(this.contextOf(link));
          return linked ? [{ context: linked }] : [];
        }),
        ...(from && { startTime: timeOf(from) }),
      },
      above,
    );
    return this.handleOf(span, trace.setSpan(above, span));
  }

  present(): Traceparent | undefined {
    return this.traceOf(this.carried.active());
  }

  detached<T>(work: () => T): T {
    return this.carried.with(ROOT_CONTEXT, work);
  }

  /** Sends what waits, and ends. @returns after the time at the latest, whether or not anybody took it. */
  async close(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
    // What could not be sent is told by the exporter.
    await Promise.race([this.provider.shutdown().catch(() => undefined), late]);
    clearTimeout(timer);
    this.carried.disable();
  }

  private handleOf(span: OtelSpan, inside: Context): Span {
    return {
      traceparent: this.traceOf(inside),
      rename: (name) => void span.updateName(name),
      set: (attributes: Attributes) => void span.setAttributes({ ...attributes }),
      fail: (code) => void span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', code),
      end: (at) => span.end(at && timeOf(at)),
      run: (work) => this.carried.with(inside, work),
    };
  }

  /** Anything but a well-formed one is none: callers send what they like. */
  private contextOf(traceparent: Traceparent | undefined): Context {
    const span = traceparent === undefined ? null : parseTraceParent(traceparent);
    return span ? trace.setSpanContext(ROOT_CONTEXT, { ...span, isRemote: true }) : ROOT_CONTEXT;
  }

  private traceOf(context: Context): Traceparent | undefined {
    const span = trace.getSpanContext(context);
    if (!span || !isSpanContextValid(span)) return undefined;
    return `00-${span.traceId}-${span.spanId}-0${span.traceFlags & TraceFlags.SAMPLED}`;
  }
}

/** Exact to the millisecond, like the times of rows: OpenTelemetry takes a bare number for something else. */
function timeOf(date: Date): HrTime {
  const milliseconds = date.getTime();
  return [Math.floor(milliseconds / 1_000), (milliseconds % 1_000) * 1_000_000];
}

function samplerOf(name: Sampler, ratio: number): OtelSampler {
  const root = name.endsWith('traceidratio')
    ? new TraceIdRatioBasedSampler(ratio)
    : name.endsWith('always_off')
      ? new AlwaysOffSampler()
      : new AlwaysOnSampler();
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}
