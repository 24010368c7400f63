import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../config';
import fc from 'fast-check';
import { log } from '../logging';
import { literally, Prometheus, selector } from '.';

const AT = new Date('2026-01-02T03:04:05.678Z');
const folder = mkdtempSync(join(tmpdir(), 'mctl-prometheus-'));
const tokenFile = join(folder, 'token');
const servers: Server[] = [];

beforeAll(() => {
  log.level = 'silent';
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What Prometheus would be asked at, with this answer to everything. */
async function clientOf(answer: RequestListener, settings: Record<string, string> = {}): Promise<Prometheus> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return new Prometheus(readConfig({ MCTL_PROMETHEUS_URL: `http://127.0.0.1:${port}/select/0/`, ...settings }));
}

const vector = (...values: string[]) => ({
  status: 'success',
  data: { resultType: 'vector', result: values.map((value) => ({ metric: { pod: 'a' }, value: [1, value] })) },
});
const says =
  (body: unknown, status = 200): RequestListener =>
  (_, response) =>
    void response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
const ask = async (client: Prometheus) =>
  (await client.queryAll({ x: 'up' }, AT)).x.map(({ labels, value }) => [labels.pod, String(value)]);

it('asks for one moment and bounds the server’s time', async () => {
  const seen: string[] = [];
  const client = await clientOf((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    says(vector('0.25'))(request, response);
  });
  expect(await ask(client)).toEqual([['a', '250m']]);
  expect(seen).toEqual(['GET /select/0/api/v1/query?query=up&time=1767323045.678&timeout=10000ms']);
});

it('reads numbers as floats are written, and takes none for none', async () => {
  const client = await clientOf(says(vector('1e-7', '1e-300', '1.5e+21', '-0.5', 'NaN', '+Inf', '-Inf')));
  expect((await ask(client)).map(([, value]) => value)).toEqual(['100e-9', '0', '1500e18', '-500m']);
});

it.each([
  [
    'an error',
    says({ status: 'error', errorType: 'bad_data', error: 'parse error' }, 400),
    /400 \(bad_data: parse error\)/,
  ],
  [
    'an error that claims success',
    says({ status: 'error', errorType: 'timeout', error: 'too slow' }),
    /timeout: too slow/,
  ],
  ['a server error', says('upstream connect error', 503), /answered 503$/],
  ['an error of several lines', says({ errorType: 'x\r\nforged: \u202etrue' }, 500), /500 \(x forged: +true\)/],
  ['no permission', says('', 403), /refuses us \(403\).*MCTL_PROMETHEUS_TOKEN_FILE/],
  ['no credential', says('', 401), /refuses us \(401\)/],
  ['a page', says('<!doctype html><title>Sign in</title>'), /not the Prometheus API/],
  ['half an answer', says('{"status":"success","data":{"resultType":"vec'), /cut off/],
  ['a range', says({ status: 'success', data: { resultType: 'matrix', result: [] } }), /not the Prometheus API/],
  [
    'samples without values',
    says({ status: 'success', data: { resultType: 'vector', result: [{}] } }),
    /not the Prometheus/,
  ],
  ['words for numbers', says(vector('many')), /not the Prometheus API/],
  ['a list', says([]), /not the Prometheus API/],
  ['a part (VictoriaMetrics)', says({ ...vector('1'), isPartial: true }), /partial/],
  ['a part (Thanos)', says({ ...vector('1'), warnings: ['no store\nmatched'] }), /incomplete: no store matched/],
  ['far too much', says(`"${'x'.repeat(9 * 1024 * 1024)}"`), /longer than/],
  [
    'another address',
    (_, response) => void response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end(),
    /redirects \(302\)/,
  ],
  ['a broken connection', (request) => void request.socket.destroy(), /no connection/],
  [
    'a connection broken half way',
    (_, response) => {
      response.writeHead(200, { 'Content-Length': '1000' }).write('{"status"', () => response.destroy());
    },
    /no connection/,
  ],
] satisfies [string, RequestListener, RegExp][])('is unavailable where the answer is %s', async (_, answer, reason) => {
  await expect(ask(await clientOf(answer))).rejects.toMatchObject({
    name: 'MetricsUnavailable',
    message: expect.stringMatching(reason),
  });
});

it('waits no longer than the setting says, for the head and for the rest', async () => {
  const settings = { MCTL_PROMETHEUS_TIMEOUT: '1s' };
  const silent = await clientOf(() => undefined, settings);
  await expect(ask(silent)).rejects.toThrow('no answer within 1000 ms');
  const endless = await clientOf((_, response) => void response.writeHead(200).write('{"status'), settings);
  await expect(ask(endless)).rejects.toThrow('no answer within 1000 ms');
});

it('answers all queries or none', async () => {
  const client = await clientOf((request, response) =>
    says(vector('1'), request.url?.includes('bad') ? 500 : 200)(request, response),
  );
  await expect(client.queryAll({ one: 'good', two: 'bad' }, AT)).rejects.toThrow('500');
});

it('says that it is not configured', async () => {
  const client = new Prometheus(readConfig({}));
  expect(client.isConfigured).toBe(false);
  await expect(ask(client)).rejects.toThrow('MCTL_PROMETHEUS_URL is not set');
});

describe('the token', () => {
  const seen: (string | undefined)[] = [];
  const client = () =>
    clientOf(
      (request, response) => {
        seen.push(request.headers.authorization);
        says(vector())(request, response);
      },
      { MCTL_PROMETHEUS_TOKEN_FILE: tokenFile },
    );

  it('is read again at every use', async () => {
    writeFileSync(tokenFile, 'first\n');
    const prometheus = await client();
    await ask(prometheus);
    writeFileSync(tokenFile, 'second');
    await ask(prometheus);
    expect(seen).toEqual(['Bearer first', 'Bearer second']);
  });

  it.each(['', ' \n', 'two words', 'two\nlines', 'tökén'])(
    'is not sent where the file holds %j, nor told',
    async (text) => {
      seen.length = 0;
      writeFileSync(tokenFile, text);
      await expect(ask(await client())).rejects.toThrow(
        /^the file that MCTL_PROMETHEUS_TOKEN_FILE names does not hold one token$/,
      );
      expect(seen).toEqual([]);
    },
  );

  it('is missed where there is no file, without the file’s path', async () => {
    rmSync(tokenFile);
    await expect(ask(await client())).rejects.toThrow(
      /^the file that MCTL_PROMETHEUS_TOKEN_FILE names cannot be read$/,
    );
  });
});

/** Reads a selector the way PromQL's lexer does: a matcher ends at the first quote that no backslash precedes. */
function matchersIn(query: string): [label: string, operator: string, value: string][] {
  const found: [string, string, string][] = [];
  let rest = query.replace(/^m\{/, '');
  for (;;) {
    const [all = '', label = '', operator = '', literal = ''] =
      /^([a-z]+)(=~|!=|=)("(?:[^"\\\n]|\\.)*")/.exec(rest) ?? [];
    if (all === '') throw new Error(`no matcher at ${rest}`);
    found.push([label, operator, JSON.parse(literal) as string]);
    rest = rest.slice(all.length);
    if (rest === '}') return found;
    if (!rest.startsWith(',')) throw new Error(`no end at ${rest}`);
    rest = rest.slice(1);
  }
}

describe(selector, () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('"', '\\', '}', ',', '=~', '\n', '`', '.*', '|', '(', 'a'), { maxLength: 12 })
      .map((parts) => parts.join('')),
  );

  it('S32 whatever text it is given stays one value of one matcher', () => {
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        const query = selector('m', { a, b: { matches: `${literally(b)}-x` }, c: { differsFrom: [c, 'POD'] } });
        expect(matchersIn(query)).toEqual([
          ['a', '=', a],
          ['b', '=~', `${literally(b)}-x`],
          ['c', '!=', c],
          ['c', '!=', 'POD'],
        ]);
      }),
    );
  });

  it('S32 text in an expression matches itself alone', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const expression = new RegExp(`^(?:${literally(one)})$`, 's');
        expect([expression.test(one), expression.test(other)]).toEqual([true, one === other]);
      }),
    );
  });

  it('quotes every value and anchors nothing by itself', () => {
    expect(
      selector('m', { a: 'x"} or n{', b: { matches: `${literally('a.b')}-.*` }, c: { differsFrom: ['', 'POD'] } }),
    ).toBe(String.raw`m{a="x\"} or n{",b=~"a\\.b-.*",c!="",c!="POD"}`);
  });
});
