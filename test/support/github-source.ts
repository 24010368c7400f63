import type { Answer, Rights } from './test-github';

interface Ref {
  readonly type: 'commit' | 'tag';
  readonly sha: string;
}

/** Branches and tags of one repository, after GitHub's REST reference (git/refs, git/tags): names are found whole or not at all. */
export class FakeSource {
  /** By `heads/NAME` and `tags/NAME`. */
  readonly refs = new Map<string, Ref>();
  /** What annotated tags point to, by their own id. */
  readonly tags = new Map<string, Ref>();

  constructor(private readonly repository: string) {}

  answer(route: string, require: (needed: Rights) => void): Answer | undefined {
    const prefix = `GET /repos/${this.repository}/git/`;
    if (!route.startsWith(prefix)) return undefined;
    require({ contents: 'read' });
    const [kind, ...rest] = route.slice(prefix.length).split('/');
    const name = decodeURIComponent(rest.join('/'));
    const object = kind === 'ref' ? this.refs.get(name) : this.tags.get(name);
    return object ? { answer: { ref: `refs/${name}`, object } } : { status: 404, answer: { message: 'Not Found' } };
  }
}
