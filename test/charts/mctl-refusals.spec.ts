import { SETTINGS } from '../../src/platform/config';
import type { Setting } from '../../src/platform/config/setting';
import { renderMctl, type Values, valuesOf } from '../support/mctl-chart';

const said = (values: unknown): Promise<string> =>
  renderMctl(values).then(
    () => 'rendered',
    (error: unknown) => String(error),
  );
/** The values of a mode with parts of the top level replaced, `settings` and `existingSecrets` added to. */
function but(mode: string, { settings, existingSecrets, ...rest }: Values): Values {
  const values = valuesOf(mode);
  return {
    ...values,
    ...rest,
    settings: { ...(values.settings as object), ...(settings as object) },
    existingSecrets: { ...(values.existingSecrets as object), ...(existingSecrets as object) },
  };
}
function without(mode: string, name: string): Values {
  const { [name]: _, ...existingSecrets } = valuesOf(mode).existingSecrets as Values;
  return { ...valuesOf(mode), existingSecrets };
}
const CLUSTER_AND_GITHUB = {
  apiServer: [{ cidr: '192.0.2.10/32', ports: [6443] }],
  github: [{ internet: true, ports: [443] }],
};
const secret = { name: 'a', key: 'b' };

describe('chart mctl refuses, and says what to do:', () => {
  it.each<[string, Values, string | RegExp]>([
    ['no image', but('minimal', { image: {} }), 'image.repository must name where the image lies'],
    ['a misspelt setting', but('minimal', { settings: { MCTL_ADMIN: 'ada' } }), /'MCTL_ADMIN' not allowed/],
    ['a misspelt value', but('minimal', { replica: 2 }), /'replica' not allowed/],
    ['a word that a setting does not know', but('minimal', { settings: { LOG_LEVEL: 'loud' } }), "'debug', 'info'"],
    [
      'replicas without a database',
      but('kubernetes', { replicas: 3 }),
      'replicas=3 needs a database that all of them share: existingSecrets.DATABASE_URL',
    ],
    [
      'a database without a remote',
      but('ha', { settings: { MCTL_GITOPS_REMOTE: null } }),
      'existingSecrets.DATABASE_URL needs a remote repository: set settings.MCTL_GITOPS_REMOTE',
    ],
    [
      'a database without a key',
      without('ha', 'MCTL_KEY_FILE'),
      'existingSecrets.DATABASE_URL needs existingSecrets.MCTL_KEY_FILE',
    ],
    [
      'the engine Argo without a cluster',
      but('argo', { cluster: { mode: 'none' } }),
      'workflows.engine=argo needs cluster.mode=kubernetes',
    ],
    [
      'the engine Argo without a database',
      but('kubernetes', { workflows: { engine: 'argo' } }),
      'workflows.engine=argo needs existingSecrets.DATABASE_URL',
    ],
    [
      'builds by Argo without a cluster or a registry',
      but('minimal', { builder: { kind: 'argo' } }),
      /builder.kind=argo needs cluster.mode=kubernetes[^]*builder.kind=argo needs builder.registry/,
    ],
    [
      'a setting that the chart sets',
      but('minimal', { settings: { MCTL_CLUSTER: 'kubernetes' } }),
      'settings.MCTL_CLUSTER is not set here: set cluster.mode',
    ],
    [
      'a database URL in clear',
      but('minimal', { settings: { DATABASE_URL: 'postgresql://x' } }),
      'settings.DATABASE_URL would put a credential into a ConfigMap: put it into a Secret',
    ],
    [
      'a password inside a URL',
      but('minimal', { settings: { MCTL_GITOPS_REMOTE: 'https://ada:canary@git.example.org/x.git' } }),
      'settings.MCTL_GITOPS_REMOTE would put a credential into a ConfigMap',
    ],
    [
      'a file of the own machine',
      but('minimal', { settings: { MCTL_KEY_FILE: './installation.pem' } }),
      'name the Secret that holds the file, existingSecrets.MCTL_KEY_FILE',
    ],
    [
      'a setting twice',
      but('minimal', { settings: { MCTL_PUBLIC_URL: 'http://localhost' }, existingSecrets: { MCTL_PUBLIC_URL: secret } }),
      'MCTL_PUBLIC_URL is in settings and in existingSecrets',
    ],
    ['a Secret without a key', but('minimal', { existingSecrets: { MCTL_KEY_FILE: { name: 'a' } } }), "'key'"],
    [
      'a misspelt setting among Secrets',
      but('minimal', { existingSecrets: { MCTL_KEYFILE: secret } }),
      /'MCTL_KEYFILE' not allowed/,
    ],
    [
      'an ingress where nobody can sign in',
      but('minimal', { ingress: { enabled: true } }),
      /ingress.enabled needs a way to sign in[^]*ingress.enabled needs settings.MCTL_PUBLIC_URL[^]*lets nobody in/,
    ],
    [
      'an ingress without TLS',
      but('kubernetes', { settings: { MCTL_PUBLIC_URL: 'http://mctl.example.org' } }),
      'settings.MCTL_PUBLIC_URL must begin with https://, and "http://mctl.example.org" does not',
    ],
    [
      'an ingress without an address',
      but('kubernetes', { settings: { MCTL_PUBLIC_URL: null } }),
      'ingress.enabled needs settings.MCTL_PUBLIC_URL, e.g. https://mctl.example.org',
    ],
    [
      'a sign-in at GitHub without its secret',
      without('kubernetes', 'MCTL_SIGN_IN_GITHUB_CLIENT_SECRET_FILE'),
      'MCTL_SIGN_IN_GITHUB_CLIENT_ID needs the client secret of that app: existingSecrets.MCTL_SIGN_IN_GITHUB_CLIENT_SECRET_FILE',
    ],
    [
      'a secret of GitHub without its app',
      but('minimal', { existingSecrets: { MCTL_SIGN_IN_GITHUB_CLIENT_SECRET_FILE: secret } }),
      'MCTL_SIGN_IN_GITHUB_CLIENT_SECRET_FILE needs settings.MCTL_SIGN_IN_GITHUB_CLIENT_ID',
    ],
    [
      'people, and no administrator',
      but('kubernetes', { settings: { MCTL_ADMINS: null } }),
      'settings.MCTL_ADMINS must name the logins of the administrators',
    ],
    [
      'administrators of no name',
      but('minimal', { settings: { MCTL_ADMINS: ' , ' } }),
      'settings.MCTL_ADMINS must name the logins of the administrators',
    ],
    [
      'Vault without an address or a way in',
      but('minimal', { settings: { MCTL_SECRETS: 'vault' } }),
      /MCTL_SECRETS=vault needs settings.MCTL_VAULT_ADDR[^]*needs one way to sign in, and has none/,
    ],
    [
      'Vault with two ways in',
      but('everything', { existingSecrets: { MCTL_VAULT_TOKEN_FILE: secret } }),
      'needs one way to sign in, and has two',
    ],
    [
      'builds by GitHub without its App',
      but('minimal', { builder: { kind: 'github' } }),
      'builder.kind=github needs the GitHub App: settings.MCTL_GITHUB_APP_CLIENT_ID',
    ],
    [
      'builds by Argo without the key of the App',
      without('everything', 'MCTL_GITHUB_APP_PRIVATE_KEY_FILE'),
      'builder.kind=argo needs the GitHub App',
    ],
    [
      'an address in the place of a registry',
      but('everything', { builder: { kind: 'argo', registry: 'https://registry.example.org/apps' } }),
      'builder.registry is a prefix of images’ names, without scheme: registry.example.org/apps',
    ],
    [
      'metrics that nobody could read',
      but('minimal', { serviceMonitor: { enabled: true } }),
      'serviceMonitor.enabled: MCTL listens on loopback',
    ],
    [
      'a repository that Argo CD could not read',
      but('minimal', { existingSecrets: { MCTL_GIT_PASSWORD_FILE: secret } }),
      'existingSecrets.MCTL_GIT_PASSWORD_FILE: MCTL listens on loopback',
    ],
    [
      'another address to listen on',
      but('kubernetes', { settings: { MCTL_HOST: '127.0.0.1' } }),
      'settings.MCTL_HOST is :: in a cluster with IPv6',
    ],
    [
      'a closed door behind which people could sign in',
      but('kubernetes', { ingress: { enabled: false }, networkPolicy: { egress: CLUSTER_AND_GITHUB } }),
      'People may sign in, and the network policy lets nobody in',
    ],
    [
      'rights for the account of every pod',
      but('kubernetes', { serviceAccount: { create: false } }),
      'serviceAccount.create=false needs serviceAccount.name',
    ],
    ['a setting in extraEnv', but('minimal', { extraEnv: [{ name: 'MCTL_ADMINS', value: 'x' }] }), '/extraEnv/0/name'],
    [
      'a way out without a port',
      but('minimal', { networkPolicy: { egress: { git: [{ internet: true }] } } }),
      /\/networkPolicy\/egress\/git\/0.*'ports'/,
    ],
    [
      'a peer of two kinds',
      but('minimal', { networkPolicy: { ingress: [{ namespace: 'a', cidr: '192.0.2.0/24' }] } }),
      '/networkPolicy/ingress/0',
    ],
  ])('%s', async (_, values, words) => {
    const text = await said(values);
    expect(text).toMatch(words);
    expect(text).not.toContain('canary');
  });

  it.each<[string, string, Values, string]>([
    ['git', 'MCTL_GITOPS_REMOTE', { settings: { MCTL_GITOPS_REMOTE: 'https://git.example.org/x.git' } }, '443'],
    ['loki', 'MCTL_LOKI_URL', { settings: { MCTL_LOKI_URL: 'http://loki.loki.svc:3100' } }, '3100'],
    ['prometheus', 'MCTL_PROMETHEUS_URL', { settings: { MCTL_PROMETHEUS_URL: 'http://prometheus.svc:9090' } }, '9090'],
    ['vault', 'MCTL_VAULT_ADDR', { settings: { MCTL_VAULT_ADDR: 'https://vault.vault.svc:8200' } }, '8200'],
    ['apiServer', 'cluster.mode=kubernetes', { cluster: { mode: 'kubernetes' } }, '6443'],
    ['github', 'GitHub', { settings: { MCTL_GITHUB_TOKENS: true } }, '443'],
    ['oidc', 'An issuer', { settings: { MCTL_OIDC_ISSUERS: '[]' } }, '443'],
    ['postgres', 'DATABASE_URL', { existingSecrets: { DATABASE_URL: secret } }, '5432'],
    ['databaseServer', 'MCTL_DATABASE_ADMIN_URL', { existingSecrets: { MCTL_DATABASE_ADMIN_URL_FILE: secret } }, '5432'],
    ['traces', 'OTEL_EXPORTER_OTLP_ENDPOINT', { settings: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x:4318' } }, '4318'],
  ])('a network policy that cuts off %s', async (key, what, values, port) => {
    const text = await said(but('minimal', values));
    expect(text).toMatch(new RegExp(`${what}.* is used, and the network policy lets nothing go there`));
    expect(text).toContain(`networkPolicy.egress.${key}, e.g. [{namespace: NAME, ports: [${port}]}]`);
    const open = await said(but('minimal', { ...values, networkPolicy: { enabled: false } }));
    expect(open).not.toContain('network policy lets nothing');
  });

  const secrets = Object.values<Setting>(SETTINGS).filter(({ isSecret }) => isSecret);
  it.each(secrets.map(({ name }) => name))('the value of %s, which is a secret', async (name) => {
    expect(await said(but('minimal', { settings: { [name]: 'canary' } }))).toContain(
      `settings.${name} would put a credential into a ConfigMap`,
    );
  });

  it('all of it at once', async () => {
    const text = await said(but('minimal', { replicas: 2, workflows: { engine: 'argo' }, ingress: { enabled: true } }));
    expect(text.match(/^ {2}- /gm)?.length).toBeGreaterThanOrEqual(5);
  });
});

describe('the schema of chart mctl', () => {
  it('knows every setting of the program', async () => {
    const { default: schema } = (await import('../../deploy/helm/mctl/values.schema.json')) as unknown as {
      default: { properties: Record<string, { properties: object }> };
    };
    const names = Object.values(SETTINGS).map(({ name }) => name);
    expect(Object.keys(schema.properties.settings?.properties ?? {})).toEqual(names);
    expect(Object.keys(schema.properties.existingSecrets?.properties ?? {})).toEqual(names);
  });
});
