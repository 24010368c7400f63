/** One text file of the repository at some commit. */
export interface RepositoryFile {
  readonly path: string;
  readonly text: string;
  /** Blob id; absent for a file that is planned and not committed yet. */
  readonly blob?: string;
  /** Why the file cannot be read as text; the text is then not what the file holds. */
  readonly problem?: string;
  /** What the text means, read once at first use; whoever reads owns the kind (see `World`). */
  model?: unknown;
}

export interface FileChange {
  readonly path: string;
  /** Absent = the file is deleted. */
  readonly content?: string;
}

/** Files by path, and per folder: what lies in `services/billing/` must not cost a walk over ten thousand others. */
export class FileIndex {
  private readonly files = new Map<string, RepositoryFile>();
  private readonly children = new Map<string, Set<string>>();

  get(path: string): RepositoryFile | undefined {
    return this.files.get(path);
  }

  set(file: RepositoryFile): void {
    if (!this.files.has(file.path)) this.link(file.path);
    this.files.set(file.path, file);
  }

  delete(path: string): void {
    if (this.files.delete(path)) this.unlink(path);
  }

  get size(): number {
    return this.files.size;
  }

  /** Names directly in a folder (`a/b/`), folders ending in a slash; unsorted. */
  list(folder: string): Iterable<string> {
    return this.children.get(folder) ?? [];
  }

  private link(path: string): void {
    for (const [folder, name] of ancestry(path)) {
      const names = this.children.get(folder);
      if (names?.has(name)) return;
      if (names) names.add(name);
      else this.children.set(folder, new Set([name]));
    }
  }

  private unlink(path: string): void {
    for (const [folder, name] of ancestry(path)) {
      const names = this.children.get(folder);
      names?.delete(name);
      if (names && names.size > 0) return;
      this.children.delete(folder);
    }
  }
}

/** `a/b/c` → [`a/b/`, `c`], [`a/`, `b/`], [``, `a/`]. */
function ancestry(path: string): [folder: string, name: string][] {
  const pairs: [string, string][] = [];
  for (let name = path; name !== '';) {
    const cut = name.replace(/\/$/, '').lastIndexOf('/') + 1;
    pairs.push([name.slice(0, cut), name.slice(cut)]);
    name = name.slice(0, cut);
  }
  return pairs;
}
