import { judgeNames, namesIn } from './names-check';

it('finds the hosts in settings, and leaves addresses alone', () => {
  const names = namesIn({
    gitopsRemote: 'git@git.example.test:acme/gitops.git',
    databaseUrl: 'postgresql://mctl@db.example.test:5432/mctl?sslmode=verify-full',
    vaultAddr: 'https://[::1]:8200',
    prometheusUrl: 'http://10.0.0.1:9090',
    lokiUrl: 'http://loki.monitoring:3100',
  });
  expect(names).toEqual([
    { setting: 'MCTL_GITOPS_REMOTE', host: 'git.example.test' },
    { setting: 'DATABASE_URL', host: 'db.example.test' },
    { setting: 'MCTL_LOKI_URL', host: 'loki.monitoring' },
  ]);
  expect(namesIn({ gitopsRemote: 'file:///srv/gitops.git' })).toEqual([]);
});

it('says which setting holds a name that does not resolve', () => {
  const names = [
    { setting: 'DATABASE_URL', host: 'db.example.test' },
    { setting: 'MCTL_LOKI_URL', host: 'loki.example.test' },
  ];
  expect(judgeNames(names, [undefined, undefined]).status).toBe('ok');
  expect(judgeNames(names, ['ENOTFOUND', undefined])).toMatchObject({
    status: 'failed',
    found: 'db.example.test cannot be resolved',
    fix: expect.stringContaining('Correct DATABASE_URL,'),
    lines: ['db.example.test: ENOTFOUND'],
  });
});
