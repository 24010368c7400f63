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

  it('reports every problem at once', () => {
    expect(
      problemsOf({ PORT: 'http', MCTL_READ_ONLY: 'yes', MCTL_GITOPS_POLL: '5 minutes', LOG_LEVEL: 'loud' }),
    ).toHaveLength(4);
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
