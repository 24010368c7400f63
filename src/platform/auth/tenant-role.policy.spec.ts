import type { Member, Role } from '../gitops';
import { memberRole, tenantRole } from './tenant-role.policy';

const role = (login: string, ...members: [user: string, role: Member['role']][]) =>
  memberRole({ members: members.map(([user, each]) => ({ user, role: each })) }, { login });

describe('memberRole', () => {
  it('is the listed one', () => {
    expect(role('ada', ['ada', 'owner'], ['grace', 'viewer'])).toBe('owner');
    expect(role('grace', ['ada', 'owner'], ['grace', 'viewer'])).toBe('viewer');
  });

  it('is none for whoever is not listed', () => {
    expect(role('eve', ['ada', 'owner'])).toBeUndefined();
    expect(role('ad', ['ada', 'owner'])).toBeUndefined();
    expect(role('ada')).toBeUndefined();
  });

  it('does not ask how a login is written', () => {
    expect(role('Ada', ['ADA', 'developer'])).toBe('developer');
  });

  it('is the lesser of two, in any order and spelling', () => {
    expect(role('ada', ['ada', 'owner'], ['ADA', 'viewer'])).toBe('viewer');
    expect(role('ada', ['Ada', 'developer'], ['ada', 'owner'])).toBe('developer');
  });

  it('is none with a role nobody knows, whatever else is listed', () => {
    expect(role('ada', ['ada', 'unknown'])).toBeUndefined();
    expect(role('ada', ['ada', 'owner'], ['ada', 'unknown'])).toBeUndefined();
  });
});

describe(tenantRole.name, () => {
  const tenant = {
    members: [
      { user: 'ada', role: 'viewer' as const },
      { user: 'odd', role: 'unknown' as const },
    ],
    githubTeams: [
      { team: 'Acme/All', role: 'viewer' as const },
      { team: 'acme/platform', role: 'developer' as const },
      { team: 'acme/leads', role: 'owner' as const },
      { team: 'acme/typo', role: 'unknown' as const },
      { team: 'acme/twice', role: 'owner' as const },
      { team: 'ACME/twice', role: 'viewer' as const },
    ],
  };

  it.each<[string, string[] | undefined, Role | undefined]>([
    ['eve', undefined, undefined],
    ['eve', [], undefined],
    ['eve', ['acme/nobody', 'other/platform'], undefined],
    ['eve', ['acme/all'], 'viewer'],
    ['eve', ['acme/all', 'acme/leads', 'acme/platform'], 'owner'],
    ['eve', ['acme/typo'], undefined],
    ['eve', ['acme/typo', 'acme/all'], 'viewer'],
    ['eve', ['acme/twice'], 'viewer'],
    ['ada', ['acme/leads'], 'viewer'],
    ['odd', ['acme/leads'], undefined],
  ])('%s in %j is %s', (login, teams, role) => expect(tenantRole(tenant, { login, teams })).toBe(role));
});
