import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';
import { readConfig } from '../config';
import { guardedFetch } from '../github/guarded-fetch';
import { log } from '../logging';
import { Loki } from '../logs';
import { Prometheus } from '../prometheus';
import { askVault } from '../secrets/vault/vault-http';
import { OpenTelemetry } from './open-telemetry';
import {
  codeOf,
  detached,
  presentTrace,
  recordSpan,
  setTracer,
  traced,
  tracedInside,
  traceFields,
  traceHeaders,
} from './tracing';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = `00-${TRACE}-b7ad6b7169203331-01`;

let kept: ReadableSpan[] = [];
const exporter: SpanExporter = {
  export: (spans, done) => {
    kept.push(...spans);
    done({ code: 0 });
  },
  shutdown: () => Promise.resolve(),
};
let tracer: OpenTelemetry;

function open(sampler: 'parentbased_always_on' | 'parentbased_always_off' | 'always_on' | 'traceidratio', ratio = 1) {
  kept = [];
  tracer = new OpenTelemetry({
    exporter,
    sampler,
    ratio,
    resource: { 'service.name': 'test' },
    version: '0',
    delayMs: 1,
  });
  setTracer(tracer);
}

const taken = async (): Promise<readonly ReadableSpan[]> => {
  await tracer.close(5_000);
  return kept;
};
const names = async (): Promise<string[]> => (await taken()).map(({ name }) => name);

beforeAll(() => void (log.level = 'silent'));
beforeEach(() => open('parentbased_always_on'));
afterEach(async () => {
  setTracer(undefined);
  await tracer.close(5_000);
});

