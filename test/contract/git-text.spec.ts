import { join } from 'node:path';
import { ToolCatalog } from '../../src/platform/mcp';
import { callMcp, callRest } from '../support/doors';
import { furnish } from '../support/furnish';
import { CANARY, ORDER, poison, POISONED_FILES } from '../support/git-poison';
import type { Loose } from '../support/loose';
import { connectEra, type EraClient } from '../support/mcp-eras';
import { git } from '../support/plain-git';
import { ScratchApp } from '../support/scratch-app';
import { tokenFor } from '../support/tokens';
import { exampleOf, type Furniture } from '../support/tool-examples';

let scratch: ScratchApp;
let about: Furniture;
let token: string;
let client: EraClient;
let tools: { readonly name: string; readonly operation?: string }[];

beforeAll(async () => {
  scratch = await ScratchApp.start({ MCTL_READS_PER_MINUTE: '100000', MCTL_WRITES_PER_MINUTE: '100000' });
  about = await furnish(scratch);
  token = await tokenFor(scratch.dataDir, 'admin');
  await poison(join(scratch.dataDir, 'gitops.git'), join(scratch.dataDir, 'person'), about.preview);
  client = await connectEra('2026-07-28', scratch.url, token);
  tools = scratch.app
    .get(ToolCatalog)
    .declarations.map(({ name, access }) => ({ name, operation: access.kind === 'read' ? undefined : access.name }));
});

afterAll(async () => {
  await client?.close();
  await scratch?.stop();
});

/** Every string of an answer, keys too, with its place: `items[].tag`. */
function* stringsOf(value: unknown, path = ''): Iterable<[path: string, text: string]> {
  if (typeof value === 'string') yield [path, value];
  else if (Array.isArray(value)) for (const item of value) yield* stringsOf(item, `${path}[]`);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      yield [path, name];
      yield* stringsOf(item, path ? `${path}.${name}` : name);
    }
  }
}

const UNSEEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Places of what must not be there at all. */
function leaksOf(answer: unknown): string[] {
  return [...stringsOf(answer)].flatMap(([path, text]) => [
    ...(UNSEEN.test(text) ? [`${path}: unseen ${JSON.stringify(text)}`] : []),
    ...(text.includes(CANARY) || text.includes(CANARY.slice(20, 36)) ? [`${path}: canary ${text}`] : []),
  ]);
}

/** Places of what is there without being named as untrusted. */
function unmarkedOf(answer: Loose): string[] {
  const fields = (answer.untrusted?.fields ?? []) as string[];
  const isNamed = (path: string) =>
    fields.some((field) => path === field || (/^[.[]/.test(path.slice(field.length)) && path.startsWith(field)));
  return [...new Set([...stringsOf(answer)].filter(([, text]) => text.includes(ORDER)).map(([path]) => path))].filter(
    (path) => !isNamed(path),
  );
}

const argumentsOf = (name: string, operation?: string) => ({
  ...exampleOf(name, about),
  ...(operation && { dry_run: true }),
});

it('stands in the repository, so that there is something to find', async () => {
  const gitDir = join(scratch.dataDir, 'gitops.git');
  for (const path of Object.values(POISONED_FILES)) {
    expect(await git(gitDir, 'show', `main:${path}`)).toMatch(UNSEEN);
  }
  expect(await git(gitDir, 'log', '-1', '--format=%an')).toContain(ORDER);
  const { body } = await callMcp(
    scratch.url,
    token,
    'mctl_get_service_config',
    exampleOf('mctl_get_service_config', about),
  );
  expect([...stringsOf(body)].filter(([, text]) => text.includes(ORDER)).length).toBeGreaterThan(8);
});

it('S40 S42 no tool repeats text from git with a credential, or with what nobody sees', async () => {
  const found: string[] = [];
  const refused: string[] = [];
  for (const { name, operation } of tools) {
    const { ok, body } = await callMcp(scratch.url, token, name, argumentsOf(name, operation));
    found.push(...leaksOf(body).map((leak) => `${name} ${leak}`));
    if (!ok) refused.push(`${name} ${body.code as string}`);
    if (ok) found.push(...unmarkedOf(body).map((path) => `${name} ${path}: not marked`));
  }
  expect(found).toEqual([]);
  // What cannot be judged beyond its refusal; all else has answered.
  expect(refused).toEqual([
    'mctl_create_preview preview_unsafe',
    'mctl_grant_repo_access github_app_not_configured',
    'mctl_provision_database service_has_database',
    'mctl_sync_repos github_app_not_configured',
  ]);
});

it('S40 S42 nor does REST', async () => {
  const found: string[] = [];
  for (const { name, operation } of tools) {
    const { body } = await callRest(scratch.url, token, name, argumentsOf(name, operation), operation);
    found.push(...leaksOf(body).map((leak) => `${name} ${leak}`));
  }
  expect(found).toEqual([]);
});

it('S40 S42 nor does a resource, a prompt’s list or a completion', async () => {
  for (const uri of ['mctl://platform', 'mctl://tenants/billing', 'mctl://services/billing/api', 'mctl://operations']) {
    const { contents } = await client.read(uri);
    const document = JSON.parse(contents[0].text);
    expect([uri, leaksOf(document)]).toEqual([uri, []]);
  }
  const chosen = { arguments: { team: 'billing', service: 'api' } };
  const ref = { type: 'ref/prompt', name: 'roll_back_service' } as const;
  for (const name of ['team', 'service', 'target_tag']) {
    const completion = await client.complete({ ref, argument: { name, value: '' }, context: chosen });
    expect([name, completion.values.length > 0, leaksOf(completion)]).toEqual([name, true, []]);
    expect(JSON.stringify(completion)).not.toContain(ORDER);
  }
  expect(leaksOf(await client.resources())).toEqual([]);
});

it('S41 proposes no call with a name or tag that no call would take', async () => {
  const call = { action: 'deploy', team: 'billing', service: 'api', image_tag: '4.0.0' };
  const { body } = await callMcp(scratch.url, token, 'mctl_deploy_service', { ...call, wait_seconds: 25 });
  expect(body.operation.status).toBe('succeeded');
  expect((body.next_actions as Loose[]).map(({ tool }) => tool as string)).toEqual(['mctl_get_service_status']);
  expect(body.untrusted.fields).toEqual(expect.arrayContaining(['summary', 'changed']));
});

it('S40 S42 nor does what is told of an operation afterwards: its workflow, task, trail and service', async () => {
  const call = { team: 'billing', service: 'api', target_tag: '9.9.9', wait_seconds: 25 };
  const { body: done } = await callMcp(scratch.url, token, 'mctl_rollback_service', call);
  expect([done.operation.status, done.summary]).toEqual(['succeeded', expect.stringContaining(ORDER)]);
  const workflow = done.workflow.name as string;
  for (const [name, args] of [
    ['mctl_get_workflow_status', { workflow }],
    ['mctl_get_service_status', { team: 'billing', service: 'api' }],
    ['mctl_list_recent_operations', {}],
    ['mctl_list_workflows', {}],
    ['mctl_get_incident', { id: about.incident }],
  ] as const) {
    const { body } = await callMcp(scratch.url, token, name, args);
    expect([name, leaksOf(body), unmarkedOf(body)]).toEqual([name, [], []]);
  }
  expect([leaksOf(done), unmarkedOf(done)]).toEqual([[], []]);
});
