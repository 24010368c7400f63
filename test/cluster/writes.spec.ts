import { isFault, type KubernetesFault, labelSelector, RESOURCES } from '../../src/platform/kubernetes';
import { Api } from './support/api';
import { workflow } from './support/objects';
import { client, facts } from './support/place';

const here = facts();
const { namespaces, prefix } = here;
const kubernetes = client(here);
const admin = new Api(here.adminKubeconfig);

async function faultOf(work: Promise<unknown>): Promise<KubernetesFault> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isFault(thrown)) throw new Error(`no fault but ${String(thrown)}`);
  return thrown;
}

const submit = (name: string, spec?: object) => kubernetes.create(RESOURCES.workflow, workflow(here, name, spec));

it('a Workflow is submitted once: the second time the name is taken, and what is there stays', async () => {
  const name = `${prefix}-once`;
  const first = await submit(name);
  expect((await faultOf(submit(name, { entrypoint: 'other' }))).kind).toBe('exists');
  const ref = { namespace: namespaces.mctl, name };
  const kept = await kubernetes.get<typeof first & { spec: object }>(RESOURCES.workflow, ref);
  expect([kept.metadata?.uid, kept.spec]).toEqual([first.metadata?.uid, workflow(here, name).spec]);
});

it('many submissions at once leave one Workflow', async () => {
  const tries = await Promise.allSettled(Array.from({ length: 12 }, () => submit(`${prefix}-crowd`)));
  const refused = tries.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
  expect(refused.map(({ reason }) => (reason as KubernetesFault).kind)).toEqual(Array(11).fill('exists'));
});

it('a misspelt field is refused by name, and not dropped', async () => {
  const fault = await faultOf(submit(`${prefix}-misspelt`, { entryPoint: 'x' }));
  expect(fault).toMatchObject({ kind: 'invalid', details: { status: 400 } });
  expect(fault.details.detail).toContain('unknown field "spec.entryPoint"');
  const ref = { namespace: namespaces.mctl, name: `${prefix}-misspelt` };
  expect((await faultOf(kubernetes.get(RESOURCES.workflow, ref))).kind).toBe('absent');
});

it('wrong types are refused with one cause for each field', async () => {
  const fault = await faultOf(submit(`${prefix}-typed`, { entrypoint: 1, activeDeadlineSeconds: 'soon' }));
  expect(fault).toMatchObject({ kind: 'invalid', details: { status: 422 } });
  const fields = fault.details.causes?.map(({ field }) => field);
  expect(fields).toEqual(expect.arrayContaining(['spec.entrypoint', 'spec.activeDeadlineSeconds']));
});

it('a rule of the schema (CEL) is held, not only its types', async () => {
  const template = { name: 'both', container: { image: 'x' }, script: { image: 'x', source: 'x' } };
  const fault = await faultOf(submit(`${prefix}-rule`, { workflowTemplateRef: undefined, templates: [template] }));
  expect(fault).toMatchObject({ kind: 'invalid', details: { status: 422 } });
});

it('a dry run stores nothing', async () => {
  const name = `${prefix}-dry`;
  await kubernetes.create(RESOURCES.workflow, workflow(here, name), { dryRun: true });
  const ref = { namespace: namespaces.mctl, name };
  expect((await faultOf(kubernetes.get(RESOURCES.workflow, ref))).kind).toBe('absent');
});

it('a patch is as strict, and one of an older version is a conflict', async () => {
  const name = `${prefix}-patched`;
  const { metadata } = await submit(name);
  const ref = { namespace: namespaces.mctl, name };
  expect((await faultOf(kubernetes.patch(RESOURCES.workflow, ref, { spec: { shutDown: 'Stop' } }))).kind).toBe(
    'invalid',
  );
  await kubernetes.patch(RESOURCES.workflow, ref, { spec: { shutdown: 'Stop' } });
  const stale = { metadata: { resourceVersion: metadata?.resourceVersion }, spec: { shutdown: 'Terminate' } };
  const fault = await faultOf(kubernetes.patch(RESOURCES.workflow, ref, stale));
  expect(fault).toMatchObject({ kind: 'conflict', details: { status: 409 } });
});

it('what Argo writes into the status comes back as it is', async () => {
  const name = `${prefix}-status`;
  await submit(name);
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${namespaces.mctl}/workflows/${name}`;
  const status = { phase: 'Running', startedAt: '2026-01-01T00:00:00Z', progress: '1/2', compressedNodes: 'H4sIAAAA' };
  await admin.patch(path, { status });
  const ref = { namespace: namespaces.mctl, name };
  expect(await kubernetes.get(RESOURCES.workflow, ref)).toMatchObject({ status });
  await admin.patch(path, { status: { phase: 'Succeeded' } });
  expect(await kubernetes.get(RESOURCES.workflow, ref)).toMatchObject({ status: { ...status, phase: 'Succeeded' } });
});

it('what is deleted is absent, and cannot be deleted again', async () => {
  const ref = { namespace: namespaces.mctl, name: `${prefix}-gone` };
  await submit(ref.name);
  await kubernetes.delete(RESOURCES.workflow, ref);
  expect((await faultOf(kubernetes.get(RESOURCES.workflow, ref))).kind).toBe('absent');
  expect((await faultOf(kubernetes.delete(RESOURCES.workflow, ref))).kind).toBe('absent');
});

it('a list comes page by page, each object once, and says when there are more', async () => {
  const names = Array.from({ length: 105 }, (_, index) => `${prefix}-page-${String(index).padStart(3, '0')}`);
  for (const name of names) {
    const object = workflow(here, name);
    await kubernetes.create(RESOURCES.workflow, {
      ...object,
      metadata: { ...object.metadata, labels: { page: 'yes' } },
    });
  }
  const scope = { namespace: namespaces.mctl, labels: labelSelector({ page: 'yes' }) };
  const { items, isCut } = await kubernetes.list(RESOURCES.workflow, scope);
  expect([items.map(({ metadata }) => metadata?.name), isCut]).toEqual([names, false]);
  const some = await kubernetes.list(RESOURCES.workflow, { ...scope, most: 101 });
  expect([some.items.length, some.isCut]).toEqual([101, true]);
});
