import type { Member } from '../gitops';
import { memberRole } from './access';

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
