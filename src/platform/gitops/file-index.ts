/** One text file of the repository at some commit. */
export interface RepositoryFile {
  readonly path: string;
  readonly text: string;
  /** Blob id; absent for a file that is planned and not committed yet. */
  readonly blob?: string;
  /** Mode 100755; absent where it is not. A write keeps it. */
  readonly isExecutable?: true;
  /** Why the file cannot be read as text; the text is then not what the file holds. */
  readonly problem?: string;
  /** The next step where it is none of our files that is broken: see `FileIndex.strays`. */
  readonly fix?: string;
  /** What the text means, read once at first use; whoever reads owns the kind (see `World`). */
  model?: unknown;
}

export interface FileChange {
  readonly path: string;
  /** Absent = the file is deleted. */
  readonly content?: string;
}

/**
 * Files by path, and per folder: what lies in `services/billing/` must not cost a walk over ten thousand others. Listings are kept
 * until a file comes or goes; new content of a file that was there leaves them as they are.
 */
export class FileIndex {
  private readonly files = new Map<string, RepositoryFile>();
  private readonly children = new Map<string, Set<string>>();
  private readonly sorted = new Map<string, readonly string[]>();
  private readonly holders = new Map<string, readonly string[]>();
  private readonly misplaced = new Set<string>();

  get(path: string): RepositoryFile | undefined {
    return this.files.get(path);
  }

  set(file: RepositoryFile): void {
    if (!this.files.has(file.path)) this.link(file.path);
    this.files.set(file.path, file);
    if (file.fix === undefined) this.misplaced.delete(file.path);
    else this.misplaced.add(file.path);
  }

  delete(path: string): void {
    if (this.files.delete(path)) this.unlink(path);
    this.misplaced.delete(path);
  }

  /** Paths of what no file of ours can be: it stands where a folder belongs, or has a name that cannot be written. */
  get strays(): readonly string[] {
    return [...this.misplaced];
  }

  get size(): number {
    return this.files.size;
  }

  /** Sorted names directly in a folder (`a/b/`), folders ending in a slash. */
  list(folder: string): readonly string[] {
    const names = this.children.get(folder);
    // Nothing is kept for folders that are not there: there is no end of them.
    return names ? kept(this.sorted, folder, () => [...names].sort()) : [];
  }

  /** Sorted names of the folders directly in a folder that hold this file: `services/billing/`, `values.yaml` → the services. */
  foldersHolding(folder: string, file: string): readonly string[] {
    return kept(this.holders, `${folder}\0${file}`, () =>
      this.list(folder).flatMap((name) =>
        name.endsWith('/') && this.files.has(`${folder}${name}${file}`) ? [name.slice(0, -1)] : [],
      ),
    );
  }

  private link(path: string): void {
    this.holders.clear();
    for (const [folder, name] of ancestry(path)) {
      const names = this.children.get(folder);
      if (names?.has(name)) return;
      this.sorted.delete(folder);
      if (names) names.add(name);
      else this.children.set(folder, new Set([name]));
    }
  }

  private unlink(path: string): void {
    this.holders.clear();
    for (const [folder, name] of ancestry(path)) {
      const names = this.children.get(folder);
      names?.delete(name);
      this.sorted.delete(folder);
      if (names && names.size > 0) return;
      this.children.delete(folder);
    }
  }
}

function kept(cache: Map<string, readonly string[]>, key: string, compute: () => string[]): readonly string[] {
  const known = cache.get(key);
  if (known) return known;
  const names = compute();
  cache.set(key, names);
  return names;
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
