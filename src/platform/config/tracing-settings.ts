import { z } from 'zod';
import { plainSetting, secretSetting, setting } from './setting';
import { isPlainUrl, webUrl, withoutSlash } from './setting-schemas';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type Sampler = (typeof SAMPLERS)[number];

const endpoint = z
  .union([z.literal(''), webUrl])
  .refine(...isPlainUrl)
  .transform((value) => value || undefined);

/** Anything but a word for true is false, as OpenTelemetry wants it. */
const isDisabled = z.string().transform((value) => value.trim().toLowerCase() === 'true');

/** `key=value,…`, values percent-encoded (W3C Baggage without properties). */
const pairs = z.string().transform((text, context) => {
  const entries = text.split(',').flatMap((pair) => (pair.trim() === '' ? [] : [splitPair(pair)]));
  if (entries.includes(undefined)) context.addIssue('must be a comma list of key=value, values percent-encoded');
  return Object.fromEntries(entries.filter((entry) => entry !== undefined));
});

function splitPair(pair: string): [string, string] | undefined {
  const [, key = '', value = ''] = /^\s*([^\s=,;]+)\s*=\s*([^,;]*?)\s*$/.exec(pair) ?? [];
  try {
    return key === '' ? undefined : [decodeURIComponent(key), decodeURIComponent(value)];
  } catch {
    return undefined;
  }
}

/**
 * Where traces go, by the names that OpenTelemetry gives its settings
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/): a part of `SETTINGS`.
 */
export const TRACING_SETTINGS = {
  otlpEndpoint: setting('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint, {
    fallback: '',
    help: 'OpenTelemetry collector that traces go to, over OTLP/HTTP; /v1/traces is added. Empty = no traces, and nothing of that is loaded.',
    example: 'http://otel-collector.monitoring:4318',
  }),
  otlpTracesEndpoint: setting('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', endpoint, {
    fallback: '',
    help: 'The same as a whole address, nothing is added; wins over OTEL_EXPORTER_OTLP_ENDPOINT.',
    example: 'http://tempo.monitoring:4318/v1/traces',
  }),
  otlpProtocol: plainSetting(
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    z.enum(['http/protobuf', 'http/json'], 'must be http/protobuf or http/json; a collector takes both on port 4318'),
    { fallback: 'http/protobuf', help: 'How traces are written: http/protobuf or http/json.' },
  ),
  otlpHeaders: secretSetting('OTEL_EXPORTER_OTLP_HEADERS', pairs, {
    fallback: '',
    help: 'Headers of each export, e.g. a credential: a comma list of name=value, values percent-encoded.',
  }),
  tracesExporter: plainSetting('OTEL_TRACES_EXPORTER', z.enum(['otlp', 'none'], 'must be otlp or none'), {
    fallback: 'otlp',
    help: 'none = no traces although there is an endpoint.',
  }),
  tracingDisabled: plainSetting('OTEL_SDK_DISABLED', isDisabled, {
    fallback: 'false',
    help: 'true = no traces, whatever else is set.',
  }),
  serviceName: plainSetting('OTEL_SERVICE_NAME', z.string(), {
    fallback: '',
    help: 'service.name of our traces; empty = that of OTEL_RESOURCE_ATTRIBUTES, else mctl.',
  }),
  resourceAttributes: plainSetting('OTEL_RESOURCE_ATTRIBUTES', pairs, {
    fallback: '',
    help: 'What traces say of this process: a comma list of key=value, values percent-encoded.',
    example: 'deployment.environment.name=production,k8s.cluster.name=one',
  }),
  tracesSampler: plainSetting('OTEL_TRACES_SAMPLER', z.enum(SAMPLERS, `must be one of ${SAMPLERS.join(', ')}`), {
    fallback: 'parentbased_always_on',
    help: `Which traces are kept: ${SAMPLERS.join(', ')}. The parentbased ones do as the caller’s traceparent says, where it has one.`,
  }),
  tracesSamplerArg: plainSetting(
    'OTEL_TRACES_SAMPLER_ARG',
    z.string().transform((text, context) => {
      const ratio = text === '' ? 1 : Number(text);
      if (!(ratio >= 0 && ratio <= 1)) context.addIssue('must be a number from 0 to 1');
      return ratio;
    }),
    { fallback: '', help: 'Share of traces that the traceidratio samplers keep, from 0 to 1; empty = 1.' },
  ),
} as const;

/** Where traces are sent; undefined = tracing is off. */
export function tracesUrl(values: {
  readonly otlpEndpoint?: string;
  readonly otlpTracesEndpoint?: string;
  readonly tracesExporter: 'otlp' | 'none';
  readonly tracingDisabled: boolean;
}): string | undefined {
  if (values.tracingDisabled || values.tracesExporter === 'none') return undefined;
  const { otlpEndpoint: base, otlpTracesEndpoint: whole } = values;
  return whole ?? (base && `${withoutSlash(base)}/v1/traces`);
}
