import { EncryptJWT, jwtDecrypt } from 'jose';
import { Keys } from '../../src/platform/keys';
import { AskedClient, nameIn, refusal, typing } from '../support/asked-client';
import { done, furnish, PEOPLE, signedIn } from '../support/furnish';
import { enterSecrets } from '../support/intake-form';
import { type Era, ERAS } from '../support/mcp-eras';
import type { Loose } from '../support/loose';
import { commitsOf, trailer } from '../support/plain-git';
import { Program } from '../support/program';
import { RawMcp, type RawAnswer } from '../support/raw-mcp';
import { until } from '../support/remote-program';
import { tokenFor } from '../support/tokens';
import { EXAMPLES, type Furniture } from '../support/tool-examples';

const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const FORMS = { [CAPABILITIES]: { elicitation: { form: {} } } };
/** In an order in which each still finds what it destroys. */
const DESTRUCTIVE = [
  'mctl_delete_preview',
  'mctl_remove_custom_domain',
  'mctl_retire_service',
  'mctl_delete_tenant',
] as const;
const NAMES: Readonly<Record<(typeof DESTRUCTIVE)[number], (about: Furniture) => string>> = {
  mctl_delete_preview: ({ preview }) => `billing/api-${preview}`,
  mctl_remove_custom_domain: () => 'shop.example.com',
  mctl_retire_service: () => 'billing/api',
  mctl_delete_tenant: () => 'billing',
};

let program: Program;
let about: Furniture;
let admin: RawMcp;
let other: RawMcp;

beforeAll(async () => {
  program = await Program.start({ env: { MCTL_MCP_SESSIONS: '40' } });
  about = await furnish(program);
  admin = new RawMcp(program.url, await tokenFor(program.dataDir, PEOPLE.admin));
  other = new RawMcp(program.url, await tokenFor(program.dataDir, PEOPLE.owner));
});

afterAll(() => program?.dispose());

async function effectsOf(operation: string): Promise<number> {
  return (await commitsOf(program.gitDir)).filter((commit) => trailer(commit, 'Operation') === operation).length;
}

async function audited(code: string): Promise<Loose[]> {
  const { body } = await (await signedIn(program, 'admin')).get('/api/v1/audit?limit=200');
  return (body.items as Loose[]).filter((entry) => entry.code === code);
}

interface Retry {
  readonly args: Record<string, unknown>;
  readonly state?: string;
  readonly reply?: unknown;
  readonly meta?: Loose;
}

function call(mcp: RawMcp, name: string, { args, state, reply }: Retry, meta: Loose = FORMS): Promise<RawAnswer> {
  const params = {
    name,
    arguments: args,
    ...(state !== undefined && { requestState: state }),
    ...(reply !== undefined && { inputResponses: { confirm: reply } }),
  };
  return mcp.modern('tools/call', params, { meta });
}

async function asked(
  mcp: RawMcp,
  name: string,
  args: Record<string, unknown>,
): Promise<{ state: string; form: Loose }> {
  const { result } = (await call(mcp, name, { args })).message;
  expect(result.resultType).toBe('input_required');
  return { state: result.requestState, form: result.inputRequests.confirm.params };
}

async function team(name: string): Promise<{ team: string }> {
  await done(await signedIn(program, PEOPLE.admin), 'create-tenant', { team: name });
  return { team: name };
}

/** The same state, sealed by the same key, whose time is over. */
async function expired(state: string): Promise<string> {
  const { sealingKey } = Keys.open(program.dataDir);
  const { payload } = await jwtDecrypt(state, sealingKey);
  const header = { alg: 'dir', enc: 'A256GCM' };
  return new EncryptJWT(payload).setProtectedHeader(header).setExpirationTime(1).encrypt(sealingKey);
}

/** The same bytes in another text: the last character of a seal has bits that say nothing. */
function respelt(state: string): string {
  const bytes = Buffer.from(state.split('.').at(-1)!, 'base64url');
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
  const others = letters.map((last) => `${state.slice(0, -1)}${last}`).filter((each) => each !== state);
  return others.find((each) => Buffer.from(each.split('.').at(-1)!, 'base64url').equals(bytes))!;
}

function code({ message: { error, result } }: RawAnswer): unknown {
  if (error) return error.code;
  return result.isError ? refusal(result as never).code : result.resultType;
}

