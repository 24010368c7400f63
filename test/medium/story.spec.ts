import { PEOPLE } from '../support/furnish';
import { commitsOf, git, type PlainCommit } from '../support/plain-git';
import { Program } from '../support/program';
import { overMcp, overRest, type Teller } from '../support/story-tellers';
import type { Loose } from '../support/loose';

/** One write of the story: the operation, what it is called with, and what git must show of it afterwards. */
interface Chapter {
  readonly tool: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly subject: RegExp;
  /** Files of the commit with git's letter for what happened to them. */
  readonly files: readonly string[];
  /** Lines of the diff. */
  readonly diff: readonly RegExp[];
}

const TEAM = 'billing';
const ABOUT = { team: TEAM, service: 'payment-api' };
const SERVICE_FILE = `platform-gitops/services/${TEAM}/payment-api/values.yaml`;

const CHAPTERS: readonly Chapter[] = [
  {
    tool: 'mctl_create_tenant',
    operation: 'create-tenant',
    input: {
      team: TEAM,
      display_name: 'Billing',
      members: [{ user: 'dave', role: 'developer' }],
      reason: 'a new team',
    },
    subject: /^create-tenant\(billing\): Billing$/,
    files: [
      `A\tplatform-gitops/argo-workflows/sso-team-${TEAM}.yaml`,
      `A\tplatform-gitops/argocd/projects/${TEAM}.yaml`,
      `A\tplatform-gitops/tenants/${TEAM}/values.yaml`,
    ],
    diff: [/^\+ +name: billing$/m, /^\+ +- userId: olga$/m, /^\+ +- userId: dave$/m, /^\+ +displayName: Billing$/m],
  },
  {
    tool: 'mctl_deploy_service',
    operation: 'deploy-service',
    input: {
      action: 'onboard',
      ...ABOUT,
      image: 'ghcr.io/acme/payment-api',
      image_tag: '1.0.0',
      port: 3000,
      env: { LOG_FORMAT: 'json' },
      reason: 'the first service',
    },
    subject: /^\w+\(billing\/payment-api\): .*1\.0\.0/,
    files: [`A\t${SERVICE_FILE}`],
    diff: [
      /^\+ +repository: ghcr\.io\/acme\/payment-api$/m,
      /^\+ +tag: "?1\.0\.0"?$/m,
      /^\+.*port: 3000$/m,
      /^\+ +LOG_FORMAT: json$/m,
    ],
  },
  {
    tool: 'mctl_deploy_service',
    operation: 'deploy-service',
    input: { action: 'deploy', ...ABOUT, image_tag: '1.1.0', reason: 'the fix for refunds' },
    subject: /^deploy\(billing\/payment-api\): 1\.1\.0/,
    files: [`M\t${SERVICE_FILE}`],
    diff: [/^- +tag: "?1\.0\.0"?$/m, /^\+ +tag: "?1\.1\.0"?$/m],
  },
  {
    tool: 'mctl_scale_service',
    operation: 'scale-service',
    input: { ...ABOUT, replicas: 2, reason: 'more traffic' },
    subject: /^scale\(billing\/payment-api\): /,
    files: [`M\t${SERVICE_FILE}`],
    diff: [/^\+replicaCount: 2$/m],
  },
  {
    tool: 'mctl_rollback_service',
    operation: 'rollback-service',
    input: { ...ABOUT, reason: 'refunds are worse' },
    subject: /^rollback\(billing\/payment-api\): .*1\.0\.0/,
    files: [`M\t${SERVICE_FILE}`],
    diff: [/^- +tag: "?1\.1\.0"?$/m, /^\+ +tag: "?1\.0\.0"?$/m],
  },
  {
    tool: 'mctl_retire_service',
    operation: 'retire-service',
    input: { ...ABOUT, reason: 'nobody pays any more' },
    subject: /^retire\(billing\/payment-api\)/,
    files: [`D\t${SERVICE_FILE}`],
    diff: [/^-replicaCount: 2$/m],
  },
];

