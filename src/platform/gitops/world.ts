import type { ResourceProfiles } from '../config';
import { Conflict } from '../errors';
import type { DatabaseFacts } from './database-facts';
import { type DatabaseFile, readDatabase } from './database-file';
import type { FileChange, FileIndex, RepositoryFile } from './file-index';
import { readValues } from './documents';
import { brokenFile, type FileProblem, MAKE_IT_A_FOLDER, unreadable } from './file-problem';
import { foldersAbove, type Layout } from './layout';
import { type Domain, readDomain, withExpiry } from './domain-file';
import { type LeftOver, readLeftOver } from './left-over-file';
import { type Preview, readPreview } from './preview-file';
import { readService, type Service } from './service-file';
import { readTenant, type Tenant } from './tenant-file';
import { YamlParseError } from './yaml';

/** Facts of the platform that plans need beside the repository. */
export interface PlatformFacts {
  /** How Argo CD reaches this repository. */
  readonly repoUrl: string;
  readonly domain: string;
  readonly clusterIssuer: string;
  /** Allowed image registries or registry/path prefixes; empty = any. */
  readonly imageRegistries: readonly string[];
  readonly builder: 'none' | 'github' | 'argo';
  /** Prefix of the images that builder `argo` pushes. */
  readonly buildRegistry?: string;
  /** Absent = the defaults (`DEFAULT_PROFILES`). */
  readonly resourceProfiles?: ResourceProfiles;
  /** Below which previews get their hosts; absent = `domain`. */
  readonly previewDomain?: string;
  /** Most previews that one team may have at a time; absent = no limit but its quota. */
  readonly previewsPerTeam?: number;
  /** How long a custom domain waits for its proof; absent = seven days. */
  readonly domainExpiryMs?: number;
  /** Most custom domains of one team that wait at a time; absent = no limit. */
  readonly pendingDomains?: number;
  /** Absent = `DEFAULT_DATABASES`. */
  readonly databases?: DatabaseFacts;
}

/**
 * The desired state at one commit, with planned changes on top. Everything is synchronous: plans are pure functions of it.
 * Asking for something absent answers `undefined`; asking for something that is there but broken throws.
 */
export class World {
  private readonly changed = new Map<string, RepositoryFile | undefined>();

  constructor(
    readonly head: string | undefined,
    private readonly files: FileIndex,
    readonly layout: Layout,
    readonly platform: PlatformFacts,
  ) {}

  /** The same world after these changes; this one stays as it is. */
  with(changes: readonly FileChange[]): World {
    const next = new World(this.head, this.files, this.layout, this.platform);
    for (const [path, file] of this.changed) next.changed.set(path, file);
    for (const { path, content } of changes) {
      const { isExecutable } = next.file(path) ?? {};
      next.changed.set(path, content === undefined ? undefined : { path, text: content, isExecutable });
    }
    return next;
  }

  file(path: string): RepositoryFile | undefined {
    return this.changed.has(path) ? this.changed.get(path) : this.files.get(path);
  }

  text(path: string): string | undefined {
    return this.file(path)?.text;
  }

  /**
   * What stands where a folder above this path belongs (a link, a submodule, a file): what is below it is not read, which is not the
   * same as absent. Its own folder too, for a path that ends in a slash.
   */
  obstacleAbove(path: string): Conflict | undefined {
    const above = foldersAbove(path).find((folder) => this.file(folder) !== undefined);
    if (above === undefined) return undefined;
    const { problem, fix } = this.file(above) ?? {};
    return unreadable(above, problem ?? 'it is a file where a folder belongs', fix ?? MAKE_IT_A_FOLDER);
  }

  /** Sorted paths of what no file of ours can be; see `FileIndex.strays`. */
  strays(): string[] {
    return [...this.files.strays].sort();
  }

  /**
   * @throws Conflict `unreadable_file` where the file is there and is no text, or below what is no folder: an edit would change bytes
   * nobody asked for.
   */
  mustBeText(path: string): void {
    const { problem, fix } = this.file(path) ?? {};
    const broken = problem ? unreadable(path, problem, fix) : this.obstacleAbove(path);
    if (broken) throw broken;
  }

  /** @throws Conflict `unreadable_file` where git would do something else than the change says, or more. */
  mustAllow({ path, content }: FileChange): void {
    if (content === undefined) this.mustBeDeletable(path);
    else this.mustBeReplaceable(path);
  }

  private mustBeReplaceable(path: string): void {
    this.mustBeText(path);
    if (this.holdsAny(`${path}/`)) throw unreadable(path, 'it is a folder where a file belongs');
  }

  /** Whatever is in the way of a file may go; a name that cannot be written cannot be deleted either. */
  private mustBeDeletable(path: string): void {
    const { problem, fix } = this.file(path) ?? {};
    if (problem && fix) throw unreadable(path, problem, fix);
  }

  /** Sorted names directly in a folder (`a/b/`); folders end in a slash. */
  list(folder: string): readonly string[] {
    const touched = this.touchedIn(folder);
    if (touched.length === 0) return this.files.list(folder);
    const names = new Set(this.files.list(folder));
    for (const path of touched) {
      const name = path.slice(folder.length).replace(/\/.*/, '/');
      if (name.endsWith('/') ? this.holdsAny(folder + name) : this.file(path)) names.add(name);
      else names.delete(name);
    }
    return [...names].sort();
  }

  /** Every file below a folder, sorted. */
  filesUnder(folder: string): string[] {
    return this.list(folder).flatMap((name) => (name.endsWith('/') ? this.filesUnder(folder + name) : [folder + name]));
  }

