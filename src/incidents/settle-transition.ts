import { Inject, Injectable } from '@nestjs/common';
import type { Settled } from '../platform/operations/parts';
import type { IncidentRow, StoreTransaction } from '../platform/store';
import type { IncidentEvent } from './incident-parts';
import { IncidentRecorder } from './incident-recorder';
import type { AcknowledgeIncidentInput, ResolveIncidentInput } from './incidents.dto';
import { incidentIn } from './transition.plan';
import type { Transition } from './transitions.policy';
import { foreignText } from '../platform/text/foreign-text';
import { LIMITS } from './incident';

/**
 * Writes what was asked for in the transaction that ends its operation. Where somebody else was faster, e.g. the alert's own end, the
 * incident stays as they left it: the commit is on the branch, and nothing may fail here any more.
 */
@Injectable()
export class SettleTransition {
  constructor(@Inject(IncidentRecorder) private readonly recorder: IncidentRecorder) {}

  acknowledge(transaction: StoreTransaction, settled: Settled<AcknowledgeIncidentInput>): Promise<void> {
    const { actor, at } = whoAndWhen(settled);
    return this.move(transaction, settled, 'acknowledge', { acknowledged_by: actor, acknowledged_at: at });
  }

  resolve(transaction: StoreTransaction, settled: Settled<ResolveIncidentInput>): Promise<void> {
    const { actor, at } = whoAndWhen(settled);
    const resolution = settled.input.resolution ? foreignText(settled.input.resolution, LIMITS.resolution) : null;
    return this.move(transaction, settled, 'resolve', { resolved_by: actor, resolved_at: at, resolution });
  }

  private async move(
    transaction: StoreTransaction,
    settled: Settled<AcknowledgeIncidentInput>,
    transition: Transition,
    change: Partial<IncidentRow>,
  ): Promise<void> {
    const { row } = settled;
    const id = incidentIn(row.target);
    if (id === undefined) return;
    const { actor, at } = whoAndWhen(settled);
    const event: IncidentEvent = {
      at,
      event: transition === 'resolve' ? 'resolved' : 'acknowledged',
      actor,
      text: row.reason ?? change.resolution ?? null,
      operation_id: row.id,
    };
    await this.recorder.move(transaction, id, { transition, change, event });
  }
}

function whoAndWhen({ row, at }: Settled<AcknowledgeIncidentInput>): { actor: string; at: string } {
  return { actor: row.actor, at: at.toISOString() };
}
