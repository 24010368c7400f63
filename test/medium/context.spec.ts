import { furnish, PEOPLE } from '../support/furnish';
import { connectEra, ERAS, type EraClient } from '../support/mcp-eras';
import { Program } from '../support/program';
import { RawMcp } from '../support/raw-mcp';
import { tokenFor } from '../support/tokens';
import type { Furniture } from '../support/tool-examples';

let program: Program;
let about: Furniture;

beforeAll(async () => {
  program = await Program.start();
  about = await furnish(program, { open: false });
});

afterAll(() => program?.dispose());

describe.each(ERAS)('prompts, resources and completions by %s', (era) => {
  let dave: EraClient;
  let sam: EraClient;

  beforeAll(async () => {
    const connect = async (login: string) => connectEra(era, program.url, await tokenFor(program.dataDir, login));
    [dave, sam] = [await connect(PEOPLE.developer), await connect(PEOPLE.stranger)];
  });

  afterAll(() => Promise.all([dave?.close(), sam?.close()]));

  it('are declared, and nothing that cannot be kept', () => {
    const { tools, prompts, resources, completions } = dave.capabilities;
    for (const each of [tools, prompts, resources]) expect(each).toEqual({ listChanged: false });
    expect(completions).toEqual({});
  });

  it('are listed', async () => {
    const prompts = await dave.prompts();
    expect(prompts.map(({ name }) => name as string)).toEqual([
      'deploy_and_watch',
      'onboard_service',
      'roll_back_service',
      'triage_incident',
    ]);
    expect(prompts[0]).toMatchObject({
      title: 'Deploy and Watch',
      arguments: [
        { name: 'team', required: true },
        { name: 'service', required: true },
        { name: 'image_tag', required: true },
      ],
    });
    const { resources } = await dave.resources();
    expect((resources as { uri: string }[]).map(({ uri }) => uri)).toEqual([
      'mctl://operations',
      'mctl://platform',
      'mctl://tenants/billing',
    ]);
    expect((await dave.templates()).map(({ uriTemplate }) => uriTemplate as string)).toEqual([
      'mctl://services/{team}/{service}',
      'mctl://tenants/{team}',
      'mctl://workflows/{workflow}',
    ]);
  });

  it('are got, read and completed', async () => {
    const { team, service, workflow } = about;
    const { messages } = await dave.prompt('deploy_and_watch', { team, service, image_tag: '1.2.0' });
    expect(messages).toEqual([
      { role: 'user', content: { type: 'text', text: expect.stringContaining('1. Look. mctl_get_service_status') } },
      { role: 'user', content: { type: 'text', text: expect.stringContaining('"integrity":"untrusted"') } },
    ]);
    for (const uri of [`mctl://services/${team}/${service}`, `mctl://workflows/${workflow}`, 'mctl://platform']) {
      const { contents } = await dave.read(uri);
      expect(contents).toEqual([{ uri, mimeType: 'application/json', text: expect.any(String) }]);
    }
    const ref = { type: 'ref/prompt', name: 'roll_back_service' } as const;
    const context = { arguments: { team, service } };
    expect(await dave.complete({ ref, argument: { name: 'target_tag', value: '1.' }, context })).toEqual({
      values: ['1.1.0', '1.0.0'],
      total: 2,
      hasMore: false,
    });
  });

  it('are a stranger’s as if nothing was there', async () => {
    const { team, service } = about;
    const args = { team, service, image_tag: '1.2.0' };
    await expect(sam.prompt('deploy_and_watch', args)).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('There is no team billing that you are a member of.'),
    });
    const uri = `mctl://tenants/${team}`;
    await expect(sam.read(uri)).rejects.toMatchObject({ code: -32602, data: { uri } });
    const ref = { type: 'ref/resource', uri: 'mctl://services/{team}/{service}' } as const;
    const asked = { ref, argument: { name: 'service', value: '' }, context: { arguments: { team } } };
    expect(await sam.complete(asked)).toEqual({ values: [], total: 0, hasMore: false });
  });
});

describe('the hints of 2026-07-28', () => {
  it.each([
    ['prompts/list', {}, 60_000],
    ['resources/list', {}, 60_000],
    ['resources/templates/list', {}, 60_000],
    ['resources/read', { uri: 'mctl://platform' }, 0],
  ])('keep the answer of %s to its caller', async (method, params, ttlMs) => {
    const mcp = new RawMcp(program.url, await tokenFor(program.dataDir, PEOPLE.viewer));
    const { message } = await mcp.modern(method, params);
    expect(message.result).toMatchObject({ resultType: 'complete', cacheScope: 'private', ttlMs });
  });
});
