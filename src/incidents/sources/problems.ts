import type { z } from 'zod';
import type { Problem } from '../../platform/errors';
import { foreignLine } from '../../platform/text/foreign-text';

/** What is wrong with a payload, each with the path of its field, e.g. `alerts[3].labels`. Values are not repeated. */
export function problemsOf({ issues }: z.ZodError, parent = ''): Problem[] {
  return issues.slice(0, 5).map(({ path, message }) => ({
    field: foreignLine(`${parent}${fieldOf(path, parent === '')}`, 200),
    expected: message,
  }));
}

function fieldOf(path: readonly PropertyKey[], isTop: boolean): string {
  const parts = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return isTop ? parts.replace(/^\./, '') || 'body' : parts;
}