  /** Sorted. */
  teams(): readonly string[] {
    return this.foldersHolding(this.layout.under('tenants/'), 'values.yaml');
  }

  hasTenant(team: string): boolean {
    return this.file(this.layout.tenantFile(team)) !== undefined;
  }

  /** @throws Conflict `unreadable_file` where the file is there and cannot be read. */
  tenant(team: string): Tenant | undefined {
    return this.model(this.layout.tenantFile(team), (data) => readTenant(team, data));
  }

  /** Sorted. */
  serviceNames(team: string): readonly string[] {
    return this.foldersHolding(this.layout.servicesFolder(team), 'values.yaml');
  }

  hasService(team: string, service: string): boolean {
    return this.file(this.layout.serviceFile(team, service)) !== undefined;
  }

  /** @throws Conflict `unreadable_file` where the file is there and cannot be read. */
  service(team: string, service: string): Service | undefined {
    return this.model(this.layout.serviceFile(team, service), (data) => readService(team, service, data));
  }

  /** Sorted names of the folders of a team's previews that hold a values file. */
  previewNames(team: string): string[] {
    const folder = this.layout.previewsFolder(team);
    return this.list(folder).flatMap((name) =>
      name.endsWith('/') && this.file(`${folder}${name}values.yaml`) ? [name.slice(0, -1)] : [],
    );
  }

  /** @throws Conflict `unreadable_file` where the file is there and cannot be read. */
  preview(team: string, service: string, id: string): Preview | undefined {
    return this.model(this.layout.previewFile(team, service, id), (data) => readPreview({ team, service, id }, data));
  }

  /** Sorted hosts that have a file, of all teams. */
  domainHosts(): string[] {
    const names = this.list(this.layout.domainsFolder);
    return names.flatMap((name) => (name.endsWith('.yaml') ? [name.slice(0, -'.yaml'.length)] : []));
  }

  /** @throws Conflict `unreadable_file` where the file is there and cannot be read. */
  domain(host: string): Domain | undefined {
    return this.model(this.layout.domainFile(host), (data) =>
      withExpiry(readDomain(host, data), this.platform.domainExpiryMs),
    );
  }

  /** Sorted names of a team's databases. */
  databaseNames(team: string): string[] {
    return this.list(this.layout.databasesFolder(team)).flatMap((name) =>
      name.endsWith('.yaml') ? [name.slice(0, -'.yaml'.length)] : [],
    );
  }

  /** @throws Conflict `unreadable_file` where the file is there and cannot be read. */
  database(team: string, name: string): DatabaseFile | undefined {
    return this.modelOfText(this.layout.databaseFile(team, name), (text) => readDatabase({ team, name }, text));
  }

  /** The database of a service, if any; its own name first. Files that cannot be read are passed over. */
  databaseOf(team: string, service: string): DatabaseFile | undefined {
    const names = [service, ...this.databaseNames(team).filter((name) => name !== service)];
    return names.map((name) => this.readableDatabase(team, name)).find((database) => database?.service === service);
  }

  /** What deleted teams of this name left behind. @throws Conflict `unreadable_file` where the file is there and cannot be read. */
  leftOver(team: string): readonly LeftOver[] {
    return this.model(this.layout.leftOverFile(team), readLeftOver) ?? [];
  }

  /** As `database`; undefined also for a file that cannot be read. */
  readableDatabase(team: string, name: string): DatabaseFile | undefined {
    try {
      return this.database(team, name);
    } catch (error) {
      if (error instanceof Conflict) return undefined;
      throw error;
    }
  }

  /** The services of a team that can be read, and what is wrong with the others. */
  services(team: string): { services: Service[]; problems: FileProblem[] } {
    const services: Service[] = [];
    const problems: FileProblem[] = [];
    for (const name of this.serviceNames(team)) {
      try {
        const service = this.service(team, name);
        if (service) services.push(service);
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
        problems.push(brokenFile(this.layout.serviceFile(team, name), error));
      }
    }
    return { services, problems };
  }

  private foldersHolding(folder: string, file: string): readonly string[] {
    if (this.touchedIn(folder).length === 0) return this.files.foldersHolding(folder, file);
    return this.list(folder).flatMap((name) =>
      name.endsWith('/') && this.file(folder + name + file) ? [name.slice(0, -1)] : [],
    );
  }

  private touchedIn(folder: string): string[] {
    return [...this.changed.keys()].filter((path) => path.startsWith(folder));
  }

  private holdsAny(folder: string): boolean {
    return this.list(folder).length > 0;
  }

  private model<T>(path: string, read: (data: unknown) => T): T | undefined {
    return this.modelOfText(path, (text) => read(readValues(text)));
  }

  private modelOfText<T>(path: string, read: (text: string) => T): T | undefined {
    const file = this.file(path);
    // Below what is no folder nobody can tell whether it is absent.
    const obstacle = file ? undefined : this.obstacleAbove(path);
    if (obstacle) throw obstacle;
    if (!file) return undefined;
    file.model ??= readModel(file, read);
    if (file.model instanceof Conflict) throw file.model;
    return file.model as T;
  }
}

function readModel<T>(file: RepositoryFile, read: (text: string) => T): T | Conflict {
  if (file.problem) return unreadable(file.path, file.problem, file.fix);
  try {
    return read(file.text);
  } catch (error) {
    if (!(error instanceof YamlParseError)) throw error;
    return unreadable(file.path, error.message);
  }
}
