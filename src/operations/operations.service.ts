import { Inject, Injectable } from '@nestjs/common';
import { Access } from '../platform/auth/access';
import type { Actor } from '../platform/auth/actor';
import { AuditQuery } from '../platform/audit/audit-query';
import { parseDuration } from '../platform/config';
import { OperationRegistry } from '../platform/operations/registry';
import { fitting, paginate, readCursor, untrusted, writeCursor } from '../platform/schema';
import { CALLERS } from './callers';
import { readCount } from './cursor';
import { teamScope } from './team-scope';
import { describeOperation, operationItem } from './describe-operation';
import type {
  AuditItem,
  AuditList,
  GetOperationInput,
  ListOperationsInput,
  ListRecentOperationsInput,
  OperationAnswer,
  OperationList,
} from './operations.dto';
import type { AuditRow } from '../platform/store';

@Injectable()
export class OperationsService {
  constructor(
    @Inject(OperationRegistry) private readonly registry: OperationRegistry,
    @Inject(AuditQuery) private readonly audit: AuditQuery,
    @Inject(Access) private readonly access: Access,
  ) {}

  list(_actor: Actor, input: ListOperationsInput): OperationList {
    return paginate(this.registry.all().map(operationItem), input, ({ name }) => name);
  }

  /** @throws NotFound that lists the operations there are. */
  get(_actor: Actor, { operation }: GetOperationInput): OperationAnswer {
    return describeOperation(this.registry.get(operation));
  }

  /** Audit entries of the caller's teams, newest first; refused calls too. */
  async recent(actor: Actor, input: ListRecentOperationsInput): Promise<AuditList> {
    const rows = await this.audit.list({
      ...(await teamScope(this.access, actor, input.team)),
      actor: input.actor,
      operation: input.operation,
      event: input.status,
      notBefore: input.since ? new Date(Date.now() - (parseDuration(input.since) ?? 0)) : undefined,
      before: input.cursor ? readCount(readCursor(input.cursor)) : undefined,
      limit: input.limit + 1,
    });
    const items = fitting(rows.slice(0, input.limit).map(auditItem), (item) => item);
    const last = items.at(-1);
    return {
      untrusted: untrusted(CALLERS, { fields: ['items[].reason', 'items[].through'] }),
      items,
      count: items.length,
      next_cursor: rows.length > items.length && last ? writeCursor(String(last.seq)) : null,
    };
  }
}

function auditItem(row: AuditRow): AuditItem {
  return {
    seq: row.seq,
    at: row.at,
    operation: row.operation,
    status: row.event,
    actor: row.actor,
    team: row.team,
    target: row.target,
    through: row.client ? `${row.door} (${row.client})` : row.door,
    reason: row.reason,
    code: row.code,
    workflow: row.workflow,
    commit: row.commit,
  };
}
