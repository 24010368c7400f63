import { Inject, Injectable } from '@nestjs/common';
import { type FaultKind, isFault, type KubernetesFault } from '../../kubernetes';
import { log } from '../../logging';
import { OperationRegistry } from '../../operations/registry';
import type { OperationRow } from '../../store';
import { Handovers } from './handovers';
import { workflowName } from './workflow-name';
import { WorkflowObjects } from './workflow-objects';
import { Lateness } from './late';
import { isOfStore } from './of-store';
import { Setbacks } from './setbacks';

/** Faults of the cluster, of our access to it or of Argo: no request for another operation meets another answer. */
const OF_ALL: readonly FaultKind[] = [
  ...([
    'unreachable',
    'timeout',
    'unauthenticated',
    'throttled',
    'misconfigured',
    'not_installed',
    'malformed',
  ] as const),
];
/** Until one that the cluster refused is tried again: others go first meanwhile. */
const REFUSED_MS = 15_000;

/** Gives Argo what was accepted, in the order in which it was. */
@Injectable()
export class Submitter {
  constructor(
    @Inject(Handovers) private readonly handovers: Handovers,
    @Inject(WorkflowObjects) private readonly workflows: WorkflowObjects,
    @Inject(OperationRegistry) private readonly registry: OperationRegistry,
    @Inject(Setbacks) private readonly setbacks: Setbacks,
    @Inject(Lateness) private readonly lateness: Lateness,
  ) {}

  /** Submits all that is due. Never throws for what the cluster does: then the rest waits, and its steps say why. */
  async submitDue(isStopping: () => boolean, changed: (id: string) => void): Promise<void> {
    let fault: KubernetesFault | undefined;
    for await (const rows of this.handovers.due(new Date())) {
      for (const [index, row] of rows.entries()) {
        if (isStopping()) return;
        fault ??= await this.submitOrPut(row, changed);
        // Of a cluster that does not answer there is nothing to hear for the others either.
        if (fault) {
          await this.wait(rows.slice(index), fault, changed);
          break;
        }
      }
    }
  }

  /** @returns what keeps every other one from being submitted as well. What is this one's own trouble is dealt with. */
  private async submitOrPut(row: OperationRow, changed: (id: string) => void): Promise<KubernetesFault | undefined> {
    try {
      const fault = await this.submit(row, changed);
      if (!fault || isOfAll(fault)) return fault;
      await this.refused(row, fault, changed);
    } catch (error) {
      if (isOfStore(error)) throw error;
      log.error({ err: error, operation: row.operation, id: row.id }, 'an operation cannot be handed over to Argo');
    }
    return undefined;
  }

  private async submit(row: OperationRow, changed: (id: string) => void): Promise<KubernetesFault | undefined> {
    const operation = this.registry.find(row.operation);
    // A newer version has accepted it, and will do it.
    if (!operation) return undefined;
    try {
      const found = await this.workflows.submit(operation, row);
      // One that is on its way out, e.g. the last one of this operation: the next round finds its name free.
      if (!found || found.isGoing) return undefined;
      if (found.operationId !== row.id) {
        await this.setbacks.nameTaken(row, found.name, changed);
        return undefined;
      }
      await this.handovers.hand(row, new Date());
      log.info({ operation: row.operation, id: row.id, workflow: workflowName(row) }, 'operation handed over to Argo');
      changed(row.id);
      return undefined;
    } catch (error) {
      if (isFault(error)) return error;
      throw error;
    }
  }

  /** An admission webhook, a quota or a rule refuses this one. */
  private async refused(row: OperationRow, fault: KubernetesFault, changed: (id: string) => void): Promise<void> {
    logged(fault, { operation_id: row.id });
    if (this.lateness.isLateInTurn(row)) return this.setbacks.notSubmitted(row, fault, changed);
    await this.handovers.takeBack(row, new Date(Date.now() + REFUSED_MS), waitsFor(fault));
    changed(row.id);
  }

  private async wait(
    rows: readonly OperationRow[],
    fault: KubernetesFault,
    changed: (id: string) => void,
  ): Promise<void> {
    logged(fault, { waiting: rows.length });
    const late = rows.filter((row) => this.lateness.isLateInTurn(row));
    for (const row of late) await this.fail(row, fault, changed);
    const others = rows.filter((row) => !late.includes(row));
    await this.handovers.explain(others, waitsFor(fault));
    others.forEach(({ id }) => changed(id));
  }

  /** The branch that cannot be looked at for one keeps no other one waiting. */
  private async fail(row: OperationRow, fault: KubernetesFault, changed: (id: string) => void): Promise<void> {
    await this.setbacks.notSubmitted(row, fault, changed).catch((error: unknown) => {
      if (isOfStore(error)) throw error;
      log.warn({ err: error, operation: row.operation, id: row.id }, 'an operation cannot be ended yet');
    });
  }
}

/** Whether nothing else can be submitted either. 500 is also what a webhook that stumbles over one object makes of it. */
function isOfAll({ kind, details: { status = 503 } }: KubernetesFault): boolean {
  return OF_ALL.includes(kind) || (kind === 'failed' && status > 500);
}

function waitsFor({ message }: KubernetesFault): string {
  return `Waits for Argo Workflows: ${message} MCTL tries again by itself.`;
}

function logged({ kind, details, message }: KubernetesFault, facts: object): void {
  log.warn({ fault: kind, status: details.status, detail: details.detail, ...facts }, message);
}
