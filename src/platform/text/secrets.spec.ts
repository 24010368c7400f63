import { isSecretName, looksLikeCredential, maskCredentials, MASK } from './secrets';
import { maskYaml } from './mask-yaml';

describe('isSecretName', () => {
  it.each([
    'PASSWORD',
    'DB_PASSWORD',
    'db.password',
    'dbPassword',
    'DBPassword',
    'GITHUB_TOKEN',
    'accessToken',
    'STRIPE_API_KEY',
    'stripe.api_key',
    'stripeApiKey',
    'APIKEY',
    'apiKey',
    'PRIVATE_KEY',
    'SIGNING_KEYS',
    'AWS_SECRET_ACCESS_KEY',
    'CLIENT_SECRET',
    'client-secret',
    'SENTRY_DSN',
    'GOOGLE_CREDENTIALS',
    'SSH_PASSPHRASE',
    'SMTP_PASS',
    'MYSQL_PWD',
    'PGPASSWORD',
    'AUTHTOKEN',
    'SECRET_KEY_BASE',
    'DB_PASSWORD_PROD',
    'SSH_KEY',
    'JWT_KEY',
    'GITHUB_PAT',
  ])('%s is one', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  it.each([
    'TOKEN_TTL',
    'SECRET_NAME',
    'secretName',
    'PASSWORD_MIN_LENGTH',
    'tokenUrl',
    'KEY',
    'CACHE_KEY',
    'PRIMARY_KEYS',
    'API_KEY_HEADER',
    'PASSENGERS',
    'COMPASS',
    'TOKENIZER',
    'MAX_TOKENS',
    'secretKeyRef',
    'LOG_LEVEL',
    'PORT',
    '',
  ])('%s is none', (name) => {
    expect(isSecretName(name)).toBe(false);
  });
});

describe('credentials in text', () => {
  const KEY = '-----BEGIN RSA PRIVATE KEY-----\nMIIcanary\nAAAA\n-----END RSA PRIVATE KEY-----';

  it.each([
    ['ghp_0123456789abcdefABCD', 'a GitHub token'],
    ['github_pat_11ABCDEFG0123456789_abc', 'a fine-grained one'],
    ['glpat-0123456789abcdef', 'a GitLab token'],
    ['xoxb-1234567890-abc', 'a Slack token'],
    ['AKIA0123456789ABCDEF', 'an AWS key id'],
    ['sk-proj-0123456789abcdefgh', 'an OpenAI key'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc', 'a JWT'],
    ['postgres://app:hunter2@db:5432/app', 'a password in a URL'],
    ['postgres://app:hun/ter2@db/app', 'one with a slash in it'],
    ['jdbc:postgresql://db/app?user=app&password=hunter2', 'a password as parameter'],
    ['https://hooks.slack.com/services/T0000/B0000/abcdefghijkl', 'a Slack hook'],
    [KEY, 'a private key'],
  ])('%s is seen', (text) => {
    expect(looksLikeCredential(text)).toBe(true);
    expect(maskCredentials(`before ${text} after`)).toMatch(/^before .*\[masked\].* after$/s);
  });

  it('masks a private key as a whole, also one that is cut off', () => {
    expect(maskCredentials(`a ${KEY} b`)).toBe(`a ${MASK} b`);
    expect(maskCredentials(KEY.slice(0, 50))).toBe(MASK);
  });

  it.each(['https://example.org/a:b', 'a reason', 'image: ghcr.io/acme/api@sha256:0123', 'user@example.org'])(
    '%s is none',
    (text) => {
      expect(looksLikeCredential(text)).toBe(false);
    },
  );
});

describe('maskYaml', () => {
  it.each([
    ['a plain value', 'env:\n  DB_PASSWORD: canary\n'],
    ['a quoted key and value', 'env:\n  "DB_PASSWORD": "can\\"canary"\n'],
    ['a list item', '- password: canary\n'],
    ['an anchor and a tag', 'password: &a canary\ntoken: !!str canary\n'],
    ['a number', 'password: 12345canary\n'],
    ['a block scalar', 'password: |\n  canary\n\n  canary\nafter: shown\n'],
    ['a folded one in a list', '- token: >-\n    canary\n    canary\n  after: shown\n'],
    ['a value on the next line', 'password:\n  canary\nafter: shown\n'],
    ['a quoted value over lines', 'password: "can\n  canary\n  canary"\nafter: shown\n'],
    ['a flow mapping', 'db: {user: app, password: canary, other: 1}\n'],
    ['a flow mapping with quotes', "db: {'password': 'can, {canary', after: shown}\n"],
    ['a flow sequence', 'password: [canary, canary]\n'],
    ['name and value', 'env:\n  - name: DB_PASSWORD\n    value: canary\n  - name: LOG\n    value: shown\n'],
    ['a commented line', '# DB_PASSWORD: canary\n  #token: canary\n'],
    ['windows line ends', 'password: canary\r\nafter: shown\r\n'],
    ['a literal in a template', 'password: "{{ `canary` }}"\n'],
    ['a literal with a slash', 'password: canary/pass\n'],
    ['a literal with a reference in it', 'password: "canary{{ .x }}"\n'],
    ['base64 with slashes', 'password: ab/cd/canary+/==\n'],
    ['broken YAML', 'password: canary\n  : [\n\tx\n'],
    [
      'a key in another value',
      'cert: |\n  -----BEGIN PRIVATE KEY-----\n  canary\n  -----END PRIVATE KEY-----\nafter: shown\n',
    ],
  ])('hides %s', (_, text) => {
    const masked = maskYaml(text);
    expect(masked).not.toContain('canary');
    expect(masked).toContain(MASK);
    if (text.includes('shown')) expect(masked).toContain('shown');
    expect(masked.includes('\r')).toBe(text.includes('\r'));
  });

  it.each([
    'image:\n  repository: example.org/api\n  tag: "1"\n',
    'ingress:\n  tls:\n    - secretName: api-tls\n',
    'externalSecret:\n  enabled: true\n  secret:\n    name: api\n',
    'TOKEN_TTL: 3600\n',
    'automountServiceAccountToken: false\n',
    'password: *shared\n',
    'password: "{{ .password }}"\n',
    "data:\n  token: '{{ .token | b64enc }}' # made by the generator\n",
    'credential: teams/billing/database-api\n',
    'env:\n  - name: LOG_LEVEL\n    value: info\n',
    '# A note: the password is in Vault\n',
    'type: kubernetes.io/service-account-token\n',
  ])('leaves %j as it is', (text) => {
    expect(maskYaml(text)).toBe(text);
  });

  it('comes to an end over hostile lines', () => {
    for (const piece of ['&!', '- ', '# ', '{a: ', ' : ', '""', ', ']) {
      const line = `password: ${piece.repeat(20_000)}x`;
      expect(maskYaml(line).length).toBeLessThanOrEqual(line.length);
    }
  });
});
