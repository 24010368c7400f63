import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { OtlpReceiver } from '../../../test/support/otlp-receiver';
import { readConfig } from '../config';
import { log } from '../logging';
import { startTracing, telling } from './start-tracing';
import { isTracing, traced } from './tracing';

const one = (name = 'one') => traced({ name }, () => Promise.resolve());
let lines: string[];

beforeAll(() => void (log.level = 'info'));
beforeEach(() => {
  lines = [];
  for (const level of ['info', 'warn'] as const) {
    jest.spyOn(log, level).mockImplementation((...args: unknown[]) => void lines.push(JSON.stringify(args)));
  }
});
afterEach(() => {
  jest.restoreAllMocks();
  delete process.env.OTEL_EXPORTER_OTLP_TIMEOUT;
});

describe(startTracing.name, () => {
  it.each([
    ['nothing is set', {}],
    ['the SDK is switched off', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' }],
    ['no exporter is wanted', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_TRACES_EXPORTER: 'none' }],
  ])('is off where %s', async (_, env) => {
    const tracing = await startTracing(readConfig(env));
    expect(isTracing()).toBe(false);
    await tracing.stop();
    expect(lines).toEqual([]);
  });

  it('sends what waits at the end, with the resource, the headers and the path of the settings', async () => {
    const receiver = await OtlpReceiver.start();
    const tracing = await startTracing(
      readConfig({
        OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20abc, x-scope = 7 ',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=a%2Cb,service.name=shadowed',
        OTEL_SERVICE_NAME: 'mctl-one',
        MCTL_INSTANCE: 'replica-1',
      }),
    );
    await one();
    await tracing.stop();
    await receiver.until(() => receiver.exports.length > 0);
    await receiver.stop();
    const [sent] = receiver.exports;
    expect([sent?.path, sent?.headers]).toEqual([
      '/v1/traces',
      expect.objectContaining({ authorization: 'Bearer abc', 'x-scope': '7' }),
    ]);
    expect(receiver.spans.map(({ name, resource }) => [name, resource])).toEqual([
      [
        'one',
        {
          'service.name': 'mctl-one',
          'service.version': expect.any(String),
          'service.instance.id': 'replica-1',
          'deployment.environment.name': 'a,b',
        },
      ],
    ]);
  });

  it('writes protobuf unless told otherwise, to the whole address where one is given', async () => {
    const receiver = await OtlpReceiver.start();
    const tracing = await startTracing(readConfig({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/own/path` }));
    await one('a-name-to-find');
    await tracing.stop();
    await receiver.until(() => receiver.exports.length > 0);
    await receiver.stop();
    const [sent] = receiver.exports;
    expect([sent?.path, sent?.headers['content-type']]).toEqual(['/own/path', 'application/x-protobuf']);
    // ExportTraceServiceRequest.resource_spans is field 1, length-delimited.
    expect([sent?.body[0], sent?.body.includes('a-name-to-find')]).toEqual([0x0a, true]);
  });

  it('ends although the collector never answers', async () => {
    // The exporter goes on trying for so long, which would keep the test's process up.
    process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '3500';
    const silent = await silentServer();
    const { port } = silent.address() as AddressInfo;
    const tracing = await startTracing(readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }));
    await one();
    await tracing.stop();
    silent.closeAllConnections();
    silent.close();
    expect(isTracing()).toBe(false);
    // The export that was given up ends later, and says so: not into the next test.
    while (!lines.some((line) => line.includes('takes no traces'))) await new Promise(setImmediate);
  });

  it('loses what a collector refuses, and says why without its words', async () => {
    const receiver = await OtlpReceiver.start(400);
    const tracing = await startTracing(readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }));
    await one();
    await tracing.stop();
    while (!lines.some((line) => line.includes('takes no traces'))) await new Promise(setImmediate);
    await receiver.stop();
    expect(lines.filter((line) => line.includes('takes no traces'))).toEqual([
      '[{"code":"status 400"},"the collector takes no traces; they are lost"]',
    ]);
  });
});

describe(telling.name, () => {
  it('has one line when exports begin to fail and one when they work again, and never fails itself', () => {
    const codes = [1, 1, 0, 0, 1];
    const results: number[] = [];
    const exporter = telling({
      export: (_, done) =>
        done({ code: codes.shift() ?? 0, error: Object.assign(new Error('at 10.0.0.1'), { code: 'EHOSTDOWN' }) }),
      shutdown: () => Promise.resolve(),
    });
    for (let count = 0; count < 5; count += 1) exporter.export([], ({ code }) => results.push(code));
    expect(results).toEqual([0, 0, 0, 0, 0]);
    const failing = '[{"code":"EHOSTDOWN"},"the collector takes no traces; they are lost"]';
    expect(lines).toEqual([failing, '["the collector takes traces again"]', failing]);
  });
});

async function silentServer(): Promise<Server> {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
