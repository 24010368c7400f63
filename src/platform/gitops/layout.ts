export type FileKind =
  | { readonly kind: 'tenant'; readonly team: string }
  | { readonly kind: 'service'; readonly team: string; readonly service: string }
  | { readonly kind: 'domain'; readonly host: string }
  | { readonly kind: 'database'; readonly team: string; readonly name: string }
  | { readonly kind: 'other' };

const FOLDERS = [
  'tenants',
  'services',
  'previews',
  'databases',
  'domains',
  'argocd/projects',
  'argo-workflows',
  'templates',
];

/** End of the name of every onboarding's file; no service's name has a dot. */
export const ONBOARDING = '.onboarding.yaml';

/** `a/b/c` and `a/b/` → [`a`, `a/b`]. */
export function foldersAbove(path: string): string[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));
}

/** Where things are in the repository (design §5; the upstream layout). All paths are relative to the repository's top. */
export class Layout {
  private readonly prefix: string;
  /** The folders that are read; nothing else of the repository is looked at. */
  readonly folders: readonly string[];
  /** Every path at which a folder belongs before anything can be read: those folders and all above them. */
  readonly places: ReadonlySet<string>;

  /** @param root folder inside the repository without slashes at its ends; empty = the top. */
  constructor(readonly root: string) {
    this.prefix = root ? `${root}/` : '';
    this.folders = FOLDERS.map((folder) => this.under(folder));
    this.places = new Set(this.folders.flatMap((folder) => foldersAbove(`${folder}/`)));
  }

  /** The folder at the repository's top below which everything of ours is; empty = the top itself. */
  get top(): string {
    return this.root.replace(/\/.*/, '');
  }

  /** Whether the read model holds this file, or what stands here in the place of a folder. */
  covers(path: string): boolean {
    return this.places.has(path) || this.folders.some((folder) => path.startsWith(`${folder}/`));
  }

  under(path: string): string {
    return `${this.prefix}${path}`;
  }

  tenantFolder(team: string): string {
    return this.under(`tenants/${team}/`);
  }

  tenantFile(team: string): string {
    return `${this.tenantFolder(team)}values.yaml`;
  }

  servicesFolder(team: string): string {
    return this.under(`services/${team}/`);
  }

  serviceFolder(team: string, service: string): string {
    return `${this.servicesFolder(team)}${service}/`;
  }

  serviceFile(team: string, service: string): string {
    return `${this.serviceFolder(team, service)}values.yaml`;
  }

  /**
   * What a service that is not there yet was asked to be (`src/openclaw`). Beside its folder-to-be and not in it: Argo CD makes an
   * application of every folder there.
   */
  onboardingFile(team: string, service: string): string {
    return `${this.servicesFolder(team)}${service}${ONBOARDING}`;
  }

  previewsFolder(team: string): string {
    return this.under(`previews/${team}/`);
  }

  previewFolder(team: string, service: string, id: string): string {
    return `${this.previewsFolder(team)}${service}-${id}/`;
  }

  previewFile(team: string, service: string, id: string): string {
    return `${this.previewFolder(team, service, id)}values.yaml`;
  }

  databasesFolder(team: string): string {
    return this.under(`databases/${team}/`);
  }

  databaseFile(team: string, name: string): string {
    return `${this.databasesFolder(team)}${name}.yaml`;
  }

  /**
   * What databases of a deleted team left behind (`src/provisioning`). Beside the team's folder and not in it: Argo CD makes an
   * application of every folder there. No team's name has a dot.
   */
  leftOverFile(team: string): string {
    return this.under(`databases/${team}.left-over.yaml`);
  }

  /** Whether the file is a preview's values, which are those of chart `service`. */
  isPreviewFile(path: string): boolean {
    return (
      path.startsWith(this.under('previews/')) &&
      /^[^/]+\/[^/]+\/values\.yaml$/.test(path.slice(this.under('previews/').length))
    );
  }

  get domainsFolder(): string {
    return this.under('domains/');
  }

  /** One file a host, whoever holds it: two teams cannot have the same one. */
  domainFile(host: string): string {
    return `${this.domainsFolder}${host}.yaml`;
  }

  /** Argo CD project with the tenant's roles: one file each, never a shared list. */
  projectFile(team: string): string {
    return this.under(`argocd/projects/${team}.yaml`);
  }

  /** Binding of the team's sign-in group to the Argo Workflows UI. */
  workflowsSsoFile(team: string): string {
    return this.under(`argo-workflows/sso-team-${team}.yaml`);
  }

  serviceTemplate(name: string): string {
    return this.under(`templates/services/${name}.yaml`);
  }

  tenantTemplate(name: 'project' | 'workflows-sso'): string {
    return this.under(`templates/tenants/${name}.yaml`);
  }

  kindOf(path: string): FileKind {
    const host = this.hostOf(path);
    return host === undefined ? this.kindOfValues(path) : { kind: 'domain', host };
  }

  private kindOfValues(path: string): FileKind {
    const parts = path.startsWith(this.prefix) ? path.slice(this.prefix.length).split('/') : [];
    return valuesKind(parts) ?? databaseKind(parts) ?? { kind: 'other' };
  }

  private hostOf(path: string): string | undefined {
    const name = path.startsWith(this.domainsFolder) ? path.slice(this.domainsFolder.length) : '/';
    return name.endsWith('.yaml') && !name.includes('/') ? name.slice(0, -'.yaml'.length) : undefined;
  }
}

/** @param parts of `tenants/{team}/values.yaml` or `services/{team}/{service}/values.yaml`. */
function valuesKind(parts: readonly string[]): FileKind | undefined {
  const [folder, team = '', service = ''] = parts;
  if (parts.at(-1) !== 'values.yaml') return undefined;
  if (folder === 'tenants' && parts.length === 3) return { kind: 'tenant', team };
  return folder === 'services' && parts.length === 4 ? { kind: 'service', team, service } : undefined;
}

/** @param parts of `databases/{team}/{name}.yaml`. */
function databaseKind([folder, team, file, ...more]: readonly string[]): FileKind | undefined {
  const [, name] = /^(.+)\.yaml$/.exec(file ?? '') ?? [];
  if (folder !== 'databases' || team === undefined || name === undefined || more.length > 0) return undefined;
  return { kind: 'database', team, name };
}
