import { Inject, Injectable } from '@nestjs/common';
import { type KubernetesFault, isFault } from '../../kubernetes';
import { log } from '../../logging';
import { OperationRegistry } from '../../operations/registry';
import type { OperationRow } from '../../store';
import { Handovers } from './handovers';
import { workflowName } from './workflow-name';
import { WorkflowObjects } from './workflow-objects';
import { isLate } from './late';
import { Config } from '../../config';
import { Setbacks } from './setbacks';

/** Gives Argo what was accepted, in the order in which it was. */
@Injectable()
export class Submitter {
  constructor(
    @Inject(Handovers) private readonly handovers: Handovers,
    @Inject(WorkflowObjects) private readonly workflows: WorkflowObjects,
    @Inject(OperationRegistry) private readonly registry: OperationRegistry,
    @Inject(Setbacks) private readonly setbacks: Setbacks,
    @Inject(Config) private readonly config: Config,
  ) {}

  /** Submits all that is due. Never throws for what the cluster does: then the rest waits, and its steps say why. */
  async submitDue(isStopping: () => boolean, changed: (id: string) => void): Promise<void> {
    const rows = await this.handovers.due(new Date());
    for (const [index, row] of rows.entries()) {
      if (isStopping()) return;
      const fault = await this.submit(row, changed);
      // Of a cluster that does not answer there is nothing to hear for the others either.
      if (fault) return this.wait(rows.slice(index), fault, changed);
    }
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

  private async wait(
    rows: readonly OperationRow[],
    fault: KubernetesFault,
    changed: (id: string) => void,
  ): Promise<void> {
    const { kind, details, message } = fault;
    log.warn({ fault: kind, status: details.status, detail: details.detail, waiting: rows.length }, message);
    const now = Date.now();
    const late = rows.filter((row) => isLate(row, this.config.values.workflowDeadline, now));
    for (const row of late) await this.setbacks.notSubmitted(row, fault, changed);
    const others = rows.filter((row) => !late.includes(row));
    await this.handovers.explain(others, `Waits for Argo Workflows: ${message} MCTL tries again by itself.`);
    others.forEach(({ id }) => changed(id));
  }
}
