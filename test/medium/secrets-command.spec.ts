import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Workplace } from '../support/commands';
import { done, furnish, signedIn } from '../support/furnish';
import { IntakeVisitor } from '../support/intake-visitor';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';

const VALUE = 'line one\nline "two"\n';

describe('mctl secrets', () => {
  let place: Workplace;
  let program: Program;

  beforeAll(async () => {
    place = new Workplace();
    mkdirSync(place.dataDir, { recursive: true });
    program = await Program.start({ dataDir: place.dataDir });
    await furnish(program);
    const input = { action: 'update-config', team: 'billing', service: 'api', secret_names: ['API_KEY'] };
    const { intake } = await done(await signedIn(program, 'admin'), 'deploy-service', input);
    const visitor = new IntakeVisitor(intake.url as string);
    await visitor.enter(await tokenFor(program.dataDir, 'admin'));
    await visitor.store([VALUE]);
  });

  afterAll(async () => {
    await program?.stop();
    place.dispose();
  });

  it('keeps out of the way of a server', async () => {
    for (const args of [['list'], ['export', 'billing', 'api', '--reveal'], ['rekey', '--to', keyFile('a')]]) {
      const { code, stdout, stderr } = await place.mctl(['secrets', ...args]);
      expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringContaining('Stop it') });
    }
    await program.stop();
  });

  it('lists names and versions', async () => {
    const { code, stdout } = await place.mctl(['secrets', 'list']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/billing\/api +API_KEY +1 +\S+Z +admin\n/)]);
  });

  it('prints values only where it is told to, as JSON, and puts it on record', async () => {
    const shy = await place.mctl(['secrets', 'export', 'billing', 'api']);
    expect(shy).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('--reveal') });
    const { code, stdout, stderr } = await place.mctl([
      'secrets',
      'export',
      'billing',
      'api',
      '--reveal',
      '--user',
      'ada',
    ]);
    expect({ code, value: JSON.parse(stdout), stderr }).toEqual({ code: 0, value: { API_KEY: VALUE }, stderr: '' });
    expect(await place.mctl(['audit', 'verify'])).toMatchObject({ code: 0 });
    program = await Program.start({ dataDir: place.dataDir });
    const { body } = await (await signedIn(program, 'admin')).get('/api/v1/audit?status=secret_read');
    expect(body.items).toEqual([
      expect.objectContaining({
        actor: 'ada',
        target: 'billing/api',
        reason: 'API_KEY version 1',
        through: expect.stringContaining('cli'),
      }),
    ]);
    await program.stop();
  });

  it('says that a service has no values', async () => {
    const { code, stderr } = await place.mctl(['secrets', 'export', 'billing', 'web', '--reveal']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('No secret of billing/web')]);
  });

  it('goes over to another key, without which nothing opens', async () => {
    const file = keyFile('new');
    expect(await place.mctl(['secrets', 'rekey', '--to', file])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('2 values are sealed'),
    });
    const before = await place.mctl(['secrets', 'export', 'billing', 'api', '--reveal']);
    expect(before).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('another key') });
    const env = { MCTL_SECRETS_KEY_FILE: file };
    const after = await place.mctl(['secrets', 'export', 'billing', 'api', '--reveal'], { env });
    expect(JSON.parse(after.stdout)).toEqual({ API_KEY: VALUE });
  });

  function keyFile(name: string): string {
    const file = join(place.dataDir, `${name}.key`);
    writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600 });
    return file;
  }
});
