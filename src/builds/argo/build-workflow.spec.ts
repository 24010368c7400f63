import * as fc from 'fast-check';
import { crdViolations } from '../../../test/support/crds';
import { isRefName } from '../../platform/github/ref-name';
import { knownImage, parseReference, tagOf } from '../build';
import { type BuildOrder, isOrdered, workflowName, workflowOf } from './build-workflow';
import { checkDockerfile } from './refusals';

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
const ref = fc.oneof(fc.string({ maxLength: 60 }), fc.stringMatching(/^[A-Za-z0-9._/-]{1,60}$/));
const DIGEST = `sha256:${'0'.repeat(64)}`;
const PLATFORM = { builder: 'argo', buildRegistry: 'registry.example.org:5000/apps' } as const;

const order: BuildOrder = {
  ...{ name: 'build-1', namespace: 'mctl-builds', template: 'mctl-build', operationId: '1' },
  ...{
    team: 'billing',
    service: 'api',
    dockerfile: 'Dockerfile',
    image: 'registry.example.org/billing/api',
    tag: 'v1',
  },
  ...{ remote: new URL('https://github.com/acme/api.git'), commit: 'a'.repeat(40) },
};

describe('what a build is submitted as', () => {
  it('is a Workflow whatever the names, with an image that registries take and no other team has', () => {
    fc.assert(
      fc.property(label, label, label, ref, (team, other, service, from) => {
        const image = knownImage({ team, service }, PLATFORM) ?? '';
        const tag = tagOf(from);
        expect(parseReference(`${image}:${tag}@${DIGEST}`)).toEqual({ image, digest: DIGEST });
        if (team !== other) expect(image).not.toBe(knownImage({ team: other, service }, PLATFORM));
        const workflow = workflowOf({ ...order, team, service, image, tag });
        expect(crdViolations([workflow as never])).toEqual([]);
        expect(isOrdered(workflow, { ...order, team, service, image, tag })).toBe(true);
      }),
    );
  });

  it('is known again only as exactly what was ordered', () => {
    const workflow = workflowOf(order);
    expect(isOrdered(workflow, order)).toBe(true);
    for (const change of [
      { commit: 'b'.repeat(40) },
      { image: 'registry.example.org/other/api' },
      { tag: 'v2' },
      { dockerfile: 'x' },
      { template: 'theirs' },
      { operationId: '2' },
      { remote: new URL('https://github.com/acme/other.git') },
    ]) {
      expect(isOrdered(workflowOf({ ...order, ...change }), order)).toBe(false);
    }
    const more = structuredClone(workflow) as any;
    more.spec.arguments.parameters.push({ name: 'more', value: 'x' });
    expect(isOrdered(more, order)).toBe(false);
    expect(isOrdered({}, order)).toBe(false);
  });

  it.each(['{{workflow.name}}', '$(HOME)'])('holds no expression: %s', (dockerfile) => {
    expect(() => workflowOf({ ...order, dockerfile })).toThrow('expression');
  });

  it('has one name for one operation', () => {
    expect(workflowName('01KABCDEFGHJKMNPQRSTVWXYZ0')).toBe('build-01kabcdefghjkmnpqrstvwxyz0');
  });
});

describe('the path of a Dockerfile', () => {
  it('never leads out of the source', () => {
    const path = fc.array(fc.constantFrom('..', '.', 'a', 'Dockerfile', ''), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(path, (parts) => {
        const dockerfile = parts.join('/');
        let depth = 0;
        const leaves = parts.some((part) => {
          if (part === '..') depth -= 1;
          else if (part !== '.' && part !== '') depth += 1;
          return depth < 0;
        });
        const check = () => checkDockerfile({ repo: 'a/b', ref: 'main', dockerfile });
        if (leaves || dockerfile.startsWith('/')) expect(check).toThrow('not in the repository');
      }),
    );
  });

  it.each(['Dockerfile', 'docker/Dockerfile', './a/../Dockerfile', 'v2..old/Dockerfile'])('may be %s', (dockerfile) => {
    expect(() => checkDockerfile({ repo: 'a/b', ref: 'main', dockerfile })).not.toThrow();
  });
});

describe('the name of a branch or tag', () => {
  it.each(['main', 'v1.2.3', 'feature/x', 'release-1.x', 'über', 'a@b'])('may be %s', (name) => {
    expect(isRefName(name)).toBe(true);
  });

  it.each([
    '',
    '.',
    '..',
    'a..b',
    '/a',
    'a/',
    'a//b',
    '-x',
    'a b',
    'a\u0000',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[b',
    'a\\b',
  ])('is never %j', (name) => expect(isRefName(name)).toBe(false));

  it.each(['.a', 'a/.b', 'a.lock', 'a.lock/b', 'a.', '@', 'a@{1}', 'x'.repeat(256)])('is never %s', (name) => {
    expect(isRefName(name)).toBe(false);
  });
});
