import { NOW, planOf } from '../../test/factories/plan';
import { aWorld } from '../../test/factories/world';
import { deployService } from './deploy.operation';
import { awaited, replaceable } from './secret-values.policy';

const FILE = `image: {repository: ghcr.io/acme/api, tag: "1"}
externalSecret:
  targetSecret: creds
  data:
    - {secretKey: OURS, remoteKey: teams/billing/api, property: OURS}
    - {secretKey: SHARED, remoteKey: platform/shared, property: SHARED}
    - {secretKey: RENAMED, remoteKey: teams/billing/api, property: OTHER}
extraExternalSecrets:
  more: {data: [{secretKey: EXTRA, remoteKey: teams/billing/api, property: EXTRA}]}
`;
const world = aWorld({ services: { 'billing/api': FILE } });
const version = (name: string, updated_at = '2026-01-01T00:00:00.000Z') => ({ name, version: 3, updated_at });

const plan = (raw: object, stored: readonly object[] = []) =>
  planOf(deployService, world, { action: 'update-config', team: 'billing', service: 'api', ...raw }, { stored });
const waitsFor = (raw: object, stored: readonly object[] = []) =>
  plan(raw, stored).nextActions.find(({ why }) => why.includes('new link'))?.arguments.secret_names ?? [];

describe('secrets that a call names', () => {
  it('wait for a value where MCTL has none', () => {
    const made = plan({ secret_names: ['NEW', 'OURS'] }, [version('OURS')]);
    expect(made.warnings).toMatchObject([
      {
        code: 'secret_values_pending',
        message: expect.stringMatching(/^MCTL waits for a value of NEW\..*intake\.url/),
      },
    ]);
    expect(made.answer.secret_names).toEqual(['NEW', 'OURS']);
    expect(made.nextActions.at(-1)).toMatchObject({
      tool: 'mctl_deploy_service',
      arguments: { action: 'update-config', team: 'billing', service: 'api', secret_names: ['NEW'] },
    });
  });

  it('wait for nothing where all have one', () => {
    const made = plan({ secret_names: ['OURS'] }, [version('OURS')]);
    expect(made.warnings).toEqual([]);
    expect(made.answer.secret_names).toEqual(['OURS']);
    expect(waitsFor({ secret_names: ['OURS'] }, [version('OURS')])).toEqual([]);
  });

  it('are not taken for MCTL’s where the file reads them from another place', () => {
    expect(waitsFor({ secret_names: ['SHARED', 'RENAMED', 'EXTRA', 'OURS'] })).toEqual(['OURS']);
    expect(plan({ secret_names: ['SHARED'] }).answer).not.toHaveProperty('secret_names');
  });

  it('ask for another value where they were cleared and named again', () => {
    expect(waitsFor({ secret_names: ['OURS'], clear_secrets: true }, [version('OURS')])).toEqual(['OURS']);
    const since = NOW.toISOString();
    const later = version('OURS', '2026-03-01T12:00:01.000Z');
    expect(awaited(['OURS'], { clear_secrets: true }, [later], since)).toEqual([]);
    expect(awaited(['OURS'], { clear_secrets: true }, [version('OURS')], since)).toEqual(['OURS']);
  });

  it('may be replaced where they have a value from before the call', () => {
    const since = NOW.toISOString();
    const stored = [version('OURS'), version('NOW', since), version('OTHER')];
    const named = ['NEW', 'NOW', 'OURS'];
    expect([...replaceable(named, { clear_secrets: false }, stored, since)]).toEqual([['OURS', 3]]);
    expect([...replaceable(named, { clear_secrets: true }, stored, since)]).toEqual([]);
  });

  it('say nothing where a call names none', () => {
    expect(plan({ port: 3000 }).answer).not.toHaveProperty('secret_names');
  });
});
