import { showSettings } from './show-settings';

it('shows of a secret setting only that it is set', () => {
  const written: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const before = process.env.MCTL_DATABASE_ADMIN_URL;
  // In a form that no mask of free text knows.
  process.env.MCTL_DATABASE_ADMIN_URL = 'postgres://canary@db/x?options=canary';
  try {
    showSettings({});
  } finally {
    write.mockRestore();
    if (before === undefined) delete process.env.MCTL_DATABASE_ADMIN_URL;
    else process.env.MCTL_DATABASE_ADMIN_URL = before;
  }
  expect(written.join('')).toContain('MCTL_DATABASE_ADMIN_URL=[masked]');
  expect(written.join('')).not.toContain('canary');
});
