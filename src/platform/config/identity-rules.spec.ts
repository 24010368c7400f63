import { type ConfigError, readConfig } from './config';

const DEX = { issuer: 'https://dex.example.org', audiences: ['portal'], loginClaim: 'preferred_username' };
const KEYCLOAK = { ...DEX, issuer: 'https://keycloak.example.org/realms/acme' };

function problemsOf(environment: Record<string, string>, issuers?: unknown): readonly string[] {
  try {
    readConfig({
      MCTL_ADMINS: 'ada',
      ...environment,
      ...(issuers !== undefined && { MCTL_OIDC_ISSUERS: JSON.stringify(issuers) }),
    });
  } catch (error) {
    return (error as ConfigError).problems;
  }
  return [];
}

describe('where MCTL listens', () => {
  const OPEN = { MCTL_HOST: '0.0.0.0' };

  it('elsewhere than on loopback needs somebody else to vouch for callers, and takes no local token then', () => {
    expect(problemsOf(OPEN)).toEqual([expect.stringContaining('MCTL_HOST')]);
    expect(problemsOf({ ...OPEN, MCTL_GITHUB_TOKENS: 'true' })).toEqual([]);
    expect(problemsOf(OPEN, [DEX])).toEqual([]);
    expect(problemsOf({ ...OPEN, MCTL_GITHUB_TOKENS: 'true', MCTL_LOCAL_TOKENS: 'true' })).toEqual([
      expect.stringContaining('MCTL_LOCAL_TOKENS'),
    ]);
    const config = readConfig({ ...OPEN, MCTL_GITHUB_TOKENS: 'true', MCTL_ADMINS: 'ada' });
    expect([config.takesLocalTokens, readConfig({}).takesLocalTokens]).toEqual([false, true]);
  });

  it('under a public address elsewhere, others vouch for callers, unless local tokens are wanted all the same', () => {
    const proxied = { MCTL_PUBLIC_URL: 'https://mctl.example.org' };
    expect(problemsOf(proxied)).toEqual([expect.stringMatching(/MCTL_PUBLIC_URL=.*MCTL_LOCAL_TOKENS=true/)]);
    const taken = (more: Record<string, string>) =>
      readConfig({ MCTL_ADMINS: 'ada', ...proxied, ...more }).takesLocalTokens;
    expect(taken({ MCTL_GITHUB_TOKENS: 'true' })).toBe(false);
    expect(taken({ MCTL_LOCAL_TOKENS: 'true' })).toBe(true);
    for (const MCTL_PUBLIC_URL of ['http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:8080']) {
      expect([MCTL_PUBLIC_URL, taken({ MCTL_PUBLIC_URL })]).toEqual([MCTL_PUBLIC_URL, true]);
    }
  });

  it('somebody must be let in at all', () => {
    expect(problemsOf({ MCTL_LOCAL_TOKENS: 'false' })).toEqual([expect.stringContaining('lets nobody in')]);
    expect(problemsOf({ MCTL_LOCAL_TOKENS: 'false' }, [DEX])).toEqual([]);
  });

  it('administrators are named where logins come from others: `admin` may be anybody there', () => {
    const issuers = JSON.stringify([DEX]);
    expect(() => readConfig({ MCTL_OIDC_ISSUERS: issuers })).toThrow(/MCTL_ADMINS must be set/);
    expect(() => readConfig({ MCTL_GITHUB_TOKENS: 'true' })).toThrow(/MCTL_ADMINS must be set/);
  });

  it('an organisation is required of GitHub tokens only', () => {
    expect(problemsOf({ MCTL_GITHUB_ORGANIZATIONS: 'acme' })).toEqual([
      expect.stringContaining('MCTL_GITHUB_TOKENS=true'),
    ]);
    expect(problemsOf({ MCTL_GITHUB_ORGANIZATIONS: 'acme/x', MCTL_GITHUB_TOKENS: 'true' })).toHaveLength(1);
  });
});

describe('namespaces of logins', () => {
  it('may be bare where there is one only', () => {
    expect(problemsOf({}, [DEX])).toEqual([]);
    expect(problemsOf({}, [{ ...DEX, loginPrefix: 'dex.' }])).toEqual([]);
  });

  it.each<[string, object[], Record<string, string>]>([
    ['two bare ones', [DEX, KEYCLOAK], {}],
    ['a bare one beside GitHub', [DEX], { MCTL_GITHUB_TOKENS: 'true' }],
    ['a bare one beside one with a prefix', [DEX, { ...KEYCLOAK, loginPrefix: 'kc.' }], {}],
    [
      'the same prefix twice',
      [
        { ...DEX, loginPrefix: 'x.' },
        { ...KEYCLOAK, loginPrefix: 'x.' },
      ],
      {},
    ],
    [
      'the same prefix in another case',
      [
        { ...DEX, loginPrefix: 'x.' },
        { ...KEYCLOAK, loginPrefix: 'X.' },
      ],
      {},
    ],
    [
      'one prefix that begins another',
      [
        { ...DEX, loginPrefix: 'x.' },
        { ...KEYCLOAK, loginPrefix: 'x.y.' },
      ],
      {},
    ],
    ['a prefix that a GitHub login may begin with', [{ ...DEX, loginPrefix: 'dex-' }], { MCTL_GITHUB_TOKENS: 'true' }],
    [
      'one issuer twice',
      [
        { ...DEX, loginPrefix: 'x.' },
        { ...DEX, loginPrefix: 'y.' },
      ],
      {},
    ],
    [
      'two that tell groups',
      [
        { ...DEX, loginPrefix: 'x.', groupsClaim: 'g' },
        { ...KEYCLOAK, loginPrefix: 'y.', groupsClaim: 'g' },
      ],
      {},
    ],
  ])('are not merged: %s', (_, issuers, environment) => {
    expect(problemsOf(environment, issuers).length).toBeGreaterThan(0);
  });

  it('are apart with prefixes of their own', () => {
    const issuers = [
      { ...DEX, loginPrefix: 'dex.' },
      { ...KEYCLOAK, loginPrefix: 'kc@', groupsClaim: 'groups' },
    ];
    expect(problemsOf({ MCTL_GITHUB_TOKENS: 'true' }, issuers)).toEqual([]);
  });
});

