import { InvalidInput } from '../errors';
import type { FieldSpec } from './field-spec';
import { Integer, ListOf, Text } from './fields';

/** Characters of a page's items, about 18,000 tokens: the largest clients cut at 25,000, and take text and structure for one. */
const PAGE_SIZE = 72_000;

/** What every list takes. */
export class PageArguments {
  @Integer({ minimum: 1, maximum: 200, default: 50, description: 'Most items to answer.', brief: 'Most items.' })
  limit: number;

  @Text({ optional: true, maxLength: 500, description: 'next_cursor of the page before.', brief: 'next_cursor.' })
  cursor?: string;
}

export interface Page<T> {
  items: T[];
  count: number;
  next_cursor: string | null;
}

/** Base of a list's answer class: `class XList extends pageOf(object(() => X)) {}`. */
export function pageOf<T>(items: FieldSpec): new () => Page<T> {
  class PageAnswer {
    @ListOf(items, { asked: true }) items: T[];
    @Integer({ description: 'Items on this page.' }) count: number;
    @Text({ nullable: true }) next_cursor: string | null;
  }
  return PageAnswer;
}

/**
 * One page of a list that is sorted ascending by `keyOf`; no more of it is asked for than the page needs. The cursor holds the last
 * key: items that come and go in between shift nothing.
 * @throws InvalidInput for a cursor that is not ours.
 */
export function paginate<T>(
  sorted: Iterable<T>,
  { limit, cursor }: PageArguments,
  keyOf: (item: T) => string,
): Page<T> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const items: T[] = [];
  let size = 0;
  for (const item of sorted) {
    if (after !== undefined && keyOf(item) <= after) continue;
    const last = items.at(-1);
    size += sizeOf(item);
    if (last !== undefined && (items.length === limit || size > PAGE_SIZE)) {
      return { items, count: items.length, next_cursor: writeCursor(keyOf(last)) };
    }
    items.push(item);
  }
  return { items, count: items.length, next_cursor: null };
}

/**
 * As many from the start as one answer holds, and never none: a page that is cut has a next one, where a client that cuts has not.
 * @param shown what the answer makes of an item.
 */
export function fitting<T>(items: readonly T[], shown: (item: T) => unknown): T[] {
  let size = 0;
  const end = items.findIndex((item, index) => (size += sizeOf(shown(item))) > PAGE_SIZE && index > 0);
  return items.slice(0, end === -1 ? items.length : end);
}

function sizeOf(item: unknown): number {
  return JSON.stringify(item).length;
}

export function writeCursor(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

/** @throws InvalidInput for anything that `writeCursor` did not write. */
export function readCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (key !== '' && writeCursor(key) === cursor) return key;
  throw new InvalidInput('cursor is not valid.', {
    field: 'cursor',
    expected: 'next_cursor of the page before',
    fix: 'Leave cursor out to start again.',
  });
}
