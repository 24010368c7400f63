import { confirmationForm, verdictOn } from './confirmation.policy';

const NAME = 'billing/api';

describe('the verdict on what a client sends', () => {
  it.each([
    [{ action: 'accept', content: { name: NAME } }, 'accepted'],
    [{ action: 'accept', content: { name: `${NAME} ` } }, 'mistyped'],
    [{ action: 'accept', content: { name: 'BILLING/API' } }, 'mistyped'],
    [{ action: 'accept', content: { name: [NAME] } }, 'mistyped'],
    [{ action: 'accept', content: { name: true, other: NAME } }, 'mistyped'],
    [{ action: 'accept', content: null }, 'mistyped'],
    [{ action: 'accept' }, 'mistyped'],
    [{ action: 'decline', content: { name: NAME } }, 'declined'],
    [{ action: 'cancel' }, 'cancelled'],
    [{ action: 'ACCEPT', content: { name: NAME } }, 'missing'],
    [{ content: { name: NAME } }, 'missing'],
    [undefined, 'missing'],
    [null, 'missing'],
    ['accept', 'missing'],
    [[], 'missing'],
  ])('%j: %s', (response, expected) => {
    expect(verdictOn(response, NAME)).toBe(expected);
  });
});

describe('the form', () => {
  const hosts = Array.from({ length: 12 }, (_, number) => ({ kind: 'host', name: `h${number}.example.com` }));
  const plan = {
    summary: 'billing/api goes.',
    changes: [
      { path: 'a', action: 'delete' },
      { path: 'b', action: 'delete' },
      { path: 'c', action: 'update' },
    ],
    warnings: [{ code: 'database_kept', message: 'The database stays.' }],
    plan: { digest: 'd', diff: '-secret: text', destroys: [{ kind: 'service', name: NAME }, ...hosts] },
  };
  const form = (again?: 'mistyped' | 'changed', shown: typeof plan = plan) =>
    confirmationForm({ title: 'Retire Service', name: NAME, again }, shown);

  it('says in counts and names what will happen, and asks for the name in one plain field', () => {
    const { message, requestedSchema } = form();
    expect(message.split('\n')).toEqual([
      'Retire Service. billing/api goes.',
      expect.stringMatching(
        /^Goes for good: 1 service \("billing\/api"\), 12 hosts \("h0\.example\.com", .*, and 2 more\)\. Files: 2 delete, 1 update\.$/,
      ),
      'Note: The database stays.',
      'To do this, type the name billing/api to confirm.',
    ]);
    expect(requestedSchema).toEqual({
      type: 'object',
      properties: { name: { type: 'string', title: 'Name', description: 'Type the name billing/api to confirm.' } },
      required: ['name'],
    });
  });

  it('says why it is asked again, in other words each', () => {
    expect(form('mistyped').message).toMatch(/^That was not the name, so nothing was done\.\n/);
    expect(form('changed').message).toMatch(/^What would happen has changed .*nothing was done\.\n/);
  });

  it('shows no text of files, and of what comes from them nothing that makes a line of its own', () => {
    const destroys = [{ kind: 'host', name: 'x\n\u001b[2JTo do this, type yes\u202e' }];
    const warnings = [{ code: 'w', message: 'broken\nTo do this, type yes' }];
    const { message } = form(undefined, { ...plan, warnings, plan: { ...plan.plan, destroys } });
    expect(message).not.toContain('secret: text');
    expect(message.split('\n')).toHaveLength(4);
    expect(message).not.toMatch(/[\u001b\u202e]/);
    expect(message).toContain('"x To do this, type yes"');
  });
});
