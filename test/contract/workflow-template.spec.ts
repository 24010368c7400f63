import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { generatedFiles, WORKFLOW_TEMPLATE } from '../../src/cli/generated-files';
import type { Operation } from '../../src/platform/operations/operation';
import { OperationRegistry } from '../../src/platform/operations/registry';
import type { OperationRow, Stage } from '../../src/platform/store';
import { argoSteps } from '../../src/platform/workflows/argo/argo-steps';
import { workflowManifest } from '../../src/platform/workflows/argo/workflow-manifest';
import { crdViolations } from '../support/crds';
import type { Manifest } from '../support/helm';
import type { Loose } from '../support/loose';
import { ScratchApp } from '../support/scratch-app';

let scratch: ScratchApp;
let operations: Operation[];
let template: Loose;

beforeAll(async () => {
  scratch = await ScratchApp.start();
  operations = scratch.app.get(OperationRegistry).all();
  template = parse(readFileSync(join(__dirname, '../..', WORKFLOW_TEMPLATE), 'utf8'));
});
afterAll(() => scratch?.stop());

const templates = (): Loose[] => template.spec.templates;
const named = (name: string): Loose => templates().find((each) => each.name === name);
const stepsIn = (name: string): Loose[] => named(name).steps.flat();

/** A row as it lies before each of the steps. */
const row = (operation: Operation, stage: Stage): OperationRow =>
  ({
    id: '01J0000000000000000000000Z',
    workflow: `${operation.name}-01J0000000000000000000000Z`,
    operation: operation.name,
    team: 'billing',
    stage,
    input: '{}',
  }) as unknown as OperationRow;

describe('the ClusterWorkflowTemplate', () => {
  it('is what the declarations say; npm run generate writes it', () => {
    const { files } = generatedFiles(scratch.app);
    expect(readFileSync(join(__dirname, '../..', WORKFLOW_TEMPLATE), 'utf8')).toBe(files.get(WORKFLOW_TEMPLATE));
  });

  it('is taken by an API server that validates strictly', () => {
    expect(crdViolations([template as Manifest])).toEqual([]);
  });

  it('has an entrypoint with the steps of every operation, in their order', () => {
    for (const operation of operations) {
      const declared = argoSteps(operation).filter(({ name }) => name !== operation.otherTask?.name);
      expect([operation.name, stepsIn(operation.name).map(({ name }) => name)]).toEqual([
        operation.name,
        declared.map(({ name }) => name),
      ]);
    }
  });

  it('has one for every stage that an operation can be taken up again in', () => {
    for (const operation of operations) {
      for (const { stage, name } of argoSteps(operation)) {
        if (stage === 'prepare') continue;
        const { spec } = workflowManifest(operation, row(operation, stage), { namespace: 'mctl', template: 'mctl' });
        expect([spec.entrypoint, stepsIn(spec.entrypoint)[0].name]).toEqual([spec.entrypoint, name]);
      }
    }
  });

  it('names everything once', () => {
    const names = templates().map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  it('locks, and bounds the wait for a pod, where it commits and nowhere else', () => {
    const locking = templates().filter(({ synchronization }) => synchronization);
    expect(locking.map(({ name }) => name)).toEqual(['commit']);
    expect(locking[0]).toMatchObject({ timeout: expect.any(String), pendingTimeout: expect.any(String) });
    expect(template.spec.synchronization).toBeUndefined();
    for (const { name } of operations) {
      for (const step of stepsIn(name)) {
        expect([step.name, step.template]).toEqual([step.name, /^commit/.test(step.name) ? 'commit' : 'step']);
      }
    }
  });

  it('puts what changes into the environment alone, and gives containers no more than they need', () => {
    const containers = templates().flatMap(({ container }) => (container ? [container] : []));
    expect(containers).toHaveLength(3);
    for (const { command, args, securityContext } of containers) {
      expect(JSON.stringify([command, args])).not.toContain('{{');
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        capabilities: { drop: ['ALL'] },
      });
    }
    expect(JSON.stringify(template)).not.toContain('"script"');
    expect(template.spec).toMatchObject({
      automountServiceAccountToken: false,
      executor: { serviceAccountName: expect.any(String) },
      onExit: 'notify',
      podGC: { strategy: 'OnPodSuccess' },
      ttlStrategy: expect.any(Object),
      activeDeadlineSeconds: expect.any(Number),
    });
  });

  it('tries again what asks for it, and not what has ended badly', () => {
    for (const name of ['step', 'commit']) {
      const { limit, expression, backoff } = named(name).retryStrategy;
      expect([limit > 0, backoff]).toEqual([true, expect.objectContaining({ factor: 2, cap: expect.any(String) })]);
      expect(expression).toBe('lastRetry.status == "Error" || asInt(lastRetry.exitCode) != 1');
    }
  });
});

describe('a submitted Workflow', () => {
  const submitted = (operation: Operation) =>
    workflowManifest(operation, row(operation, 'commit'), { namespace: 'mctl', template: 'mctl' });

  it('is taken by an API server that validates strictly', () => {
    expect(crdViolations(operations.map(submitted) as unknown as Manifest[])).toEqual([]);
  });

  it('says nothing in its spec but template, entrypoint and id: templateReferencing Strict takes no more', () => {
    for (const operation of operations) {
      const { spec } = submitted(operation);
      expect(Object.keys(spec).sort()).toEqual(['arguments', 'entrypoint', 'workflowTemplateRef']);
      expect(spec.arguments.parameters).toEqual([{ name: 'operation-id', value: '01J0000000000000000000000Z' }]);
    }
  });

  it('has a name and labels that Kubernetes takes', () => {
    for (const operation of operations) {
      const { name, labels } = submitted(operation).metadata;
      expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
      for (const value of Object.values(labels)) {
        expect(value).toMatch(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/);
      }
    }
  });
});
