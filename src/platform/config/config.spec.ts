import { Config, ConfigError, readConfig } from './config';

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    return (error as ConfigError).problems;
  }
  return [];
}

describe(readConfig.name, () => {
  it('needs nothing', () => {
    const config = readConfig({});
    expect(config).toBeInstanceOf(Config);
    expect(config.values).toMatchObject({
      port: 8080,
      host: '127.0.0.1',
      readOnly: false,
      admins: ['admin'],
      gitopsPoll: 15_000,
    });
  });

  it('names what the builder lacks', () => {
    const app = { MCTL_GITHUB_APP_CLIENT_ID: 'x', MCTL_GITHUB_APP_PRIVATE_KEY_FILE: '/x' };
    const argo = {
      ...app,
      MCTL_BUILDER: 'argo',
      MCTL_CLUSTER: 'kubernetes',
      MCTL_BUILD_REGISTRY: 'r.example.org/apps',
    };
    expect(problemsOf(argo)).toEqual([]);
    expect(problemsOf({ MCTL_BUILDER: 'argo' })).toEqual([
      expect.stringContaining('MCTL_GITHUB_APP_CLIENT_ID'),
      expect.stringContaining('MCTL_CLUSTER=kubernetes'),
      expect.stringContaining('MCTL_BUILD_REGISTRY'),
    ]);
    expect(problemsOf({ MCTL_BUILDER: 'github' })).toHaveLength(1);
    const elsewhere = { ...argo, MCTL_IMAGE_REGISTRIES: 'ghcr.io/acme,r.example.org/app' };
    expect(problemsOf(elsewhere)).toEqual([expect.stringContaining('must lie in MCTL_IMAGE_REGISTRIES')]);
    expect(problemsOf({ ...argo, MCTL_IMAGE_REGISTRIES: 'r.example.org' })).toEqual([]);
    for (const registry of [
      'apps',
      'R.example.org',
      'r.example.org/',
      'https://r.example.org',
      'r.example.org/a//b',
      'r.example.org/a b',
    ]) {
      expect(problemsOf({ ...argo, MCTL_BUILD_REGISTRY: registry })).toHaveLength(1);
    }
    for (const registry of ['localhost:5000', 'r:5000/a', '10.0.0.1/a__b/c-d']) {
      expect(problemsOf({ ...argo, MCTL_BUILD_REGISTRY: registry })).toEqual([]);
    }
  });

  it('reports every problem at once', () => {
    expect(
      problemsOf({ PORT: 'http', MCTL_READ_ONLY: 'yes', MCTL_GITOPS_POLL: '5 minutes', LOG_LEVEL: 'loud' }),
    ).toHaveLength(4);
  });

  it('lets credentials for GitHub go over TLS or stay on this machine', () => {
    const github = (url: string) => problemsOf({ MCTL_GITHUB_API_URL: url }).length;
    expect(['https://github.example.org/api/v3/', 'http://127.0.0.1:8080', 'http://[::1]:1'].map(github)).toEqual([
      0, 0, 0,
    ]);
    const refused = [
      '',
      'ftp://x',
      'http://github.example.org',
      'http://127.0.0.1.evil.example',
      'https://a:b@github.com',
      'https://github.com?x',
    ];
    expect(refused.map(github)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(
      problemsOf({ MCTL_GITHUB_APP_SLUG: '../x', MCTL_GITHUB_TIMEOUT: '0s', MCTL_GITHUB_APP_CLIENT_ID: 'a b' }),
    ).toHaveLength(3);
    expect(readConfig({ MCTL_GITHUB_API_URL: 'https://github.example.org/api/v3/' }).values.githubApiUrl).toBe(
      'https://github.example.org/api/v3',
    );
  });

  it('shows what it got', () => {
    expect(problemsOf({ PORT: 'http', MCTL_PROMETHEUS_TIMEOUT: '61s', LOG_LEVEL: '' })).toEqual([
      'PORT must be a whole number from 0 to 65535, got "http"',
      'MCTL_PROMETHEUS_TIMEOUT must be from 1s to 60s, got "61s"',
      'LOG_LEVEL must be debug, info, warn or error, got ""',
    ]);
    const [problem = ''] = problemsOf({ MCTL_READ_ONLY: `yes\n${'x'.repeat(300)}` });
    expect(problem).toMatch(/^MCTL_READ_ONLY must be true or false, got "yes x{76}…"$/);
  });

  it.each([
    ['DATABASE_URL', 'postgres://mctl:canary@db/mctl'],
    ['MCTL_PUBLIC_URL', 'ftp://ada:canary@mctl.example.org'],
    ['MCTL_PROMETHEUS_URL', 'https://ada:canary@prometheus.example.org'],
    ['MCTL_OPENCLAW_PROFILES', '{"canary"'],
    ['MCTL_COMMIT_URL', 'https://ada:canary@git.example.org/'],
    ['MCTL_DATABASE_ADMIN_URL', 'https://ada:canary@db.example.org/'],
    ['MCTL_DATABASE_ADMIN_URL', 'postgres://canary@'],
    ['MCTL_DATABASE_ADMIN_URL', 'postgres://ada:canary@db/x?sslmode=allow'],
    ['PORT', 'https://ada:canary@git.example.org/'],
    ['MCTL_GITOPS_BRANCH', `ghp_canary${'a'.repeat(30)} `],
  ])('shows nothing of a credential in %s', (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toEqual([expect.stringContaining(name)]);
    expect(problems[0]).not.toContain('canary');
  });

  it('takes a PostgreSQL server from one place', () => {
    const url = 'postgresql://ada:canary@db.example.org:5433/postgres?sslmode=verify-full';
    expect(readConfig({ MCTL_DATABASE_ADMIN_URL: url }).createsDatabases).toBe(true);
    expect(readConfig({}).createsDatabases).toBe(false);
    expect(problemsOf({ MCTL_DATABASE_ADMIN_URL: url, MCTL_DATABASE_ADMIN_URL_FILE: '/run/url' })).toEqual([
      'MCTL_DATABASE_ADMIN_URL and MCTL_DATABASE_ADMIN_URL_FILE are both set; keep the file',
    ]);
    expect(problemsOf({ MCTL_DATABASE_EXTENSIONS: 'citext, x y' })).toEqual([
      expect.stringMatching(/^MCTL_DATABASE_EXTENSIONS must be a comma list .*, got "citext, x y"$/),
    ]);
  });

  it('suggests the setting that was meant', () => {
    expect(problemsOf({ MCTL_ADMIN: 'me' })).toEqual(['MCTL_ADMIN is not a setting; did you mean MCTL_ADMINS?']);
    expect(problemsOf({ MCTL_SOMETHING_ELSE_ENTIRELY: 'x' })).toEqual([
      'MCTL_SOMETHING_ELSE_ENTIRELY is not a setting',
    ]);
  });

  it('refuses to be reached from elsewhere while only the local issuer vouches for callers', () => {
    expect(problemsOf({ MCTL_HOST: '0.0.0.0' })).toEqual([expect.stringContaining('MCTL_HOST')]);
    expect(problemsOf({ MCTL_HOST: '127.0.0.2' })).toEqual([]);
  });

  it('refuses folders and branches that climb', () => {
    expect(problemsOf({ MCTL_GITOPS_ROOT: '../x', MCTL_GITOPS_BRANCH: '--force' })).toHaveLength(2);
  });

  it('knows administrators whatever the case of their login', () => {
    expect(readConfig({ MCTL_ADMINS: 'Ada, grace' }).isAdmin('ada')).toBe(true);
    expect(readConfig({ MCTL_ADMINS: 'ada' }).isAdmin('adam')).toBe(false);
  });
});
