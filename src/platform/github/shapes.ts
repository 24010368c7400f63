/** An installation of our App on an organisation or a person's account, as far as MCTL looks at it. */
export interface Installation {
  readonly id: number;
  /** Login of the account it is on. */
  readonly account: string;
  /** Its owner has put it to sleep: no token is given for it. */
  readonly isSuspended: boolean;
}

/** A repository that an installation includes. The id stays when it is renamed; a name may come to mean another one. */
export interface InstalledRepository {
  readonly id: number;
  readonly fullName: string;
  readonly isPrivate: boolean;
  readonly defaultBranch: string;
}

/** What GitHub says about a person and a repository, asked with that person's own authorization. */
export interface Proof {
  /** GitHub login of whoever authorized. */
  readonly login: string;
  /** Undefined where the person sees no installation of our App on the repository's account. */
  readonly installation?: Installation;
  /** Undefined where the installation does not include it, or the person does not see it. */
  readonly repository?: InstalledRepository;
  /** Whether the person may administer the repository. */
  readonly isAdmin: boolean;
}

/** Where an installation of our App works. */
export interface RepositoryPlace {
  readonly installationId: number;
  readonly repositoryId: number;
  /** `owner/name`. */
  readonly fullName: string;
}