describe('MCTL_OIDC_ISSUERS', () => {
  it.each<[string, unknown]>([
    ['no JSON', undefined],
    ['no list', DEX],
    ['an issuer without TLS', [{ ...DEX, issuer: 'http://dex.example.org' }]],
    ['an issuer that only begins like loopback', [{ ...DEX, issuer: 'http://127.0.0.1.example.org' }]],
    ['a credential in the address', [{ ...DEX, issuer: 'https://ada:canary@dex.example.org' }]],
    ['a query', [{ ...DEX, issuer: 'https://dex.example.org?x=1' }]],
    ['no audience', [{ ...DEX, audiences: [] }]],
    ['no login claim', [{ issuer: DEX.issuer, audiences: ['x'] }]],
    ['a misspelt key', [{ ...DEX, audience: 'x' }]],
    ['a prefix with a colon', [{ ...DEX, loginPrefix: 'system:' }]],
  ])('refuses %s, and shows nothing of it', (_, issuers) => {
    const problems = issuers === undefined ? problemsOf({ MCTL_OIDC_ISSUERS: 'dex' }) : problemsOf({}, issuers);
    expect(problems).toEqual([expect.stringContaining('MCTL_OIDC_ISSUERS must be JSON such as')]);
    expect(problems[0]).not.toContain('canary');
  });

  it('takes http on loopback, for a try', () => {
    expect(problemsOf({}, [{ ...DEX, issuer: 'http://127.0.0.1:5556/dex' }])).toEqual([]);
  });
});

it.each([
  ['MCTL_IDENTITY_CACHE', '61s'],
  ['MCTL_IDENTITY_CACHE', '1h'],
  ['MCTL_GITHUB_API_URL', 'http://api.github.com'],
  ['MCTL_GITHUB_API_URL', 'https://ada:canary@api.github.com'],
  ['MCTL_AUTH_FAILURES_PER_MINUTE', '0'],
])('refuses %s=%s', (name, value) => {
  expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(name)]);
  expect(problemsOf({ [name]: value }).join()).not.toContain('canary');
});

describe('MCTL_OAUTH_CI', () => {
  const RULE = { name: 'deploys', repository: 'acme/billing', team: 'billing', role: 'developer' };
  const problems = (rule: object) => problemsOf({ MCTL_OAUTH_CI: JSON.stringify([{ ...RULE, ...rule }]) });

  it('says which jobs of a repository are meant: a branch, an environment, or all, in so many words', () => {
    expect(problems({})).toEqual([expect.stringMatching(/ref or environment must be there.*"ref":"\*"/)]);
    for (const rule of [{ ref: 'refs/heads/main' }, { environment: 'production' }, { ref: '*' }]) {
      expect([rule, problems(rule)]).toEqual([rule, []]);
    }
    expect(problems({ ref: 'refs/heads/*' })).toEqual([expect.stringContaining('whole ref')]);
  });
});

describe('OAuth and signing in with a browser', () => {
  it('takes an address with a path only without OAuth, whose clients look at the top of the host', () => {
    const below = { MCTL_PUBLIC_URL: 'https://example.org/mctl', MCTL_GITHUB_TOKENS: 'true' };
    expect(problemsOf(below)).toEqual([expect.stringMatching(/has the path \/mctl.*set MCTL_OAUTH=false/)]);
    expect(problemsOf({ ...below, MCTL_OAUTH: 'false' })).toEqual([]);
    expect(problemsOf({ MCTL_PUBLIC_URL: 'https://example.org/', MCTL_GITHUB_TOKENS: 'true' })).toEqual([]);
  });

  it('offers to clients only what somebody can sign in with', () => {
    const open = { MCTL_HOST: '0.0.0.0', MCTL_GITHUB_TOKENS: 'true', MCTL_ADMINS: 'ada' };
    expect(readConfig(open)).toMatchObject({ signInWays: [], offersOAuth: false });
    expect(readConfig({})).toMatchObject({ signInWays: ['local'], offersOAuth: true });
    const github = { MCTL_SIGN_IN_GITHUB_CLIENT_ID: 'Iv1', MCTL_SIGN_IN_GITHUB_CLIENT_SECRET_FILE: 'secrets/github' };
    expect(readConfig({ ...open, ...github })).toMatchObject({ signInWays: ['github'], offersOAuth: true });
    expect(readConfig({ MCTL_OAUTH: 'false' }).offersOAuth).toBe(false);
  });

  it('needs client id and secret of GitHub, and an issuer whose people can be told apart', () => {
    expect(problemsOf({ MCTL_SIGN_IN_GITHUB_CLIENT_ID: 'Iv1' })).toEqual([expect.stringContaining('set together')]);
    expect(problemsOf({ MCTL_SIGN_IN_OIDC_ISSUER: DEX.issuer, MCTL_SIGN_IN_OIDC_CLIENT_ID: 'mctl' })).toEqual([
      expect.stringContaining('must be one of MCTL_OIDC_ISSUERS'),
    ]);
    expect(problemsOf({ MCTL_SIGN_IN_OIDC_ISSUER: DEX.issuer }, [DEX])).toEqual([
      expect.stringContaining('needs MCTL_SIGN_IN_OIDC_CLIENT_ID'),
    ]);
  });
});
