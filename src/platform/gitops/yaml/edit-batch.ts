import { appendEntries } from './append-entries';
import { blockStyle } from './block-style';
import { areApart, type Change, joined, reaches, withSet } from './change';
import { deleteEntry } from './delete-entry';
import { type OpenedYaml, openYaml } from './parse-yaml';
import { planEdit } from './plan-edit';
import { blockLines, type BlockStyle } from './render-yaml';
import { replaceValue } from './replace-value';
import { findTrail, type Slot } from './slot';
import { applySplices, insertLines, type Splice } from './source-text';
import { YamlEditError } from './yaml-errors';
import { showPath, type YamlEdit } from './yaml-value';

/**
 * Edits of one document, made in order. Parsing costs most, so changes that keep out of each other's way wait and are
 * made together on one parse; the text is the one they would give one after another.
 */
export class EditBatch {
  private waiting: Change[] = [];

  constructor(private text: string) {}

  /** Throws YamlEditError where the edit would reach further than the place it names. */
  add(edit: YamlEdit): void {
    if (this.takeUp(edit)) return;
    if (this.waiting.some((change) => reaches(change, edit.path))) this.make();
    let changes = planEdit(openYaml(this.text), edit);
    if (!changes.every((change) => this.fits(change))) {
      this.make();
      changes = planEdit(openYaml(this.text), edit);
    }
    for (const change of changes) this.push(change);
  }

  /** The text with all edits made. */
  finish(): string {
    this.make();
    return this.text;
  }

  /** Sets below something that is only about to be written: it is written that way at once. */
  private takeUp(edit: YamlEdit): boolean {
    return 'set' in edit && this.exchange((change) => withSet(change, edit.path, edit.set));
  }

  private push(change: Change): void {
    if (this.exchange((other) => joined(other, change))) return;
    if (!this.fits(change)) this.make();
    this.waiting.push(change);
  }

  private fits(change: Change): boolean {
    return this.waiting.every((other) => joined(other, change) !== undefined || areApart(other, change));
  }

  private exchange(by: (change: Change) => Change | undefined): boolean {
    for (const [index, change] of this.waiting.entries()) {
      const other = by(change);
      if (!other) continue;
      this.waiting[index] = other;
      return true;
    }
    return false;
  }

  private make(): void {
    const changes = this.waiting;
    this.waiting = [];
    if (changes.length > 0) this.text = textWith(openYaml(this.text), changes);
  }
}

/** One after another where together they get in each other's way after all, e.g. on a last line without line ending. */
function textWith(opened: OpenedYaml, changes: readonly Change[]): string {
  try {
    return applyTogether(opened, changes);
  } catch (error) {
    const [first, ...others] = changes;
    if (!(error instanceof YamlEditError) || !first || others.length === 0) throw error;
    const text = applyTogether(opened, [first]);
    return others.reduce((result, change) => applyTogether(openYaml(result), [change]), text);
  }
}

function applyTogether(opened: OpenedYaml, changes: readonly Change[]): string {
  const style = blockStyle(opened.root);
  // Of two insertions at one place the inner one comes first.
  const inwards = [...changes].sort((left, right) => right.path.length - left.path.length);
  return applySplices(
    opened.source,
    inwards.flatMap((change) => changeSplices(opened, change, style)),
  );
}

function changeSplices(opened: OpenedYaml, change: Change, style: BlockStyle): Splice[] {
  const { source } = opened;
  const { slots, slot } = findTrail(opened, change.path);
  assertNotShared(opened, slots);
  if (change.kind === 'append') return appendEntries(source, slot, change.entries, style);
  if (change.kind === 'delete') return deleteEntry(source, slots.at(-2) ?? slot, slot);
  if (opened.root === null) return [insertLines(source, source.length, blockLines(change.value, style))];
  return replaceValue(source, slot, change.value, style);
}

function assertNotShared({ shared }: OpenedYaml, slots: readonly Slot[]): void {
  const found = slots.find(({ node }) => node !== null && shared.has(node));
  if (!found) return;
  throw new YamlEditError(
    `${showPath(found.path)} has an anchor that an alias uses: the edit would change both places`,
  );
}