describe.each([
  ['MCP, with the official client', overMcp],
  ['REST', overRest],
])('a team from its first to its last day over %s', (door, open) => {
  let program: Program;
  let teller: Teller;
  let commits: PlainCommit[];
  let first: number;
  const answers: Loose[] = [];

  beforeAll(async () => {
    program = await Program.start();
    teller = await open(program, PEOPLE.owner);
    first = (await commitsOf(program.gitDir)).length;
  });

  afterAll(async () => {
    await teller?.close();
    await program?.dispose();
  });

  it('begins with somebody who has no team', async () => {
    expect(await teller.read('mctl_whoami', '/api/v1/whoami', {})).toMatchObject({
      user: PEOPLE.owner,
      auth_method: 'local',
      admin: false,
      teams: [],
      server: { read_only: false, gitops_head: await git(program.gitDir, 'rev-parse', 'main') },
    });
  });

  it.each(
    CHAPTERS.map((chapter) => [[chapter.operation, chapter.input.action].filter(Boolean).join(' '), chapter] as const),
  )('goes on with %s', async (_, chapter) => {
    const input = { ...chapter.input, wait_seconds: 25, idempotency_key: `story-${answers.length}-${door.length}` };
    const told = await teller.write(chapter, input);
    expect(told.asksToConfirm).toBe(chapter.operation === 'retire-service');
    if (told.asksToConfirm) {
      expect(told.answer).toMatchObject({
        commit: null,
        workflow: null,
        plan: { diff: expect.stringContaining('-replicaCount: 2'), confirm_token: expect.any(String) },
      });
      expect((await commitsOf(program.gitDir)).length).toBe(first + answers.length);
      Object.assign(input, { confirm_token: told.answer.plan.confirm_token });
    }
    const answer = told.asksToConfirm ? (await teller.write(chapter, input)).answer : told.answer;
    expect(answer).toMatchObject({
      operation: { id: expect.stringMatching(/^[0-9a-z]{26}$/), name: chapter.operation, status: 'succeeded' },
      workflow: { engine: 'embedded', status: 'succeeded' },
      commit: { sha: await git(program.gitDir, 'rev-parse', 'main') },
    });
    expect((answer.changes as { path: string }[]).map(({ path }) => path).sort()).toEqual(
      chapter.files.map((file) => file.slice(2)).sort(),
    );
    answers.push(answer);
  });

  it('shows what is there while it is there', async () => {
    expect(await teller.read('mctl_get_tenant', `/api/v1/tenants/${TEAM}`, { team: TEAM })).toMatchObject({
      name: TEAM,
      members: [
        { user: PEOPLE.owner, role: 'owner' },
        { user: 'dave', role: 'developer' },
      ],
      services: [],
    });
    expect((await teller.read('mctl_list_services', `/api/v1/services?team=${TEAM}`, { team: TEAM })).items).toEqual(
      [],
    );
  });

  it('can be watched in workflows and the audit trail', async () => {
    const { items } = await teller.read('mctl_list_workflows', `/api/v1/workflows?team=${TEAM}`, { team: TEAM });
    expect(
      (items as Loose[]).map(({ operation, status, progress }) => [
        operation,
        status,
        (progress as string).replace(/^(\d+)\/\1$/, 'all'),
      ]),
    ).toEqual([...CHAPTERS].reverse().map(({ operation }) => [operation, 'succeeded', 'all']));
    for (const { workflow, operation, commit } of answers) {
      const status = await teller.read('mctl_get_workflow_status', `/api/v1/workflows/${workflow.name}`, {
        workflow: workflow.name,
      });
      expect(status).toMatchObject({
        operation: operation.name,
        operation_id: operation.id,
        status: 'succeeded',
        actor: PEOPLE.owner,
        commit,
      });
      expect((status.steps as { status: string }[]).every((step) => step.status === 'succeeded')).toBe(true);
    }
    const audit = await teller.read('mctl_list_recent_operations', `/api/v1/audit?team=${TEAM}&status=succeeded`, {
      team: TEAM,
      status: 'succeeded',
    });
    expect((audit.items as { commit: string }[]).map(({ commit }) => commit)).toEqual(
      answers.map(({ commit }) => commit.sha as string).reverse(),
    );
  });

  it('is proved by git: one commit per write, with who, why and through what', async () => {
    commits = (await commitsOf(program.gitDir)).slice(first);
    expect(commits.map(({ sha }) => sha)).toEqual(answers.map(({ commit }) => commit.sha as string));
    for (const [index, chapter] of CHAPTERS.entries()) {
      const [commit, answer] = [commits[index] as PlainCommit, answers[index]];
      expect(commit).toMatchObject({
        author: `${PEOPLE.owner} <${PEOPLE.owner}@users.noreply.mctl.local>`,
        committer: 'MCTL <mctl@localhost>',
        subject: expect.stringMatching(chapter.subject),
      });
      expect(commit.message.split('\n').slice(1, 4)).toEqual(['', chapter.input.reason, '']);
      expect(Object.fromEntries(commit.trailers)).toMatchObject({
        'Operation-Id': answer.operation.id,
        Operation: chapter.operation,
        'Requested-By': PEOPLE.owner,
        'Auth-Method': 'local',
        Client: expect.stringContaining(teller.client),
        'Request-Id': expect.stringMatching(/^[A-Za-z0-9._-]+$/),
        Workflow: answer.workflow.name,
        'Plan-Digest': expect.stringMatching(/^[0-9a-f]{64}$/),
        'Idempotency-Key': `story-${index}-${door.length}`,
      });
      expect(new Set(commit.trailers.map(([key]) => key)).size).toBe(commit.trailers.length);
    }
  });

  it('is proved by git: each diff is what was asked for', async () => {
    for (const [index, { files, diff }] of CHAPTERS.entries()) {
      const { sha } = commits[index] as PlainCommit;
      const changed = await git(program.gitDir, 'diff-tree', '-r', '--no-commit-id', '--name-status', sha);
      expect(changed.split('\n').sort()).toEqual([...files].sort());
      const text = await git(program.gitDir, 'show', '--format=', '--unified=0', sha);
      for (const line of diff) expect(text).toMatch(line);
    }
    const [, , deployed, scaled] = commits as [PlainCommit, PlainCommit, PlainCommit, PlainCommit];
    const lines = await Promise.all(
      [deployed, scaled].map(({ sha }) => git(program.gitDir, 'show', '--format=', '--numstat', sha)),
    );
    expect(lines.map((line) => line.split('\t').slice(0, 2).map(Number))).toEqual([
      [1, 1],
      [expect.any(Number), expect.any(Number)],
    ]);
  });

  it('says which operation a rollback takes back', () => {
    const rolledBack = commits[CHAPTERS.findIndex(({ operation }) => operation === 'rollback-service')];
    expect(rolledBack?.trailers).toContainEqual(['Reverts', answers[2].operation.id]);
  });

  it('answers a repeated call with the first answer', async () => {
    const [, onboard] = CHAPTERS as [Chapter, Chapter];
    const again = await teller.write(onboard, { ...onboard.input, idempotency_key: `story-1-${door.length}` });
    expect(again.answer.commit).toEqual(answers[1].commit);
    expect((await commitsOf(program.gitDir)).length).toBe(first + CHAPTERS.length);
  });
});
