import { readConfig } from './config';

const WHOLE = {
  MCTL_DATA_DIR: '/nowhere',
  MCTL_WORKFLOWS: 'argo',
  MCTL_CLUSTER: 'kubernetes',
  DATABASE_URL: 'postgresql://mctl@127.0.0.1:1/mctl',
  MCTL_GITOPS_REMOTE: 'https://git.example.org/gitops.git',
  MCTL_KEY_FILE: '/run/secrets/key.pem',
};

describe('MCTL_WORKFLOWS=argo', () => {
  it('starts with all that it needs, in the namespace and with the template of the chart', () => {
    expect(readConfig(WHOLE).values).toMatchObject({ workflows: 'argo', argoNamespace: 'mctl', argoTemplate: 'mctl' });
  });

  it.each(['DATABASE_URL', 'MCTL_GITOPS_REMOTE', 'MCTL_CLUSTER'] as const)('does not start without %s', (name) => {
    const { [name]: _, ...rest } = WHOLE;
    expect(() => readConfig(rest)).toThrow(`MCTL_WORKFLOWS=argo needs ${name}`);
  });

  it.each([
    ['MCTL_WORKFLOWS', 'Argo'],
    ['MCTL_ARGO_NAMESPACE', 'a/b'],
    ['MCTL_ARGO_TEMPLATE', '../x'],
    ['MCTL_ARGO_SERVER', 'https://user:pass@argo:2746'],
  ])('refuses %s=%s', (name, value) => {
    expect(() => readConfig({ ...WHOLE, [name]: value })).toThrow(name);
  });
});