describe('a destructive call of revision 2026-07-28', () => {
  it('has names here for every destructive tool there is', async () => {
    const { message } = await admin.modern('tools/list');
    const tools = (message.result.tools as Loose[]).filter(({ annotations }) => annotations.destructiveHint);
    expect(tools.map(({ name }) => name as string)).toEqual([...DESTRUCTIVE].sort());
  });

  it.each(DESTRUCTIVE)(
    'S50 S51 %s asks for the name first; whatever else comes back does nothing, and 100 yeses do it once',
    async (tool) => {
      const args = { ...EXAMPLES[tool]!(about), wait_seconds: 25 };
      const operation = tool.slice('mctl_'.length).replaceAll('_', '-');
      const { state, form } = await asked(admin, tool, args);
      const name = NAMES[tool](about);
      expect(nameIn(form)).toBe(name);
      expect(form.message).toMatch(/Goes for good: \d+ .*\("/);
      expect(form.requestedSchema).toMatchObject({
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' } },
      });

      const again = (await call(admin, tool, { args, state, reply: typing(`${name}x`) })).message.result.requestState;
      const yes = { args, state, reply: typing(name) };
      const nothing: [Retry & { by?: RawMcp }, unknown][] = [
        [{ args, state, reply: typing(`${name}x`) }, 'input_required'],
        [{ args, state, reply: typing(name.toUpperCase()) }, 'input_required'],
        [{ args, state, reply: { action: 'accept' } }, 'input_required'],
        [{ args, state, reply: { action: 'perhaps', content: { name } } }, 'input_required'],
        [{ args, state }, 'input_required'],
        [{ args, reply: typing(name) }, 'input_required'],
        [{ args: { ...args, confirm_token: state }, state, reply: typing('no') }, 'input_required'],
        [{ args: { ...args, reason: 'another' }, state, reply: typing(name) }, -32602],
        [{ args, state: `${state.slice(0, -4)}AAAA`, reply: typing(name) }, -32602],
        [{ args, state: `${state.slice(0, -4)}AAAA`, reply: { action: 'decline' } }, -32602],
        [{ args, state: await expired(state), reply: typing(name) }, -32602],
        [{ args, state: '', reply: typing(name) }, -32602],
        [{ ...yes, by: other }, -32602],
        [{ args, state: respelt(state), reply: typing(name) }, -32602],
        // What was sealed for a form is no token, whatever the client says that it can show.
        [{ args: { ...args, confirm_token: state } }, 'confirmation_invalid'],
        [{ args: { ...args, confirm_token: state }, meta: {} }, 'confirmation_invalid'],
        [{ args, state, reply: { action: 'decline' } }, 'confirmation_declined'],
        // A no is for good, also for what was asked before about the same.
        [yes, -32602],
        [{ args, state, reply: { action: 'cancel' } }, -32602],
        [{ args, state: again, reply: typing(name) }, -32602],
        [{ args: { ...args, confirm_token: state }, meta: {} }, 'confirmation_invalid'],
      ];
      for (const [{ by = admin, meta, ...retry }, expected] of nothing) {
        const answer = await call(by, tool, retry, meta);
        expect([retry, code(answer)]).toEqual([retry, expected]);
      }
      const closed = await asked(admin, tool, args);
      const cancelled = await call(admin, tool, { args, state: closed.state, reply: { action: 'cancel' } });
      expect(code(cancelled)).toBe('confirmation_cancelled');
      expect(code(await call(admin, tool, { ...yes, state: closed.state }))).toBe(-32602);
      expect(await effectsOf(operation)).toBe(0);

      const { state: fresh } = await asked(admin, tool, args);
      const sure = { ...yes, state: fresh };
      const answers = await Promise.all(Array.from({ length: 100 }, () => call(admin, tool, sure)));
      const well = answers.filter(({ message }) => message.result?.structuredContent?.operation.status === 'succeeded');
      expect(well).toHaveLength(1);
      expect(await effectsOf(operation)).toBe(1);
      await call(admin, tool, sure);
      expect(await effectsOf(operation)).toBe(1);
    },
    120_000,
  );

  it('tells a decline from a cancel, and audits both with their codes', async () => {
    const args = await team('kept-one');
    const answers = [];
    for (const action of ['decline', 'cancel']) {
      const { state } = await asked(admin, 'mctl_delete_tenant', args);
      answers.push((await call(admin, 'mctl_delete_tenant', { args, state, reply: { action } })).message.result);
    }
    const [declined, cancelled] = answers.map(refusal);
    expect([declined.code, cancelled.code]).toEqual(['confirmation_declined', 'confirmation_cancelled']);
    expect(declined.message).not.toBe(cancelled.message);
    for (const { code: each, message } of [declined, cancelled]) {
      expect(message).toMatch(/nothing was done/);
      expect(await audited(each as string)).toContainEqual(
        expect.objectContaining({ team: 'kept-one', target: 'kept-one' }),
      );
    }
  });

  it('asks a client that names no capability nothing, and gives it plan and token as ever', async () => {
    const args = await team('kept-two');
    for (const elicitation of [undefined, { url: {} }]) {
      const answer = await call(admin, 'mctl_delete_tenant', { args }, { [CAPABILITIES]: { elicitation } });
      expect(answer.message.result.structuredContent.operation.status).toBe('confirmation_required');
    }
    // What a client of revisions before modes says means forms.
    expect(code(await call(admin, 'mctl_delete_tenant', { args }, { [CAPABILITIES]: { elicitation: {} } }))).toBe(
      'input_required',
    );
  });

  it('S52 asks again, with words, where what would happen has changed since', async () => {
    const args = await team('moving');
    const { state } = await asked(admin, 'mctl_delete_tenant', args);
    const client = await signedIn(program, PEOPLE.admin);
    await done(client, 'deploy-service', {
      ...args,
      service: 'late',
      action: 'onboard',
      image: 'ghcr.io/acme/late',
      image_tag: '1',
    });
    const { result } = (await call(admin, 'mctl_delete_tenant', { args, state, reply: typing('moving') })).message;
    expect(result.resultType).toBe('input_required');
    const { message } = result.inputRequests.confirm.params;
    expect(message).toMatch(/^What would happen has changed.*nothing was done/);
    expect(message).toContain('"moving/late"');
    const yes = { args: { ...args, wait_seconds: 25 }, state: result.requestState as string, reply: typing('moving') };
    expect((await call(admin, 'mctl_delete_tenant', yes)).message.result.structuredContent.operation.status).toBe(
      'succeeded',
    );
  });

  it('S21 answers a stranger to the team like a name that does not exist, and asks them nothing', async () => {
    const stranger = new RawMcp(program.url, await tokenFor(program.dataDir, PEOPLE.stranger));
    const answer = async (name: string): Promise<string> => {
      const { text } = await call(stranger, 'mctl_delete_tenant', { args: { team: name } });
      return text.replaceAll(name, 'NAME').replace(/correlation_id[^}]*/, '');
    };
    expect(await answer('kept-one')).toBe(await answer('never-was'));
  });

  it('shows the plan of a dry run and asks nothing', async () => {
    const answer = await call(admin, 'mctl_delete_tenant', { args: { team: 'kept-one', dry_run: true } });
    expect(answer.message.result.structuredContent.operation.status).toBe('planned');
  });
});

describe.each(ERAS)('a person at a client of %s', (era: Era) => {
  const slug = `era${ERAS.indexOf(era)}`;
  let client: AskedClient;

  beforeAll(async () => {
    const capability = era === '2025 by the old client' ? {} : { form: {} };
    client = await AskedClient.connect(era, program.url, await tokenFor(program.dataDir, PEOPLE.admin), capability);
  });
  afterAll(() => client?.close());
  beforeEach(() => {
    client.questions.length = 0;
  });

  it('types the name, and it happens', async () => {
    const args = await team(`${slug}-yes`);
    client.reply = (question) => typing(nameIn(question));
    const { structuredContent } = await client.call('mctl_delete_tenant', { ...args, wait_seconds: 25 });
    expect(structuredContent.operation.status).toBe('succeeded');
    expect(client.questions).toHaveLength(1);
  });

  it('mistypes it, is told so, and then gets it right', async () => {
    const args = await team(`${slug}-typo`);
    client.reply = (question) => typing(client.questions.length === 1 ? 'something' : nameIn(question));
    const { structuredContent } = await client.call('mctl_delete_tenant', { ...args, wait_seconds: 25 });
    expect(structuredContent.operation.status).toBe('succeeded');
    expect(client.questions.map(({ message }) => /^That was not the name/.test(message as string))).toEqual([
      false,
      true,
    ]);
  });

  it.each(['decline', 'cancel'])('answers %s, and nothing happens', async (action) => {
    const args = await team(`${slug}-${action}`);
    const before = await effectsOf('delete-tenant');
    client.reply = () => ({ action });
    const { code: refused } = refusal(await client.call('mctl_delete_tenant', args));
    expect(refused).toBe(action === 'decline' ? 'confirmation_declined' : 'confirmation_cancelled');
    expect(client.questions).toHaveLength(1);
    expect(await effectsOf('delete-tenant')).toBe(before);
  });

  it('never gets it right: a client that answers by itself is not asked for ever', async () => {
    const args = await team(`${slug}-never`);
    const before = await effectsOf('delete-tenant');
    client.reply = () => typing('yes');
    const answer = await client.call('mctl_delete_tenant', args).catch((error: unknown) => error);
    if (era !== '2026-07-28') expect(refusal(answer as never).code).toBe('confirmation_mistyped');
    expect(client.questions.length).toBeLessThanOrEqual(10);
    expect(await effectsOf('delete-tenant')).toBe(before);
  });
});

describe('sessions of 2025', () => {
  it('do nothing where the client fails to ask', async () => {
    const token = await tokenFor(program.dataDir, PEOPLE.admin);
    const client = await AskedClient.connect('2025 by the new client', program.url, token);
    const before = await effectsOf('delete-tenant');
    client.reply = () => {
      throw new Error('no window to show it in');
    };
    const { code: refused, fix } = refusal(await client.call('mctl_delete_tenant', await team('failing')));
    expect([refused, fix]).toEqual(['confirmation_unanswered', expect.stringContaining('Call again')]);
    expect(await effectsOf('delete-tenant')).toBe(before);
    await client.close();
  });

  it('give plan and token to a request outside of them: there is no way back', async () => {
    const { message } = await admin.legacy('tools/call', {
      name: 'mctl_delete_tenant',
      arguments: await team('alone'),
    });
    expect(message.result.structuredContent.plan.confirm_token).toMatch(/^ey/);
  });
});

describe('the page for values of secrets', () => {
  const PAGES = { [CAPABILITIES]: { elicitation: { url: {} } } };
  let dave: string;
  let developer: RawMcp;
  let count = 0;

  beforeAll(async () => {
    const owner = await signedIn(program, PEOPLE.admin);
    const members = [{ user: PEOPLE.developer, role: 'developer' }];
    const quotas = {
      quota_cpu_limits: '40',
      quota_cpu_requests: '20',
      quota_memory_limits: '40Gi',
      quota_memory_requests: '20Gi',
    };
    await done(owner, 'create-tenant', {
      team: 'pages',
      quota_pods: 100,
      allow_internet_egress: true,
      ...quotas,
      members,
    });
    dave = await tokenFor(program.dataDir, PEOPLE.developer);
    developer = new RawMcp(program.url, dave);
  });

  const tool = 'mctl_deploy_service';
  const deployment = (): Record<string, unknown> => {
    const service = `api${(count += 1)}`;
    const image = { image: 'ghcr.io/acme/api', image_tag: '1' };
    return { action: 'onboard', team: 'pages', service, ...image, secret_names: ['API_KEY'], wait_seconds: 25 };
  };
  const page = (
    args: Record<string, unknown>,
    retry: Omit<Retry, 'args' | 'reply'> & { action?: string } = {},
    by = developer,
  ) => {
    const { state, action, meta = PAGES } = retry;
    const params = {
      name: tool,
      arguments: args,
      ...(state !== undefined && { requestState: state }),
      ...(action !== undefined && { inputResponses: { page: { action } } }),
    };
    return by.modern('tools/call', params, { meta });
  };

  it('is opened by a client that can, and the answer then says that the values are there', async () => {
    const before = await effectsOf('deploy-service');
    const args = deployment();
    const { result } = (await page(args)).message;
    expect(result.resultType).toBe('input_required');
    const { mode, url, message } = result.inputRequests.page.params;
    expect([mode, new URL(url as string).pathname]).toEqual(['url', expect.stringMatching(/^\/intake\//)]);
    expect(message).toContain('API_KEY');
    // The one who sits at the browser must be the one who called.
    await expect(enterSecrets(url as string, await tokenFor(program.dataDir, PEOPLE.admin), ['v-1'])).rejects.toThrow(
      /^403/,
    );
    await enterSecrets(url as string, dave, ['v-1']);
    const state = result.requestState as string;
    for (let again = 0; again < 3; again += 1) {
      const answer = (await page(args, { state, action: 'accept' })).message.result.structuredContent;
      expect(answer).toMatchObject({ operation: { status: 'succeeded' }, secrets: [{ name: 'API_KEY', version: 1 }] });
      expect(answer.intake).toBeUndefined();
    }
    expect(await effectsOf('deploy-service')).toBe(before + 1);
  });

  it('is asked for once more where nobody has been there, and then left as a link that still opens', async () => {
    const before = await effectsOf('deploy-service');
    const args = deployment();
    const first = (await page(args)).message.result;
    const { url } = first.inputRequests.page.params;
    const second = (await page(args, { state: first.requestState as string })).message.result;
    expect(second.inputRequests.page.params).toMatchObject({
      url,
      message: expect.stringMatching(/^MCTL has no values/),
    });
    const third = (await page(args, { state: second.requestState as string })).message.result;
    expect(third.structuredContent.intake.url).toBe(url);
    await enterSecrets(url as string, dave, ['v-1']);
    expect(await effectsOf('deploy-service')).toBe(before + 1);
  });

  it.each(['decline', 'cancel'])('stays a link in the answer after %s: the call itself is done', async (action) => {
    const args = deployment();
    const { requestState: state, inputRequests } = (await page(args)).message.result;
    const { isError, structuredContent } = (await page(args, { state: state as string, action })).message.result;
    expect([isError, structuredContent.intake.url]).toEqual([undefined, inputRequests.page.params.url]);
    // Before the answer as after it: nobody is to take a no to the page for a no to the change.
    expect(inputRequests.page.params.message).toMatch(/The change itself was accepted and does not wait for this\.$/);
    expect(structuredContent.operation.status).toBe('succeeded');
    expect(structuredContent.warnings).toContainEqual({
      code: 'page_declined',
      message: expect.stringMatching(/^No value of API_KEY was entered\. The change itself .* stays\./),
    });
    const { team, service } = args;
    expect(structuredContent.next_actions).toContainEqual({
      tool: 'mctl_get_service_config',
      arguments: { team, service },
      why: expect.stringContaining('clear_secrets true'),
    });
  });

  it.each(['decline', 'accept'])(
    'is asked for before a task is answered, and the task is one after %s',
    async (action) => {
      const meta = {
        [CAPABILITIES]: { elicitation: { url: {} }, extensions: { 'io.modelcontextprotocol/tasks': {} } },
      };
      const before = await effectsOf('deploy-service');
      const { wait_seconds: _, ...args } = deployment();
      const { resultType, inputRequests, requestState } = (await page(args, { meta })).message.result;
      expect(resultType).toBe('input_required');
      if (action === 'accept') await enterSecrets(inputRequests.page.params.url as string, dave, ['v-1']);
      const { result } = (await page(args, { meta, state: requestState as string, action })).message;
      // Which of the two depends on who is faster: the commit, or whoever answers.
      const ended =
        result.resultType === 'task'
          ? await until(
              async () => (await developer.modern('tasks/get', { taskId: result.taskId }, { meta })).message.result,
              ({ status }) => status !== 'working',
            )
          : { result };
      const { operation, secrets, intake } = ended.result.structuredContent;
      expect(operation.status).toBe('succeeded');
      expect(secrets).toEqual([{ name: 'API_KEY', version: action === 'accept' ? 1 : null }]);
      expect(intake === undefined).toBe(action === 'accept');
      expect(await effectsOf('deploy-service')).toBe(before + 1);
    },
  );

  it('S50 is nobody else’s: a state of another caller, of other arguments, or changed is refused and does nothing', async () => {
    const args = deployment();
    const { requestState } = (await page(args)).message.result;
    const state = requestState as string;
    const before = await effectsOf('deploy-service');
    const refused = [
      await page(args, { state, action: 'accept' }, admin),
      await page({ ...args, image_tag: '2' }, { state, action: 'accept' }),
      await page(args, { state: `${state.slice(0, -4)}AAAA`, action: 'accept' }),
      await page(args, { state: '', action: 'decline' }),
    ];
    expect(refused.map(code)).toEqual(refused.map(() => -32602));
    for (const { message } of refused) expect(message.error.message).toMatch(/accepted before its page was asked for/);
    expect(await effectsOf('deploy-service')).toBe(before);
    expect(Buffer.from(state, 'base64url').toString('latin1')).not.toContain('intake');
  });

  it('stays a link in the answer for clients that open nothing', async () => {
    const answer = (await call(developer, tool, { args: deployment() })).message.result;
    expect(answer.structuredContent.intake.url).toMatch(/\/intake\//);
  });

  it.each(['2026-07-28', '2025 by the new client'] as const)('is opened by an official client of %s', async (era) => {
    const client = await AskedClient.connect(era, program.url, dave, { url: {} });
    client.reply = async ({ url }) => {
      await enterSecrets(url as string, dave, ['v-1']);
      return { action: 'accept' };
    };
    const { structuredContent } = await client.call(tool, deployment());
    expect(structuredContent.secrets).toEqual([{ name: 'API_KEY', version: 1 }]);
    expect(client.questions).toHaveLength(1);
    await client.close();
  });

  it('is asked for by the start of an OpenClaw too', async () => {
    const args = { team: 'pages', service: 'claw', telegram_owner_ids: ['1'] };
    const { message } = await admin.modern(
      'tools/call',
      { name: 'mctl_deploy_openclaw', arguments: { ...args, wait_seconds: 25 } },
      { meta: PAGES },
    );
    expect(message.result.inputRequests.page.params.mode).toBe('url');
  });
});
