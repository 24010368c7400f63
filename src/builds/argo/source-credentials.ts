import { Inject, Injectable } from '@nestjs/common';
import { Conflict } from '../../platform/errors';
import { Github, GithubSource, type RepositoryPlace } from '../../platform/github';
import { isFault, Kubernetes, type ObjectRef, RESOURCES } from '../../platform/kubernetes';
import { log } from '../../platform/logging';
import { tidied } from './tidied';

interface Owner extends ObjectRef {
  readonly namespace: string;
  /** Of the Workflow: Kubernetes deletes the Secret with it, also where MCTL never comes back. */
  readonly uid: string;
}

/** GitHub ends tokens of installations after an hour. */
const TOKEN_MS = 60 * 60_000;

/**
 * The credential with which the pod of a build fetches its source: a Secret beside the Workflow and of its name, for as long as the build
 * takes. MCTL may make and delete it and never reads it, so a token is revoked only by the process that asked for it; otherwise GitHub ends it
 * within the hour.
 */
@Injectable()
export class SourceCredentials {
  /** Of the builds that this process began, by their name. */
  private readonly tokens = new Map<string, { readonly token: string; readonly since: number }>();

  constructor(
    @Inject(Github) private readonly github: Github,
    @Inject(GithubSource) private readonly source: GithubSource,
    @Inject(Kubernetes) private readonly kubernetes: Kubernetes,
  ) {}

  /**
   * Makes the Secret, or makes it anew. Whether one that is there is still good nobody can say without reading it.
   * @throws KubernetesFault; Conflict where the repository is gone; Unavailable where GitHub cannot be asked.
   */
  async put(owner: Owner, place: RepositoryPlace, signal: AbortSignal): Promise<void> {
    const token = await this.source.token(place, signal);
    if (token === undefined) throw repositoryGone(place);
    await this.revoke(owner.name);
    this.forgetOld();
    this.tokens.set(owner.name, { token, since: Date.now() });
    await this.create(owner, token, signal);
  }

  /** @throws Unavailable where the cluster cannot be asked now. */
  async drop({ namespace, name }: ObjectRef): Promise<void> {
    await tidied('delete the Secret of a build', () => this.kubernetes.delete(RESOURCES.secret, { namespace, name }));
    await this.revoke(name);
  }

  private async create(owner: Owner, token: string, signal: AbortSignal): Promise<void> {
    const secret = secretOf(owner, token);
    // Not the whole owner: its uid is that of the Workflow.
    const { namespace, name } = owner;
    try {
      await this.kubernetes.create(RESOURCES.secret, secret, { signal });
    } catch (error) {
      if (!isFault(error, 'exists')) throw error;
      await tidied('delete the Secret of a build', () =>
        this.kubernetes.delete(RESOURCES.secret, { namespace, name }, signal),
      );
      await this.kubernetes.create(RESOURCES.secret, secret, { signal });
    }
  }

  /** It ends within the hour anyway: what fails here fails no build. */
  private async revoke(name: string): Promise<void> {
    const held = this.tokens.get(name);
    if (held === undefined) return;
    this.tokens.delete(name);
    await this.github.revoke(held.token).catch((error: unknown) => {
      log.warn({ err: error, build: name }, 'the token of a build could not be revoked; it ends within the hour');
    });
  }

  /** Builds that another process saw the end of. */
  private forgetOld(): void {
    for (const [name, { since }] of this.tokens) if (Date.now() - since > TOKEN_MS) this.tokens.delete(name);
  }
}

function secretOf({ namespace, name, uid }: Owner, token: string) {
  const { group, version, kind } = RESOURCES.workflow;
  const owner = { apiVersion: `${group}/${version}`, kind, name, uid };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'mctl' },
      ownerReferences: [owner],
    },
    immutable: true,
    type: 'Opaque',
    data: { token: Buffer.from(token).toString('base64') },
  };
}

function repositoryGone({ fullName }: RepositoryPlace): Conflict {
  return new Conflict(`GitHub gives MCTL no access to ${fullName} any more.`, {
    code: 'build_source_missing',
    field: 'repo',
    got: fullName,
    fix: 'Connect it again with mctl_grant_repo_access, then call again.',
  });
}
