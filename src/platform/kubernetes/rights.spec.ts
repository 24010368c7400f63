import { type Right, type RightsSettings, rightsOf, stepRights } from './rights';

const SETTINGS: RightsSettings = {
  cluster: 'kubernetes',
  argocdNamespace: 'argocd',
  databaseNamespace: 'platform-db',
  workflows: 'embedded',
  argoNamespace: 'mctl',
  builder: 'none',
  buildNamespace: 'mctl-builds',
};
const ALL: RightsSettings = { ...SETTINGS, workflows: 'argo', builder: 'argo' };

/** `verbs group/resource/subresource in namespace`. */
const line = ({ group, resource, subresource, verbs, namespace }: Right): string =>
  `${verbs.join()} ${[group, resource, subresource].filter(Boolean).join('/')} in ${namespace || 'every namespace'}`;
const lines = (settings: Partial<RightsSettings>): string[] => rightsOf({ ...SETTINGS, ...settings }).map(line);

describe(rightsOf, () => {
  it('asks for nothing where there is no cluster, whatever else is set', () => {
    expect(rightsOf({ ...ALL, cluster: 'none' })).toEqual([]);
  });

  it('reads actual state, and writes nothing but the note to Argo CD that it should look', () => {
    expect(lines({})).toEqual([
      'list,watch,patch argoproj.io/applications in argocd',
      'list pods in every namespace',
      'get pods/log in every namespace',
      'list events in every namespace',
      'list resourcequotas in every namespace',
      'list metrics.k8s.io/pods in every namespace',
      'list cert-manager.io/certificates in every namespace',
      'list external-secrets.io/externalsecrets in every namespace',
      'get postgresql.cnpg.io/databases in platform-db',
    ]);
  });

  it('runs operations in one namespace, builds in another', () => {
    expect(lines({ workflows: 'argo' }).slice(lines({}).length)).toEqual([
      'create,get,list,watch,patch,delete argoproj.io/workflows in mctl',
      'list pods in mctl',
      'get pods/log in mctl',
      'get argoproj.io/clusterworkflowtemplates in every namespace',
    ]);
    expect(lines({ builder: 'argo', buildNamespace: 'forge' }).slice(lines({}).length)).toEqual([
      'create,get,patch argoproj.io/workflows in forge',
      'create,delete secrets in forge',
      'list pods in forge',
      'get pods/log in forge',
    ]);
  });

  it('has the namespaces of the chart where nobody set others', () => {
    const { argoNamespace: _argo, buildNamespace: _build, ...unset } = ALL;
    expect(rightsOf(unset)).toEqual(rightsOf(ALL));
  });

  it('never reads a secret, runs in a pod, acts as another, or means everything', () => {
    for (const { resource, verbs } of [...rightsOf(ALL), ...stepRights('mctl')]) {
      expect(resource).not.toMatch(/\*|exec|attach|impersonate|roles|bindings/);
      expect(verbs).not.toContain('*');
      if (resource === 'secrets') expect(verbs).toEqual(['create', 'delete']);
    }
  });
});

it('step pods report how they ended, and can do nothing else', () => {
  expect(stepRights('mctl').map(line)).toEqual(['create,patch argoproj.io/workflowtaskresults in mctl']);
});
