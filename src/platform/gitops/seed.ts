import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root';
import type { FileChange } from './file-index';
import type { Layout } from './layout';
import { fillPlaceholders } from './placeholders';
import { editYaml } from './yaml';

export interface SeedFacts {
  readonly repoUrl: string;
  readonly branch: string;
  readonly layout: Layout;
  /** Namespace of the CloudNativePG Cluster. */
  readonly databaseNamespace: string;
  /** The Vault that MCTL writes to: the cluster reads the same one. Undefined = what the chart says. */
  readonly vault?: VaultFacts;
}

export interface VaultFacts {
  readonly server: string;
  /** Mount of the KV engine. */
  readonly path: string;
  readonly namespace: string;
}

/** Files of ours that a GitOps repository needs: charts, Argo CD's ApplicationSets and projects, templates. */
export function seedFiles({ repoUrl, branch, layout, databaseNamespace, vault }: SeedFacts): FileChange[] {
  // At the top of a repository there is no folder to name.
  const root = layout.root
    ? { '__ROOT__/': `${layout.root}/`, __ROOT__: layout.root }
    : { '__ROOT__/': '', __ROOT__: '.' };
  const tokens = {
    ...{ __REPO_URL__: repoUrl, __BRANCH__: branch, __DATABASE_NAMESPACE__: databaseNamespace },
    ...root,
  };
  const seed = filesBelow(join(packageRoot, 'seed')).map(([path, text]) => ({
    path: layout.under(path),
    content: path.endsWith('.yaml') && !path.startsWith('templates/') ? fillPlaceholders(text, tokens) : text,
  }));
  const charts = filesBelow(join(packageRoot, 'charts')).map(([path, content]) => ({
    path: layout.under(`charts/${path}`),
    content: path === TENANT_VALUES ? withVault(content, vault) : content,
  }));
  return [...seed, ...charts];
}

const TENANT_VALUES = 'tenant/values.yaml';

/** The SecretStore of every team reads where MCTL writes. */
function withVault(values: string, vault: VaultFacts | undefined): string {
  if (vault === undefined) return values;
  const edits = Object.entries(vault).map(([key, set]) => ({
    path: ['tenant', 'secretStore', key],
    set: set as string,
  }));
  return editYaml(values, edits);
}

const templates = new Map(filesBelow(join(packageRoot, 'seed/templates')));

/** Text of a template that ships with MCTL, e.g. `services/default.yaml`. */
export function bundledTemplate(path: string): string | undefined {
  return templates.get(path);
}

/** Names of the templates of one kind that ship with MCTL. */
export function bundledTemplates(kind: 'services' | 'tenants'): string[] {
  return [...templates.keys()].filter((path) => path.startsWith(`${kind}/`)).map((path) => path.slice(kind.length + 1));
}

function filesBelow(folder: string, prefix = ''): [path: string, text: string][] {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry): [string, string][] => {
      const path = prefix ? `${prefix}/${entry.name}` : entry.name;
      return entry.isDirectory() ? filesBelow(folder, path) : [[path, readFileSync(join(folder, path), 'utf8')]];
    });
}
