import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bearer, callMcp, callRest, MCP_HEADERS } from '../support/doors';
import { done, signedIn } from '../support/furnish';
import { OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';

const SUPPORT = resolve(__dirname, '../support');
const [SERVER, PRODUCER, CONSUMER, INTERNAL] = [2, 4, 5, 1];
const DEPLOY = {
  ...{ action: 'onboard', team: 'billing', service: 'api', image: 'ghcr.io/acme/api', image_tag: '1.0.0', port: 3000 },
  ...{ env: { CUSTOMER: 'needle-in-an-argument' }, reason: 'needle-in-a-reason', wait_seconds: 25 },
};

/** A caller's trace: its header, and its parts. */
function aCaller(digit: string): { traceparent: string; trace: string; span: string } {
  const [trace, span] = [digit.repeat(32), digit.repeat(16)];
  return { traceparent: `00-${trace}-${span}-01`, trace, span };
}

let receiver: OtlpReceiver;
let program: Program;
let token: string;

const of = (trace: string) => receiver.spans.filter(({ traceId }) => traceId === trace);
const named = (trace: string, name: string) => of(trace).find((span) => span.name === name);
const arrived = (trace: string, ...names: string[]) =>
  receiver.until(() => names.every((name) => named(trace, name) !== undefined));
const tree = (trace: string): string[] => {
  const line = (span: ReceivedSpan): string => {
    const above = of(trace).find(({ spanId }) => spanId === span.parentSpanId);
    return `${above ? `${line(above)} > ` : ''}${span.name}`;
  };
  return of(trace).map(line).sort();
};

async function callTool(name: string, args: object, { header, meta }: { header?: string; meta?: object } = {}) {
  const response = await fetch(new URL('/mcp', program.url), {
    method: 'POST',
    headers: { ...MCP_HEADERS, ...bearer(token), ...(header !== undefined && { traceparent: header }) },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name, arguments: args, ...(meta && { _meta: meta }) },
    }),
  });
  return { status: response.status, text: await response.text() };
}

const tracing = () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });

describe('with a collector', () => {
  beforeAll(async () => {
    receiver = await OtlpReceiver.start();
    program = await Program.start({ env: { ...tracing(), LOG_LEVEL: 'debug' } });
    token = await tokenFor(program.dataDir, 'admin');
    await done(await signedIn(program, 'admin'), 'create-tenant', { team: 'billing' });
  });

  afterAll(async () => {
    await program?.dispose();
    await receiver?.stop();
  });

  it('tells of one deploy as one tree, from the caller’s span to the end of the operation', async () => {
    const caller = aCaller('a');
    const { status, text } = await callTool('mctl_deploy_service', DEPLOY, { header: caller.traceparent });
    expect([status, text]).toEqual([200, expect.stringContaining('succeeded')]);
    await arrived(caller.trace, 'mctl.operation', 'POST /mcp');

    const call = 'POST /mcp > tools/call mctl_deploy_service';
    expect(tree(caller.trace).filter((path) => !/store\.transaction|git /.test(path))).toEqual([
      'POST /mcp',
      call,
      `${call} > mctl.submit`,
      `${call} > mctl.submit > mctl.commit`,
      `${call} > mctl.submit > mctl.operation`,
      `${call} > mctl.submit > mctl.plan`,
      `${call} > mctl.submit > mctl.push`,
    ]);
    expect(tree(caller.trace)).toContain(`${call} > mctl.submit > store.transaction`);
    expect(named(caller.trace, 'POST /mcp')?.parentSpanId).toBe(caller.span);
    const kinds = ['POST /mcp', 'tools/call mctl_deploy_service', 'mctl.submit', 'mctl.plan'];
    expect(kinds.map((name) => named(caller.trace, name)?.kind)).toEqual([SERVER, SERVER, PRODUCER, INTERNAL]);
  });

  it('says of an operation its name and id, and how it ended, and nothing that somebody wrote', async () => {
    const { trace } = aCaller('a');
    const id = named(trace, 'mctl.operation')?.attributes['mctl.operation.id'];
    expect(named(trace, 'mctl.operation')?.attributes).toEqual({
      'mctl.operation': 'deploy-service',
      'mctl.operation.id': expect.stringMatching(/^[0-9a-z]{26}$/i),
      'mctl.outcome': 'succeeded',
    });
    for (const step of ['mctl.submit', 'mctl.plan', 'mctl.commit', 'mctl.push']) {
      expect([step, named(trace, step)?.attributes['mctl.operation.id']]).toEqual([step, id]);
    }
    const sent = receiver.exports.map(({ body }) => body.toString('utf8')).join('\n');
    for (const word of ['needle-in', 'billing', 'ghcr.io', 'olga', '127.0.0.1', program.dataDir]) {
      expect([word, sent.includes(word)]).toEqual([word, false]);
    }
  });

  it('links the batch that git worked for with the calls it worked for', () => {
    const { trace } = aCaller('a');
    const submitted = named(trace, 'mctl.submit');
    const batch = receiver.spans.find(
      ({ name, links }) => name === 'mctl.batch' && links.some(({ traceId }) => traceId === trace),
    );
    expect([batch?.kind, batch?.parentSpanId]).toEqual([CONSUMER, undefined]);
    expect(batch?.links).toEqual([expect.objectContaining({ spanId: submitted?.spanId })]);
    expect(named(trace, 'mctl.push')?.links).toEqual([
      expect.objectContaining({ traceId: batch?.traceId, spanId: batch?.spanId }),
    ]);
    const inBatch = of(batch?.traceId ?? '').map(({ name }) => name);
    expect(inBatch).toEqual(expect.arrayContaining(['git fast-import', 'git update-ref', 'store.transaction']));
  });

  it('names the trace in every log line of the call', () => {
    const { trace } = aCaller('a');
    const lines = program.log.map((line) => JSON.parse(line) as Record<string, unknown>);
    const request = lines.find(({ msg, trace_id }) => msg === 'request' && trace_id === trace);
    expect(request).toMatchObject({ route: '/mcp', status: 200, span_id: named(trace, 'POST /mcp')?.spanId });
    expect(lines.filter(({ msg }) => msg === 'traces are sent to a collector')).toHaveLength(1);
  });

  it('takes the trace that an MCP message names before that of the connection, and links that one', async () => {
    const [connection, message] = [aCaller('b'), aCaller('c')];
    const meta = { traceparent: message.traceparent };
    await callTool('mctl_whoami', {}, { header: connection.traceparent, meta });
    await arrived(message.trace, 'tools/call mctl_whoami');
    await arrived(connection.trace, 'POST /mcp');
    const tool = named(message.trace, 'tools/call mctl_whoami');
    expect(tool?.parentSpanId).toBe(message.span);
    expect(tool?.links.map(({ spanId }) => spanId)).toEqual([named(connection.trace, 'POST /mcp')?.spanId]);
    expect(of(connection.trace).map(({ name }) => name)).toEqual(['POST /mcp']);
  });

  it('tells a refusal by its code, over MCP and over REST', async () => {
    const [mcp, rest] = [aCaller('d'), aCaller('e')];
    await callTool('mctl_get_tenant', { team: 'nobody' }, { header: mcp.traceparent });
    await fetch(new URL('/api/v1/tenants/nobody?secret=needle', program.url), {
      headers: { ...bearer(token), traceparent: rest.traceparent },
    });
    await arrived(mcp.trace, 'POST /mcp');
    await arrived(rest.trace, 'GET /api/v1/tenants/:team');
    expect(named(rest.trace, 'GET /api/v1/tenants/:team')?.attributes).toEqual({
      'http.request.method': 'GET',
      'url.scheme': 'http',
      'http.route': '/api/v1/tenants/:team',
      'http.response.status_code': 404,
    });
  });

  it('makes no spans of probes', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      await fetch(new URL(path, program.url), { headers: { traceparent: aCaller('f').traceparent } });
    }
    const last = aCaller('9');
    await callTool('mctl_whoami', {}, { header: last.traceparent });
    await arrived(last.trace, 'POST /mcp');
    expect(of(aCaller('f').trace)).toEqual([]);
  });
});

