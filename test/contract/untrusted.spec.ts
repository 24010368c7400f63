import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ToolCatalog } from '../../src/platform/mcp';
import { fieldsOf } from '../../src/platform/schema';
import { isSecretName } from '../../src/platform/text/secrets';
import { callMcp } from '../support/doors';
import { furnish, signedIn } from '../support/furnish';
import { HIDDEN_CORPUS, injectionCorpus } from '../support/injection-corpus';
import type { Loose } from '../support/loose';
import { connectEra } from '../support/mcp-eras';
import { ScratchApp } from '../support/scratch-app';
import { tokenFor } from '../support/tokens';
import type { Furniture } from '../support/tool-examples';

let scratch: ScratchApp;
let about: Furniture;
let token: string;
let trap: Server;
let corpus: Readonly<Record<string, string>>;
const visits: string[] = [];
let reports = 0;

beforeAll(async () => {
  trap = createServer((request, response) => {
    visits.push(String(request.url));
    response.end();
  });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  corpus = injectionCorpus(`http://127.0.0.1:${(trap.address() as AddressInfo).port}`);
  scratch = await ScratchApp.start({ MCTL_READS_PER_MINUTE: '100000', MCTL_WRITES_PER_MINUTE: '100000' });
  about = await furnish(scratch, { open: false });
  token = await tokenFor(scratch.dataDir, 'admin');
});

afterAll(async () => {
  await scratch?.stop();
  await new Promise((resolve) => trap.close(resolve));
});

const read = async (tool: string, args: object): Promise<Loose> => (await callMcp(scratch.url, token, tool, args)).body;

async function report(summary: string): Promise<{ status: number; id: string }> {
  const { team, service } = about;
  const evidence = [summary];
  const body = { team, service, type: 'attack', summary, evidence, analysis: summary, proposed_fix: summary };
  const client = await signedIn(scratch, 'admin');
  const answer = await client.request(
    'POST',
    '/api/v1/incidents',
    JSON.stringify({ ...body, fingerprint: `attack-${(reports += 1)}` }),
  );
  return { status: answer.status, id: answer.body.id as string };
}

/** Paths of an answer's strings that hold this text, lists as `[]`. */
function placesOf(value: unknown, text: string, path = ''): string[] {
  if (typeof value === 'string') return value.includes(text) ? [path] : [];
  if (Array.isArray(value)) return value.flatMap((item) => placesOf(item, text, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => placesOf(item, text, path ? `${path}.${name}` : name));
}

it('S40 S41 an incident’s text is only where the envelope says, and makes the server do nothing', async () => {
  const before = await read('mctl_list_recent_operations', { limit: 200 });
  for (const [name, text] of Object.entries(corpus)) {
    const { status, id } = await report(text);
    expect([name, status]).toEqual([name, 201]);
    const answer = await read('mctl_get_incident', { id });
    const places = placesOf(answer, text);
    expect([name, places.length > 3]).toEqual([name, true]);
    expect(answer.untrusted).toMatchObject({ integrity: 'untrusted', provenance: expect.stringMatching(/outside/) });
    expect(answer.untrusted.fields).toEqual(expect.arrayContaining(places));
    // What MCTL proposes next comes of the incident's status, never of its words.
    expect(placesOf(answer.next_actions, 'mctl_delete_tenant')).toEqual([]);
    const list = await read('mctl_list_incidents', { team: about.team, limit: 200 });
    expect(list.untrusted.fields).toEqual(expect.arrayContaining([...new Set(placesOf(list, text))]));
  }
  const after = await read('mctl_list_recent_operations', { limit: 200 });
  const others = (after.items as Loose[]).filter(({ operation }) => operation !== 'report-incident');
  expect(others).toHaveLength(
    (before.items as Loose[]).filter(({ operation }) => operation !== 'report-incident').length,
  );
  expect(await read('mctl_get_tenant', { team: about.team })).toMatchObject({ name: about.team });
  expect(visits).toEqual([]);
});

it('S40 a reason is only where the envelope says, in the audit trail and in its workflow', async () => {
  const reason = corpus['action required'] as string;
  const call = { team: about.team, service: about.service, replicas: 2, reason, wait_seconds: 25 };
  const { workflow } = await read('mctl_scale_service', call);
  const shown = await read('mctl_get_workflow_status', { workflow: workflow.name, log_lines: 200 });
  expect(placesOf(shown, reason).length).toBeGreaterThan(0);
  expect(shown.untrusted.fields).toEqual(expect.arrayContaining(placesOf(shown, reason)));
  const audit = await read('mctl_list_recent_operations', { team: about.team });
  expect([...new Set(placesOf(audit, reason))]).toEqual(['items[].reason']);
  expect(audit.untrusted.fields).toContain('items[].reason');
});

it.each(Object.entries(HIDDEN_CORPUS))('S40 refuses what a reader would not see: %s', async (name, text) => {
  const { status } = await report(text);
  expect([name, status]).toEqual([name, 400]);
});

it('S40 logs and DNS records come in an envelope of their own', async () => {
  const { logs } = await read('mctl_get_service_logs', { team: about.team, service: about.service });
  expect(logs).toMatchObject({ integrity: 'untrusted', provenance: expect.stringContaining('written by the service') });
});

it('S42 a credential in a report is masked in every answer', async () => {
  const canary = `ghp_${'c'.repeat(36)}`;
  const { status, id } = await report(`leaked ${canary} here`);
  const answers = [
    await read('mctl_get_incident', { id }),
    await read('mctl_list_incidents', { team: about.team, limit: 200 }),
    await read('mctl_list_recent_operations', { limit: 200 }),
  ];
  expect(status).toBe(201);
  expect(JSON.stringify(answers)).not.toContain(canary);
});

it('S60 no tool takes a secret: the only argument of such a name is the seal that MCTL itself gives out', () => {
  const names = scratch.app
    .get(ToolCatalog)
    .declarations.flatMap(({ name, input }) => [...fieldsOf(input).keys()].map((argument) => [name, argument] as const))
    .filter(([, argument]) => isSecretName(argument));
  const known = ['clear_secrets', 'confirm_token', 'delete_secrets', 'idempotency_key', 'secret_names'];
  expect([...new Set(names.map(([, argument]) => argument))].filter((argument) => !known.includes(argument))).toEqual(
    [],
  );
});

it('S06 a list that depends on the caller says that nobody else may be given it', async () => {
  const headers = {
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    Authorization: `Bearer ${token}`,
    'MCP-Protocol-Version': '2026-07-28',
    'Mcp-Method': 'tools/list',
  };
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } });
  const text = await (await fetch(new URL('/mcp', scratch.url), { method: 'POST', headers, body })).text();
  const data =
    text
      .split('\n')
      .findLast((line) => line.startsWith('data: '))
      ?.slice(6) ?? text;
  expect(JSON.parse(data).result).toMatchObject({ ttlMs: expect.any(Number), cacheScope: 'private' });
});

it.each(['2026-07-28', '2025 by the old client'] as const)(
  'answers that carry untrusted text keep the listed schema: %s',
  async (era) => {
    const client = await connectEra(era, scratch.url, token);
    await client.list();
    for (const [tool, args] of [
      ['mctl_list_recent_operations', {}],
      ['mctl_list_incidents', {}],
      ['mctl_get_workflow_status', { workflow: about.workflow }],
      ['mctl_whoami', {}],
    ] as const) {
      const { isError = false, structuredContent } = await client.call(tool, args);
      expect([tool, isError, typeof structuredContent]).toEqual([tool, false, 'object']);
    }
    await client.close();
  },
);
