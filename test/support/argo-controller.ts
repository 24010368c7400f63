import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createInterface } from 'node:readline';
import { parse } from 'yaml';
import { mustHoldNoCredential } from './canaries';
import type { KubeApi, KubeObject } from './kube-api';
import type { Change } from './kube-api/objects';
import type { Loose } from './loose';

const ROOT = resolve(__dirname, '../..');
const KIND = 'argoproj.io/workflows';
const NAMESPACE = 'mctl';
/** What a submitted Workflow may say under `templateReferencing: Strict` (docs: workflow-restrictions). */
const ALLOWED = [
  ...['arguments', 'entrypoint', 'shutdown', 'suspend', 'activeDeadlineSeconds', 'priority', 'ttlStrategy', 'podGC'],
  ...['volumeClaimGC', 'archiveLogs', 'workflowMetadata', 'workflowTemplateRef', 'metrics', 'artifactGC'],
];
const BETWEEN_TRIES_MS = 50;

export interface Ran {
  readonly workflow: string;
  readonly step: string;
  readonly code: number | null;
  readonly output: string;
}

interface Run {
  readonly name: string;
  readonly uid: string;
  readonly nodes: Record<string, Loose>;
  readonly isOver: () => boolean;
  child?: ChildProcess;
}

/**
 * Stands for Argo's controller and the kubelet: takes Workflows from the API server of the tests, reads the generated template, and runs the containers of
 * its steps for real, as child processes with the environment that the template gives them. It knows mutexes, retries, shutdown and deletion, and does
 * odd things on order.
 */
export class ArgoController {
  readonly ran: Ran[] = [];
  /** Called before each container; may hold it, change its command line for node, or stand for it by answering an exit code. */
  before: (step: string, workflow: string) => Promise<{ nodeArguments?: string[]; code?: number } | undefined> = () =>
    Promise.resolve(undefined);
  /** How what a node says is shown in the status. */
  present: (status: Loose) => Loose = (status) => status;
  isPaused = false;
  private readonly template: Loose = parse(
    readFileSync(join(ROOT, 'deploy/helm/mctl/files/workflow-template.yaml'), 'utf8'),
  );
  private readonly running = new Map<string, Promise<void>>();
  private readonly present_ = new Map<string, Run>();
  private readonly folders: string[] = [];
  private lock: Promise<unknown> = Promise.resolve();
  private held: string | undefined;
  private isStopping = false;

  constructor(
    private readonly api: KubeApi,
    private readonly env: Record<string, string>,
  ) {
    api.objects.namespaces.add(NAMESPACE);
    api.objects.on('change', this.see);
  }

