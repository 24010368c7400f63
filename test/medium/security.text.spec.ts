import fc from 'fast-check';
import { isAlias, isNode, parseAllDocuments, visit } from 'yaml';
import { bearer } from '../support/doors';
import { done, furnish, signedIn } from '../support/furnish';
import { GITHUB_NOWHERE } from '../support/github-settings';
import type { Loose } from '../support/loose';
import { commitsOf, git } from '../support/plain-git';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';
import { exampleOf, type Furniture } from '../support/tool-examples';

/** What people and programs write, on its way into git: the hostile reason of every operation, and values of every kind. */
const REASON =
  'fine\r\n\r\nOperation-Id: 01forged\nRequested-By: eve\nAuth-Method: oidc\n---\n-- >8 --\ndiff --git a/x b/x';
const CLIENT = 'agent/1.0 Reviewed-by: nobody; Operation-Id: 01forged';
const OPTIONS = [
  '--upload-pack=touch x',
  '-c core.sshCommand=x',
  '--output=/tmp/x',
  '-',
  '..',
  'HEAD~1',
  '@{-1}',
  ':/x',
  '^main',
];
/** In this order, once each, whatever is written. */
const TRAILERS = [
  'Operation-Id',
  'Operation',
  'Requested-By',
  'Auth-Method',
  'Client',
  'Request-Id',
  'Workflow',
  'Plan-Digest',
];

let program: Program;
let about: Furniture;
let token: string;
let operations: { readonly name: string; readonly tool: string; readonly risk: string }[];

beforeAll(async () => {
  program = await Program.start({ env: { ...GITHUB_NOWHERE } });
  about = await furnish(program);
  token = await tokenFor(program.dataDir, 'admin');
  operations = (await (await signedIn(program, 'admin')).get('/api/v1/operations?limit=200')).body.items;
});

afterAll(() => program?.dispose());

async function execute(operation: string, body: object): Promise<Loose> {
  const response = await fetch(new URL(`/api/v1/operations/${operation}/execute`, program.url), {
    method: 'POST',
    headers: { ...bearer(token), 'Content-Type': 'application/json', 'User-Agent': CLIENT },
    body: JSON.stringify(body),
  });
  return response.json() as Loose;
}

it('S31 any text as a variable comes back as it was, in one document without anchors, aliases and tags', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\r', '\u0085', '---', '*a', '&a x', '!!js x'),
  );
  // What no environment and no file can hold is refused by rules of its own (bad-input.spec.ts).
  const values = fc.sample(text, { numRuns: 90, seed: 20261122 }).map((value) => value.replace(/[\0\p{Cs}]/gu, ''));
  const env = Object.fromEntries(values.map((value, index) => [`VARIABLE_${index}`, value]));
  const input = { action: 'update-config', team: about.team, service: about.service, wait_seconds: 25 };
  const answers: Loose[] = [];
  for (let at = 0; at < values.length; at += 30) {
    const part = Object.fromEntries(Object.entries(env).slice(at, at + 30));
    answers.push(await execute('deploy-service', { ...input, env: part }));
  }
  const taken = answers.flatMap((answer, index) => (answer.operation?.status === 'succeeded' ? [index] : []));
  expect(answers.map(({ code, field, problems }) => ({ code, field, problems }))).toEqual(answers.map(() => ({})));
  expect(taken).toHaveLength(3);
  const source = await git(program.gitDir, 'show', 'main:platform-gitops/services/billing/api/values.yaml');
  const documents = parseAllDocuments(source);
  expect(documents).toHaveLength(1);
  const [document] = documents;
  const odd: string[] = [];
  visit(document as never, (_, node) => {
    if (
      isAlias(node) ||
      (isNode(node) && ('anchor' in node ? node.anchor : undefined)) ||
      (isNode(node) && node.tag?.startsWith('!'))
    ) {
      odd.push(String(node));
    }
  });
  expect(odd).toEqual([]);
  const written = (document?.toJS() as { env: Record<string, string> }).env;
  expect(Object.entries(written).filter(([name]) => name.startsWith('VARIABLE_'))).toEqual(Object.entries(env));
});

it('S33 text that git would take for an option, a range or a ref is taken for nothing', async () => {
  const before = await git(program.gitDir, 'for-each-ref');
  const places: [string, (text: string) => object][] = [
    ['deploy-service', (text) => ({ action: 'deploy', team: about.team, service: about.service, image_tag: text })],
    ['deploy-service', (text) => ({ action: 'deploy', team: about.team, service: text, image_tag: '1' })],
    ['scale-service', (text) => ({ team: text, service: about.service, replicas: 1 })],
    ['rollback-service', (text) => ({ team: about.team, service: about.service, image_tag: text })],
    ['create-tenant', (text) => ({ team: text })],
    ['delete-preview', (text) => ({ team: about.team, service: about.service, preview_id: text })],
  ];
  for (const text of OPTIONS) {
    for (const [operation, input] of places) {
      const { code } = await execute(operation, { ...input(text), wait_seconds: 25 });
      expect([operation, text, code]).toEqual([operation, text, expect.stringMatching(/^invalid_input$|_not_found$/)]);
    }
  }
  expect(await git(program.gitDir, 'for-each-ref')).toBe(before);
});

it('S33 the reason and the client of no operation forge a trailer, over all operations there are', async () => {
  const known = new Set((await commitsOf(program.gitDir)).map(({ sha }) => sha));
  const destroyLast = [...operations].sort(
    (a, b) => Number(a.name.startsWith('delete')) - Number(b.name.startsWith('delete')),
  );
  for (const { name, tool } of destroyLast) {
    const input = { ...exampleOf(tool, about), reason: REASON };
    const first = await execute(name, { ...input, wait_seconds: 1 });
    const confirm_token = first.plan?.confirm_token as string | undefined;
    if (confirm_token) await execute(name, { ...input, confirm_token, wait_seconds: 5 });
  }
  for (const hidden of ['\u2028', '\u0085', '\u202e', '\0']) {
    const { code, field } = await execute('create-tenant', {
      team: 'hidden',
      reason: `a${hidden}Operation-Id: 01forged`,
    });
    expect([code, field]).toEqual(['invalid_input', 'reason']);
  }
  const made = (await commitsOf(program.gitDir)).filter(({ sha }) => !known.has(sha));
  expect(made.length).toBeGreaterThanOrEqual(8);
  const workflows = (await (await signedIn(program, 'admin')).get('/api/v1/workflows?limit=200')).body.items as Loose[];
  for (const { trailers, message, subject } of made) {
    const names = trailers.map(([name]) => name);
    expect([subject, names.slice(0, TRAILERS.length)]).toEqual([subject, TRAILERS]);
    expect(new Set(names).size).toBe(names.length);
    expect(
      names
        .slice(TRAILERS.length)
        .filter((name) => !['Idempotency-Key', 'Reverts', 'Step', 'Audit-Head'].includes(name)),
    ).toEqual([]);
    expect(trailers.find(([name]) => name === 'Requested-By')).toEqual(['Requested-By', 'admin']);
    const workflow = trailers.find(([name]) => name === 'Workflow')?.[1];
    expect(workflows.map((each) => each.workflow as string)).toContain(workflow);
    expect(message).not.toMatch(/[\r\u0085\u2028\u2029]/);
    expect(message.split('\n')[1]).toBe('');
  }
  expect((await git(program.gitDir, 'fsck', '--strict', '--no-dangling')).trim()).toBe('');
  await done(await signedIn(program, 'admin'), 'create-tenant', { team: 'afterwards' });
});
