import { loadConfig } from '../platform/config';
import { gitDoorUrl } from '../platform/gitops';
import { toYaml } from '../platform/gitops/yaml';
import { GIT_USER } from '../platform/http/git/git.gate';
import { UsageError } from './exit';

export interface RepositorySecretOptions {
  readonly namespace: string;
  readonly name: string;
}

const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const PLACEHOLDER = 'PUT-THE-PASSWORD-HERE';

/**
 * Prints what Argo CD needs to read the embedded repository (its "repository" Secret, operator-manual/declarative-setup). The password is
 * never printed: what is printed ends up in files and scrollbacks.
 * @throws UsageError where nothing is served, or a name is none.
 */
export function printRepositorySecret({ namespace, name }: RepositorySecretOptions): void {
  const config = loadConfig();
  const url = gitDoorUrl(config);
  if (url === undefined) throw new UsageError(whyNot(config.values.gitopsRemote));
  for (const [option, value] of Object.entries({ namespace, name })) {
    if (!NAME.test(value)) throw new UsageError(`error: --${option} is no Kubernetes name`);
  }
  process.stdout.write(toYaml(secretOf(url, { namespace, name }), headerOf(url, { namespace, name })));
}

function secretOf(url: string, { namespace, name }: RepositorySecretOptions) {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: { 'argocd.argoproj.io/secret-type': 'repository' } },
    type: 'Opaque',
    stringData: { type: 'git', url, username: GIT_USER, password: PLACEHOLDER },
  };
}

function headerOf(url: string, { namespace, name }: RepositorySecretOptions): string[] {
  return [
    'With this Secret Argo CD reads the repository. Without writing the password down once more:',
    `  kubectl -n ${namespace} create secret generic ${name} --from-literal=type=git --from-literal=url=${url} \\`,
    `    --from-literal=username=${GIT_USER} --from-file=password="$MCTL_GIT_PASSWORD_FILE"`,
    `  kubectl -n ${namespace} label secret ${name} argocd.argoproj.io/secret-type=repository`,
  ];
}

function whyNot(remote: string | undefined): string {
  return remote === undefined
    ? 'error: the embedded repository is not served; set MCTL_GIT_PASSWORD_FILE to a file with a password (openssl rand -base64 32)'
    : 'error: MCTL_GITOPS_REMOTE names the repository, so Argo CD follows it there with a credential of that host';
}
