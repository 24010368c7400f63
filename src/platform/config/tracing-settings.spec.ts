import { ConfigError, readConfig } from './config';
import { tracesUrl } from './tracing-settings';

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfig(environment);
  } catch (error) {
    return (error as ConfigError).problems;
  }
  return [];
};
const urlOf = (environment: Record<string, string>) => tracesUrl(readConfig(environment).values);

describe(tracesUrl.name, () => {
  it('adds the path to the common endpoint alone', () => {
    const [base, whole] = ['http://collector:4318/', 'https://tempo.example.org/otlp/v1/traces'];
    expect(urlOf({})).toBeUndefined();
    expect(urlOf({ OTEL_EXPORTER_OTLP_ENDPOINT: base })).toBe('http://collector:4318/v1/traces');
    expect(urlOf({ OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole })).toBe(whole);
  });

  it('is off where OpenTelemetry is', () => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
    const off = (value: string) => urlOf({ ...endpoint, OTEL_SDK_DISABLED: value }) === undefined;
    // The specification: only the word true, whatever its case, disables.
    expect(['true', 'TRUE', '', '1', 'yes', 'false'].map(off)).toEqual([true, true, false, false, false, false]);
    expect(urlOf({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' })).toBeUndefined();
  });
});

describe('settings of tracing', () => {
  it('are refused where they would be something else silently', () => {
    const refused = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://user:word@collector/v1/traces',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization: Bearer word',
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_RESOURCE_ATTRIBUTES: 'a=%zz',
      OTEL_TRACES_SAMPLER: 'jaeger_remote',
      OTEL_TRACES_SAMPLER_ARG: '1.5',
    };
    const problems = problemsOf(refused);
    expect(problems.map((line) => line.split(' ')[0])).toEqual(Object.keys(refused));
    expect(problems.join('\n')).not.toContain('word');
    expect(problems).toContainEqual(expect.stringContaining('http/protobuf'));
  });
});
