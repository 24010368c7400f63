import * as fc from 'fast-check';
import { FileIndex, Layout, World } from '../gitops';
import { describeChanges, effectiveChanges, type Plan, planDigest } from './plan';
import { renderDiff } from './render-diff';

const platform = { repoUrl: '', domain: '', clusterIssuer: '', imageRegistries: [], builder: 'none' as const };

function worldOf(files: Readonly<Record<string, string>>): World {
  const index = new FileIndex();
  for (const [path, text] of Object.entries(files)) index.set({ path, text });
  return new World('head', index, new Layout(''), platform);
}

function planOf(changes: Plan['changes'], destroys: Plan['destroys'] = []): Plan {
  return { changes, destroys, subject: 'x', summary: 'x', warnings: [], nextActions: [], answer: {} };
}

const world = worldOf({ same: 'as it is\n', old: 'before\n', gone: 'bye\n' });
const changes = [
  { path: 'same', content: 'as it is\n' },
  { path: 'old', content: 'after\n' },
  { path: 'new', content: 'hello\n' },
  { path: 'gone' },
  { path: 'never-there' },
];

describe('effectiveChanges', () => {
  it('leaves out what is like this already, and keeps what each change replaces', () => {
    expect(effectiveChanges(planOf(changes), world)).toEqual([
      { path: 'old', before: 'before\n', content: 'after\n' },
      { path: 'new', before: undefined, content: 'hello\n' },
      { path: 'gone', before: 'bye\n', content: undefined },
    ]);
  });

  it('lets the last word on a file count', () => {
    const back = planOf([
      { path: 'old', content: 'after\n' },
      { path: 'old', content: 'before\n' },
    ]);
    expect(effectiveChanges(back, world)).toEqual([]);
  });

  it('is described as create, update and delete', () => {
    expect(describeChanges(effectiveChanges(planOf(changes), world), world)).toEqual([
      { path: 'old', action: 'update' },
      { path: 'new', action: 'create' },
      { path: 'gone', action: 'delete' },
    ]);
  });

  it('shows the diff of the moment it was planned, whatever the index holds by then', () => {
    const index = new FileIndex();
    index.set({ path: 'file', text: 'one\n' });
    const moving = new World('head', index, new Layout(''), platform);
    const planned = effectiveChanges(planOf([{ path: 'file', content: 'two\n' }]), moving);
    index.set({ path: 'file', text: 'somebody else\n' });
    expect(renderDiff(planned)).toContain('-one\n+two\n');
  });
});

describe('planDigest', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 });
  const paths = fc.uniqueArray(fc.constantFrom('old', 'new', 'gone', 'same', 'other'), { minLength: 1 });

  it('is the same for the same bytes in any order', () => {
    fc.assert(
      fc.property(paths, text, fc.array(fc.nat(), { minLength: 5, maxLength: 5 }), (names, content, keys) => {
        const one = names.map((path) => ({ path, content }));
        const other = one.map((change, index) => ({ change, key: keys[index] ?? 0 })).sort((a, b) => a.key - b.key);
        expect(planDigest(planOf(other.map(({ change }) => change)), world)).toBe(planDigest(planOf(one), world));
      }),
    );
  });

  it('is another for any other byte before or after', () => {
    fc.assert(
      fc.property(text, text, text, text, (before, after, otherBefore, otherAfter) => {
        const digest = (old: string, next: string) =>
          planDigest(planOf([{ path: 'file', content: next }]), worldOf({ file: old }));
        const isSame = before === otherBefore && after === otherAfter;
        // A file set to what it holds is no change, whatever it holds.
        const isNothing = before === after && otherBefore === otherAfter;
        expect(digest(before, after) === digest(otherBefore, otherAfter)).toBe(isSame || isNothing);
      }),
    );
  });

  it('tells an empty file from none, and counts what is destroyed', () => {
    const digests = [
      planDigest(planOf([{ path: 'new', content: '' }]), world),
      planDigest(planOf([{ path: 'new' }]), world),
      planDigest(planOf([{ path: 'gone', content: '' }]), world),
      planDigest(planOf([{ path: 'gone' }]), world),
      planDigest(planOf([{ path: 'gone' }], [{ kind: 'namespace', name: 'a' }]), world),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });
});
