import type { ExportResultCode } from '@opentelemetry/core';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { type Config, tracesUrl } from '../config';
import { log } from '../logging';
import { tracedSpans } from '../metrics/instruments';
import { packageVersion } from '../package-root';
import { codeOf, setTracer } from './tracing';

/** How long the end of the program waits for the last spans. */
const FLUSH_MS = 3_000;

/** `ExportResultCode.SUCCESS`; the package that has it is loaded only where tracing is on. */
const TAKEN = 0 as ExportResultCode.SUCCESS;

export interface Tracing {
  /** Sends what waits, for three seconds at most, and switches tracing off. */
  stop(): Promise<void>;
}

/** Switches tracing on where the settings name a collector; otherwise nothing of it is loaded. */
export async function startTracing({ values }: Pick<Config, 'values'>): Promise<Tracing> {
  const url = tracesUrl(values);
  if (url === undefined) return { stop: () => Promise.resolve() };
  const { OpenTelemetry } = await import('./open-telemetry.js');
  const tracer = new OpenTelemetry({
    exporter: telling(await exporterTo(url, values)),
    sampler: values.tracesSampler,
    ratio: values.tracesSamplerArg,
    resource: {
      'service.version': packageVersion,
      'service.instance.id': values.instance,
      ...{ 'service.name': 'mctl', ...values.resourceAttributes },
      ...(values.serviceName !== '' && { 'service.name': values.serviceName }),
    },
    version: packageVersion,
  });
  setTracer(tracer);
  log.info({ sampler: values.tracesSampler }, 'traces are sent to a collector');
  return {
    stop: async () => {
      setTracer(undefined);
      await tracer.close(FLUSH_MS);
    },
  };
}

/** Reads the rest of the standard settings itself: OTEL_EXPORTER_OTLP_TIMEOUT, _COMPRESSION, _CERTIFICATE and their _TRACES_ forms. */
async function exporterTo(url: string, { otlpHeaders, otlpProtocol }: Config['values']): Promise<SpanExporter> {
  const options = { url, headers: otlpHeaders };
  if (otlpProtocol === 'http/json') {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
    return new OTLPTraceExporter(options);
  }
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter(options);
}

/**
 * Has the log say once that the collector takes nothing, and once that it does again: with a line for each try the log would be about
 * nothing else. Spans that were not taken are lost; nobody waits for them.
 */
export function telling(exporter: SpanExporter): SpanExporter {
  let isFailing = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, ({ code, error }) => {
        const isTaken = code === TAKEN;
        tracedSpans.inc({ outcome: isTaken ? 'exported' : 'lost' }, spans.length);
        if (!isTaken && !isFailing) log.warn({ code: reasonOf(error) }, 'the collector takes no traces; they are lost');
        if (isTaken && isFailing) log.info('the collector takes traces again');
        isFailing = !isTaken;
        done({ code: TAKEN });
      }),
    shutdown: () => exporter.shutdown(),
  };
}

/** Node's word or the status; never a message, which names addresses, nor an answer's text. */
function reasonOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  if (typeof code === 'number') return `status ${code}`;
  return codeOf(typeof cause?.code === 'string' ? cause : error);
}
