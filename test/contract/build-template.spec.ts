import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { workflowOf } from '../../src/builds/argo/build-workflow';
import { crdViolations } from '../support/crds';
import { type Manifest, ROOT } from '../support/helm';
import { at, type Container } from '../support/manifests';

type Mount = { name: string; mountPath: string; readOnly?: boolean };
type BuildContainer = Container & { args: string[]; command: string[]; volumeMounts: Mount[] };

const text = readFileSync(join(ROOT, 'deploy/helm/mctl/files/build-template.yaml'), 'utf8');
const template = parse(text) as Manifest;
const build = at(template, 'spec.templates.0') as Record<string, unknown>;
const client = build.container as BuildContainer;
const [daemon] = build.sidecars as [BuildContainer];

it('is what Argo takes', () => expect(crdViolations([template])).toEqual([]));

it('takes the values that MCTL submits, and no others', () => {
  const order = {
    ...{ name: 'build-1', namespace: 'b', template: 'mctl-build', operationId: '1', team: 't', service: 's' },
    ...{ remote: new URL('https://github.com/a/b.git'), commit: '0'.repeat(40), dockerfile: 'Dockerfile' },
    ...{ image: 'r.example.org/t/s', tag: '1' },
  };
  const submitted = workflowOf(order).spec;
  const names = (spec: unknown) => (at(spec, 'arguments.parameters') as { name: string }[]).map(({ name }) => name);
  expect(names(template.spec)).toEqual(names(submitted));
  expect(at(submitted, 'entrypoint')).toBe(build.name);
  expect(at(submitted, 'workflowTemplateRef.name')).toBe(template.metadata.name);
});

it('gives values to the pod as environment only, never in a command', () => {
  const values = (client.env ?? []).map(({ value }) => String(value)).filter((value) => value.includes('{{'));
  expect(values).toHaveLength(4);
  const rest = text
    .split('\n')
    .filter((line) => line.includes('{{') && !line.includes('secretName'))
    .map((line) => line.trim().replace(/^value: '|'$/g, ''));
  expect(rest).toEqual(values);
  for (const { command, args } of [client, daemon]) {
    expect([...command, ...args].filter((each) => /\{\{|^-c$|\bsh$/.test(each))).toEqual([]);
  }
});

it('gives credentials to the client alone, which runs nothing of the source and is restricted', () => {
  const secrets = (build.volumes as { name: string; secret?: object }[]).filter(({ secret }) => secret);
  expect(secrets.map(({ name }) => name)).toEqual(['source', 'registry']);
  for (const { name } of secrets) {
    expect(client.volumeMounts).toContainEqual(expect.objectContaining({ name, readOnly: true }));
    expect(daemon.volumeMounts.map((mount) => mount.name)).not.toContain(name);
  }
  expect(at(template, 'spec.automountServiceAccountToken')).toBe(false);
  expect(client.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  expect(at(template, 'spec.securityContext.seccompProfile.type')).toBe('RuntimeDefault');
  expect(daemon.securityContext).not.toHaveProperty('privileged');
});

it('has an end, keeps the logs of what failed, and is tried again for nodes only', () => {
  expect(at(template, 'spec.activeDeadlineSeconds')).toBeGreaterThan(0);
  expect(at(template, 'spec.ttlStrategy.secondsAfterCompletion')).toBeGreaterThan(3_600);
  expect(at(template, 'spec.podGC.strategy')).toBe('OnPodSuccess');
  expect(build.retryStrategy).toEqual({ limit: 2, retryPolicy: 'OnError' });
  expect(at(daemon, 'resources.limits')).toMatchObject({ memory: expect.any(String) });
  for (const { image } of [client, daemon]) expect(image).toMatch(/:v[\d.]+-rootless@sha256:[0-9a-f]{64}$/);
});
