import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../src/platform/config';
import type { Manifest } from '../support/helm';
import { at, ofKind, only } from '../support/manifests';
import { builds, MCTL_CHART, MODES, renderMctl, valuesOf, violations } from '../support/mctl-chart';

const template = (manifests: Manifest[]): Manifest => {
  const [found] = ofKind(manifests, 'ClusterWorkflowTemplate').filter(({ metadata }) => metadata.name.endsWith('-build'));
  if (!found) throw new Error('no template of builds');
  return found;
};
/** All that the installation changes; what is left is the file that the contract tests hold. */
const OWN = ['metadata', 'image', 'secretName', 'labels', 'serviceAccountName', 'resources'];
const without = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(without);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !OWN.includes(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, without(inner)]));
};

describe('builds in chart mctl', () => {
  it.each([
    ['alone', builds()],
    ['everything', valuesOf('everything')],
  ])('are what an API server takes: %s', async (_, values) => {
    expect(violations(await renderMctl(values))).toEqual([]);
  });

  it('are not there where nothing builds', async () => {
    for (const mode of MODES.filter((each) => each !== 'everything')) {
      const names = (await renderMctl(valuesOf(mode))).map(({ metadata }) => metadata.name);
      expect(names.filter((name) => /-build(-|$|\.)/.test(name))).toEqual([]);
    }
  });

  it('come from the template as it is, Argo’s braces and all', async () => {
    const file = parse(readFileSync(join(MCTL_CHART, 'files/build-template.yaml'), 'utf8')) as Manifest;
    expect(without(template(await renderMctl(builds())))).toEqual(without(file));
  });

  it('have the installation’s image, limits, credential and place', async () => {
    const { metadata, spec } = template(await renderMctl(valuesOf('everything')));
    expect(metadata.name).toBe('mctl-platform-build');
    expect(spec).toMatchObject({
      activeDeadlineSeconds: 7200,
      ttlStrategy: { secondsAfterCompletion: 7200 },
      nodeSelector: { pool: 'builds' },
      tolerations: [{ key: 'builds', operator: 'Exists', effect: 'NoSchedule' }],
      serviceAccountName: 'platform-build',
      executor: { serviceAccountName: 'platform-build-executor' },
    });
    const build = at(spec, 'templates.0');
    const image = 'registry.example.org/mirror/buildkit:v0.32.2-rootless';
    expect([at(build, 'container.image'), at(build, 'sidecars.0.image')]).toEqual([image, image]);
    expect(at(build, 'sidecars.0.resources.limits')).toMatchObject({ memory: '8Gi' });
    expect(at(build, 'container.resources.limits')).toEqual({ memory: '256Mi' });
    const secrets = (at(build, 'volumes') as object[]).map((volume) => at(volume, 'secret.secretName'));
    expect(secrets.filter(Boolean)).toEqual(['{{workflow.name}}', 'push']);
  });

  it('are asked for under the names that there are', async () => {
    const manifests = await renderMctl(valuesOf('everything'));
    const [settings] = ofKind(manifests, 'ConfigMap').filter(({ data }) => at(data, 'MCTL_BUILDER'));
    const given = Object.entries(settings?.data as Record<string, string>).filter(([name]) => /^MCTL_BUILD_/.test(name));
    const { values } = readConfig(Object.fromEntries(given));
    expect(values).toMatchObject({
      buildNamespace: 'images',
      buildRegistry: 'registry.example.org/apps',
      buildTemplate: template(manifests).metadata.name,
    });
  });

  it('run as an account without rights or token; the executor has its own', async () => {
    const manifests = await renderMctl(builds());
    const inBuilds = manifests.filter(({ metadata }) => metadata.namespace === 'mctl-builds');
    const accounts = ofKind(inBuilds, 'ServiceAccount');
    expect(accounts.map(({ metadata }) => metadata.name)).toEqual(['mctl-build', 'mctl-build-executor']);
    expect(accounts.every((each) => each.automountServiceAccountToken === false)).toBe(true);
    const bound = ofKind(inBuilds, 'RoleBinding').flatMap(({ subjects }) => subjects as { name: string }[]);
    expect(bound.map(({ name }) => name)).not.toContain('mctl-build');
    const token = only(inBuilds, 'Secret');
    expect(token.metadata.name).toBe('mctl-build-executor.service-account-token');
    expect(token).not.toHaveProperty('data');
    const role = ofKind(inBuilds, 'Role').find(({ metadata }) => metadata.name === 'mctl-build-executor');
    expect(role?.rules).toEqual([
      { apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] },
    ]);
  });

  it('reach public addresses over TLS, DNS and the API server, and nobody reaches them', async () => {
    const manifests = await renderMctl(builds());
    const [policy] = ofKind(manifests, 'NetworkPolicy').filter(({ metadata }) => metadata.namespace === 'mctl-builds');
    expect(at(policy, 'spec.podSelector.matchLabels')).toEqual(at(template(manifests), 'spec.podMetadata.labels'));
    expect(at(policy, 'spec.policyTypes')).toEqual(['Ingress', 'Egress']);
    expect(at(policy, 'spec')).not.toHaveProperty('ingress');
    const egress = at(policy, 'spec.egress') as { to: object[]; ports: { port: number }[] }[];
    expect(egress.map(({ ports }) => ports.map(({ port }) => port))).toEqual([[53, 53], [443], [6443]]);
    for (const block of egress[1]?.to ?? []) expect(at(block, 'ipBlock.except')).toBeDefined();
    expect(JSON.stringify(egress[1]?.to)).toMatch(/169\.254\.0\.0\/16.*192\.168\.0\.0\/16/);
  });

  it('have names that Kubernetes takes, however long those of the release are', async () => {
    const long = { ...builds(), fullnameOverride: 'x'.repeat(50) };
    const manifests = await renderMctl(long);
    expect(template(manifests).metadata.name.length).toBeLessThanOrEqual(63);
  });

  it.each([
    ['a misspelt value', { registrysecret: 'x' }],
    ['a way out without ports', { egress: [{ internet: true }] }],
    ['a deadline in words', { deadlineSeconds: '1h' }],
  ])('are refused with %s', async (_, change) => {
    const values = builds();
    await expect(renderMctl({ ...values, builder: { ...(values.builder as object), ...change } })).rejects.toThrow();
  });
});
