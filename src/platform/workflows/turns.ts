import type { OperationRow } from '../store';

type Subject = Pick<OperationRow, 'team' | 'target'>;

/** Operations that wait, and whatever was asked for later on the same object: who came later must not be done earlier. */
export class Turns {
  private readonly waiting: Subject[] = [];

  wait(row: Subject): void {
    this.waiting.push(row);
  }

  /** Whether an earlier one on the same object waits. `row` then waits as well. */
  mustWait(row: Subject): boolean {
    const behind = this.waiting.some((earlier) => isSameObject(earlier, row));
    if (behind) this.wait(row);
    return behind;
  }
}

/** The same target, or one of the two is about the whole team (its target is the team's name). */
function isSameObject(a: Subject, b: Subject): boolean {
  if (a.target !== null && a.target === b.target) return true;
  return a.team !== null && a.team === b.team && (a.target === a.team || b.target === b.team);
}
