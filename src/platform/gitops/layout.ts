export type FileKind =
  | { readonly kind: 'tenant'; readonly team: string }
  | { readonly kind: 'service'; readonly team: string; readonly service: string }
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

/** Where things are in the repository (design §5; the upstream layout). All paths are relative to the repository's top. */
export class Layout {
  private readonly prefix: string;
  /** The folders that are read; nothing else of the repository is looked at. */
  readonly folders: readonly string[];

  /** @param root folder inside the repository without slashes at its ends; empty = the top. */
  constructor(readonly root: string) {
    this.prefix = root ? `${root}/` : '';
    this.folders = FOLDERS.map((folder) => this.under(folder));
  }

  /** Whether the read model holds this file. */
  covers(path: string): boolean {
    return this.folders.some((folder) => path.startsWith(`${folder}/`));
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

  previewsFolder(team: string): string {
    return this.under(`previews/${team}/`);
  }

  previewFolder(team: string, service: string, id: string): string {
    return `${this.previewsFolder(team)}${service}-${id}/`;
  }

  previewFile(team: string, service: string, id: string): string {
    return `${this.previewFolder(team, service, id)}values.yaml`;
  }

  /** Whether the file is a preview's values, which are those of chart `service`. */
  isPreviewFile(path: string): boolean {
    return (
      path.startsWith(this.under('previews/')) &&
      /^[^/]+\/[^/]+\/values\.yaml$/.test(path.slice(this.under('previews/').length))
    );
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
    const parts = path.startsWith(this.prefix) ? path.slice(this.prefix.length).split('/') : [];
    const [folder, team = '', third = '', fourth] = parts;
    if (folder === 'tenants' && parts.length === 3 && third === 'values.yaml') return { kind: 'tenant', team };
    if (folder === 'services' && parts.length === 4 && fourth === 'values.yaml') {
      return { kind: 'service', team, service: third };
    }
    return { kind: 'other' };
  }
}
