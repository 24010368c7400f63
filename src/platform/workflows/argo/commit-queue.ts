import { Inject, Injectable } from '@nestjs/common';
import { OPEN } from '../../operations/operation-store';
import { type OperationRow, type RowExpression, type Stage, Store } from '../../store';

export const COMMITTING: readonly Stage[] = ['commit', 'continue'];

/** The order of commits on one object, for processes that each take one of them. */
@Injectable()
export class CommitQueue {
  constructor(@Inject(Store) private readonly store: Store) {}

  /**
   * What has to be committed before this operation, or it itself: the tag that was asked for last must be the one that stays. The same object is the same
   * target, or one of the two is about the whole team (as in `Turns`).
   */
  first({ id, team, target }: OperationRow): Promise<OperationRow | undefined> {
    return this.store.db
      .selectFrom('operations')
      .selectAll()
      .where('status', 'in', OPEN)
      .where('stage', 'in', COMMITTING)
      .where('id', '<=', id)
      .where((row) => row.or([row('id', '=', id), row('target', '=', target), isWholeTeam(row, team, target)]))
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
  }
}

function isWholeTeam(row: RowExpression<'operations'>, team: string | null, target: string | null) {
  const isEither = row.or([row('target', '=', team), ...(team !== null && target === team ? [row.lit(true)] : [])]);
  return row.and([row('team', '=', team), isEither]);
}