  /** Takes up what has come since it was paused. */
  resume(): void {
    this.isPaused = false;
    for (const object of this.api.objects.all(KIND, NAMESPACE)) if (!object.status) this.begin(object);
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    this.api.objects.off('change', this.see);
    for (const { child } of this.present_.values()) child?.kill('SIGKILL');
    await Promise.all(this.running.values());
    this.folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }));
  }

  get(name: string): KubeObject | undefined {
    return this.api.stored('workflows', NAMESPACE, name);
  }

  all(): KubeObject[] {
    return this.api.objects.all(KIND, NAMESPACE);
  }

  /** The pod in which a Workflow is just now. */
  pod(name: string): ChildProcess | undefined {
    return this.present_.get(name)?.child;
  }

  private readonly see = ({ kind, type, object }: Change): void => {
    if (kind !== KIND) return;
    const run = this.present_.get(object.metadata.name);
    if (type === 'DELETED' || (object.spec as Loose)?.shutdown) run?.child?.kill('SIGTERM');
    if (type === 'ADDED' && !this.isPaused) this.begin(object);
  };

  private begin(object: KubeObject): void {
    const { name, uid = '' } = object.metadata;
    const work = this.work(name, uid, object).catch((error: unknown) => {
      if (!this.isStopping) process.stderr.write(`the controller stumbled: ${String(error)}\n`);
    });
    this.running.set(uid, work);
  }

  private async work(name: string, uid: string, { spec }: KubeObject): Promise<void> {
    const isOver = (): boolean => this.isStopping || this.get(name)?.metadata.uid !== uid;
    const run: Run = { name, uid, nodes: {}, isOver };
    const odd = Object.keys(spec as object).filter((field) => !ALLOWED.includes(field));
    if (odd.length > 0) {
      const message = `workflow spec fields [${odd.join(', ')}] are not permitted when using workflowTemplateRef with Strict or Secure`;
      this.show(run, { phase: 'Error', message });
      return;
    }
    this.present_.set(name, run);
    const phase = await this.steps(run, spec as Loose);
    if (!isOver()) {
      await this.notify(run, phase);
      const message =
        phase === 'Succeeded' ? undefined : this.isShutDown(name) ? "Stopped with strategy 'Stop'" : 'child failed';
      this.show(run, { phase, message, finishedAt: now() });
    }
    if (this.present_.get(name) === run) this.present_.delete(name);
  }

  private async steps(run: Run, spec: Loose): Promise<'Succeeded' | 'Failed'> {
    const [{ value: id }] = spec.arguments.parameters;
    this.show(run, { phase: 'Running' });
    for (const step of this.templateOf(spec.entrypoint).steps.flat()) {
      if (run.isOver() || this.isShutDown(run.name)) return 'Failed';
      const done = await this.step(run, step, id);
      if (!done) return 'Failed';
    }
    return 'Succeeded';
  }

  private async step(run: Run, step: Loose, id: string): Promise<boolean> {
    const template = this.templateOf(step.template);
    const retry = this.node(run, step.name, 'Retry', 'Running');
    const unlock = template.synchronization ? await this.locked(run, retry) : () => undefined;
    try {
      for (let attempt = 0; attempt <= template.retryStrategy.limit; attempt++) {
        if (run.isOver() || this.isShutDown(run.name)) break;
        const code = await this.container(run, `${step.name}(${attempt})`, template.container, {
          'workflow.parameters.operation-id': id,
          'inputs.parameters.step': step.arguments.parameters[0].value,
        });
        if (code === 0) {
          retry.phase = 'Succeeded';
          return true;
        }
        if (code === 1) break;
        await sleep(BETWEEN_TRIES_MS);
      }
      retry.phase = 'Failed';
      return false;
    } finally {
      unlock();
      this.show(run, { phase: 'Running' });
    }
  }

  /** As Argo: the node of the retries has the lock, from before its first pod until its last try. */
  private async locked(run: Run, node: Loose): Promise<() => void> {
    const before = this.lock;
    let unlock: () => void = () => undefined;
    this.lock = new Promise<void>((resolve) => (unlock = resolve));
    if (this.held !== undefined) {
      node.phase = 'Pending';
      node.message = `Waiting for ${NAMESPACE}/Mutex/mctl-commit lock. Lock status: 0/1`;
      node.synchronizationStatus = { waiting: `${NAMESPACE}/Mutex/mctl-commit` };
      this.show(run, { phase: 'Running' });
    }
    await before;
    this.held = run.name;
    Object.assign(node, { phase: 'Running', message: undefined, synchronizationStatus: undefined });
    return () => {
      this.held = undefined;
      unlock();
    };
  }

  private async container(
    run: Run,
    displayName: string,
    container: Loose,
    values: Record<string, string>,
  ): Promise<number | null> {
    const node = this.node(run, displayName, 'Pod', 'Pending');
    const pod = `${run.name}-${displayName.replace(/\W+/g, '-')}`.slice(0, 200).replace(/-+$/, '');
    this.putPod(run, pod, node.id);
    this.show(run, { phase: 'Running' });
    const ordered = await this.before(displayName, run.name);
    if (run.isOver()) return null;
    node.phase = 'Running';
    this.show(run, { phase: 'Running' });
    const env = Object.fromEntries(container.env.map((each: Loose) => [each.name, filled(each.value, values)]));
    const { code, lines } =
      ordered?.code === undefined
        ? await this.spawn(run, container.args, env, ordered?.nodeArguments ?? [])
        : { code: ordered.code, lines: ['ordered'] };
    const output = lines.join('\n');
    mustHoldNoCredential('The output of a pod', output);
    this.ran.push({ workflow: run.name, step: displayName, code, output });
    this.api.setLog({
      namespace: NAMESPACE,
      pod,
      container: 'main',
      lines: lines.map((text) => ({ at: now(), text })),
    });
    node.phase = code === 0 ? 'Succeeded' : 'Failed';
    node.message = code === 0 ? undefined : `main: Error (exit code ${code})`;
    if (code === 0) this.api.remove({ apiVersion: 'v1', kind: 'Pod', metadata: { name: pod, namespace: NAMESPACE } });
    this.show(run, { phase: 'Running' });
    return code;
  }

  private async spawn(
    run: Run,
    args: string[],
    env: Record<string, string>,
    nodeArguments: string[],
  ): Promise<{ code: number | null; lines: string[] }> {
    const folder = mkdtempSync(join(tmpdir(), 'mctl-pod-'));
    this.folders.push(folder);
    const child = spawn(process.execPath, [...nodeArguments, join(ROOT, 'dist/cli.js'), ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, MCTL_DATA_DIR: folder, ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    run.child = child;
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => lines.push(line));
    }
    const [code] = (await once(child, 'close')) as [number | null];
    run.child = undefined;
    return { code, lines };
  }

  private async notify(run: Run, phase: string): Promise<void> {
    const { container } = this.templateOf('notify');
    await this.container(run, `${run.name}.onExit`, container, { 'workflow.name': run.name, 'workflow.status': phase });
  }

  private putPod({ name }: Run, pod: string, nodeId: string): void {
    this.api.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: pod,
        namespace: NAMESPACE,
        labels: { 'workflows.argoproj.io/workflow': name },
        annotations: { 'workflows.argoproj.io/node-id': nodeId },
      },
    });
  }

  private node(run: Run, displayName: string, type: string, phase: string): Loose {
    const id = `${run.name}-${Object.keys(run.nodes).length}`;
    const node = { id, name: `${run.name}.${displayName}`, displayName, type, phase, startedAt: now() };
    run.nodes[id] = node;
    return node;
  }

  private show(run: Run, status: Loose): void {
    const object = this.get(run.name);
    if (!object || object.metadata.uid !== run.uid) return;
    this.api.put({
      ...object,
      status: this.present({ startedAt: now(), nodes: structuredClone(run.nodes), ...status }),
    });
  }

  private isShutDown(name: string): boolean {
    return (this.get(name)?.spec as Loose)?.shutdown !== undefined;
  }

  private templateOf(name: string): Loose {
    const found = this.template.spec.templates.find((each: Loose) => each.name === name);
    if (!found) throw new Error(`template reference mctl.${name} not found`);
    return found;
  }
}

function filled(text: string, values: Record<string, string>): string {
  return text.replace(/\{\{([^}]+)\}\}/g, (_all, name: string) => values[name] ?? `{{${name}}}`);
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+/, '');
}