describe('over a crash', () => {
  it('goes on in the trace of the call that submitted it', async () => {
    receiver = await OtlpReceiver.start();
    const nodeArguments = ['--require', join(SUPPORT, 'kill-at.js')];
    program = await Program.start({ env: { ...tracing(), KILL_AT: 'submitted' }, nodeArguments });
    const { dataDir } = program;
    token = await tokenFor(dataDir, 'admin');
    const caller = aCaller('7');
    process.kill(program.pid, 'SIGCONT');
    const args = { team: 'billing', reason: 'a new team' };
    const lost = callTool('mctl_create_tenant', args, { header: caller.traceparent });
    await Promise.all([expect(lost).rejects.toThrow(), program.exited()]);
    expect(receiver.spans).toEqual([]);

    program = await Program.start({ dataDir, env: tracing() });
    await arrived(caller.trace, 'mctl.operation');
    const told = of(caller.trace);
    expect(told.map(({ name }) => name).sort()).toEqual(['mctl.commit', 'mctl.operation', 'mctl.plan', 'mctl.push']);
    // All below the span that died with its process.
    expect(new Set(told.map(({ parentSpanId }) => parentSpanId)).size).toBe(1);
    await program.dispose();
    await receiver.stop();
  });
});

describe('without a collector', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mctl-loaded-'));
  const loadedBy = async (name: string, env: Record<string, string>): Promise<string[]> => {
    const file = join(folder, name);
    const nodeArguments = ['--require', join(SUPPORT, 'loaded-packages.js')];
    const running = await Program.start({ env: { ...env, LOADED_FILE: file }, nodeArguments });
    await running.dispose();
    return (JSON.parse(readFileSync(file, 'utf8')) as string[]).filter((each) => each.startsWith('@opentelemetry/'));
  };
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('loads nothing of OpenTelemetry', async () => {
    expect(await loadedBy('off', {})).toEqual([]);
    const closed = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_EXPORTER_OTLP_TIMEOUT: '100' };
    expect(await loadedBy('on', closed)).toEqual(expect.arrayContaining(['@opentelemetry/sdk-trace']));
  });

  it('answers every call although the one it has is away, and the log has one line of it', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as { port: number };
    gone.close();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_EXPORTER_OTLP_TIMEOUT: '500' };
    const running = await Program.start({ env });
    const admin = await tokenFor(running.dataDir, 'admin');
    await done(await signedIn(running, 'admin'), 'create-tenant', { team: 'billing' });
    for (let count = 0; count < 20; count += 1) {
      expect((await callMcp(running.url, admin, 'mctl_whoami', {})).text).toContain('admin');
      expect((await callRest(running.url, admin, 'mctl_whoami', {})).text).toContain('admin');
    }
    await running.stop();
    const told = running.log.filter((line) => line.includes('takes no traces'));
    expect(told.map((line) => (JSON.parse(line) as { code: string }).code)).toEqual(['ECONNREFUSED']);
    await running.dispose();
  });
});