describe(traced.name, () => {
  it('goes on with the trace that it is given, and what is inside of it goes on with it', async () => {
    await traced({ name: 'outer', parent: CALLER }, async () => {
      await traced({ name: 'inner' }, () => Promise.resolve());
    });
    const [inner, outer] = await taken();
    expect([outer?.spanContext().traceId, outer?.parentSpanContext?.spanId]).toEqual([TRACE, 'b7ad6b7169203331']);
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  });

  it.each([
    ['nothing', ''],
    ['a word', 'x'],
    ['no span', `00-${TRACE}-0000000000000000-01`],
    ['a version that nobody may use', `ff-${TRACE}-b7ad6b7169203331-01`],
    ['more than the version has', `${CALLER}-${'x'.repeat(9_000)}`],
  ])('begins a trace of its own for %s', async (_, parent) => {
    await traced({ name: 'one', parent }, () => Promise.resolve());
    const [one] = await taken();
    expect(one?.parentSpanContext).toBeUndefined();
    expect(one?.spanContext().traceId).not.toBe(TRACE);
  });

  it('tells an error by its code and never by its message, and lets it go on', async () => {
    const error = Object.assign(new Error('pa55word'), { code: 'no_such' });
    await expect(traced({ name: 'one' }, () => Promise.reject(error))).rejects.toBe(error);
    const [one] = await taken();
    expect([one?.attributes, one?.status]).toEqual([{ 'error.type': 'no_such' }, { code: 2 }]);
    expect(one?.events).toEqual([]);
  });

  it('is nothing where the caller said so and the sampler heeds it, but its trace goes on', async () => {
    const parent = CALLER.replace(/01$/, '00');
    await traced({ name: 'unsampled', parent }, async () => {
      expect(traceFields()).toMatchObject({ trace_id: TRACE });
      expect(traceHeaders().traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
    });
    expect(await names()).toEqual([]);
  });

  it('keeps what the sampler says', async () => {
    const kept = async (sampler: Parameters<typeof open>[0], ratio?: number): Promise<number> => {
      open(sampler, ratio);
      for (const parent of [undefined, CALLER]) await traced({ name: 'one', parent }, () => Promise.resolve());
      return (await taken()).length;
    };
    expect([await kept('parentbased_always_off'), await kept('traceidratio', 0), await kept('always_on')]).toEqual([
      1, 0, 2,
    ]);
  });
});

describe(detached.name, () => {
  it('leaves the trace that led to it', async () => {
    await traced({ name: 'outer' }, async () => {
      expect(presentTrace()).toBeDefined();
      expect(detached(presentTrace)).toBeUndefined();
    });
  });
});

describe(tracedInside.name, () => {
  it('is nothing by itself', async () => {
    await tracedInside({ name: 'alone' }, () => Promise.resolve());
    await traced({ name: 'outer' }, () => tracedInside({ name: 'inside' }, () => Promise.resolve()));
    expect(await names()).toEqual(['inside', 'outer']);
  });
});

describe(recordSpan.name, () => {
  it('tells of what is over, from its first millisecond to its last', async () => {
    recordSpan(
      { name: 'over', parent: CALLER },
      { from: new Date(1_700_000_000_123), to: new Date(1_700_000_060_456) },
    );
    const [over] = await taken();
    expect([over?.startTime, over?.endTime]).toEqual([
      [1_700_000_000, 123_000_000],
      [1_700_000_060, 456_000_000],
    ]);
  });
});

describe(codeOf.name, () => {
  it('takes a code, a kind or a class, and nothing that could be a message', () => {
    const words = [{ code: 'a_b' }, { kind: 'timeout' }, new TypeError('x y'), { code: 'a b' }, undefined, { code: 7 }];
    expect(words.map(codeOf)).toEqual(['a_b', 'timeout', 'TypeError', 'unknown', 'unknown', 'unknown']);
  });
});

describe('requests to others', () => {
  let server: Server;
  let seen: IncomingHttpHeaders[];
  let url: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(request.headers);
      response.writeHead(request.url?.includes('broken') ? 500 : 200, { 'Content-Type': 'application/json' });
      response.end('{"status":"success","data":{"resultType":"vector","result":[]}}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => (seen = []));
  afterAll(() => void server.close());

  it('take the trace along to our own infrastructure, and never to GitHub', async () => {
    const config = readConfig({ MCTL_LOKI_URL: url, MCTL_PROMETHEUS_URL: url });
    const range = { from: new Date(), to: new Date(), limit: 1 };
    await traced({ name: 'call', parent: CALLER }, async () => {
      await new Prometheus(config).queryAll({ one: 'up' }, new Date());
      await new Loki(config).lines('{a="b"}', range).catch(() => undefined);
      await askVault({ address: url, timeoutMs: 5_000 }, { method: 'GET', path: ['sys', 'health'] });
      await guardedFetch({ origins: [url], timeoutMs: 5_000 })(`${url}/repos`);
    });
    const traces = seen.map(({ traceparent }) => (traceparent as string | undefined)?.split('-')[1]);
    expect(traces).toEqual([TRACE, TRACE, TRACE, undefined]);
    const spans = await taken();
    expect(spans.map(({ name }) => name)).toEqual(['GET prometheus', 'GET loki', 'GET vault', 'GET github', 'call']);
    expect(spans[0]?.attributes).toEqual({
      'http.request.method': 'GET',
      'peer.service': 'prometheus',
      'http.response.status_code': 200,
    });
    // The server sees the span that asked it, not the one above.
    expect((seen[0]?.traceparent as string | undefined)?.split('-')[2]).toBe(spans[0]?.spanContext().spanId);
  });

  it('fail with the status, or with Node’s word where there is none', async () => {
    const ask = (to: string) =>
      guardedFetch({ origins: [new URL(to).origin], timeoutMs: 5_000 })(to).catch(() => undefined);
    await traced({ name: 'call' }, async () => {
      await ask(`${url}/broken`);
      await ask('http://127.0.0.1:9/');
    });
    const [broken, absent] = await taken();
    expect(broken?.attributes).toMatchObject({ 'http.response.status_code': 500, 'error.type': '500' });
    expect(absent?.attributes).not.toHaveProperty('http.response.status_code');
    expect(absent?.status.code).toBe(2);
  });
});
