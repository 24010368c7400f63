import { oneLine } from '../../platform/text/one-line';
import { maskCredentials } from '../../platform/text/secrets';
import type { CheckResult, Status } from './check';

const MARKS: Record<Status, string> = { ok: 'ok', warning: 'warning', failed: 'FAILED', skipped: 'skipped' };
const MARK_WIDTH = 9;
const INDENT = ' '.repeat(MARK_WIDTH + 2);

/** Whether MCTL can work: nothing failed. Warnings do not count. */
export function isHealthy(results: readonly CheckResult[]): boolean {
  return results.every(({ status }) => status !== 'failed');
}

/** For people: a line each, the way out below it, and a sum at the end. */
export function renderText(results: readonly CheckResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const blocks = results.flatMap(({ name, status, found, fix, lines = [] }) => [
    `${MARKS[status].padEnd(MARK_WIDTH)}${name.padEnd(width)}  ${shown(found)}`,
    ...lines.map((line) => `${INDENT}- ${shown(line)}`),
    ...(fix === undefined ? [] : [`${INDENT}fix: ${shown(fix)}`]),
  ]);
  return [...blocks, '', sum(results), ''].join('\n');
}

/** For programs: `{ok, checks: [{name, status, found, fix, details?}]}`; `fix` is null where there is nothing to do. */
export function renderJson(results: readonly CheckResult[]): string {
  const checks = results.map(({ name, status, found, fix, details }) => ({
    name,
    status,
    found,
    fix: fix ?? null,
    ...(details && { details }),
  }));
  const clean = (_key: string, value: unknown): unknown => (typeof value === 'string' ? shown(value) : value);
  return `${JSON.stringify({ ok: isHealthy(results), checks }, clean, 2)}\n`;
}

/** Paths, branch names and git's words were written by others: they forge no line, steer no terminal and show no credential. */
function shown(text: string): string {
  return oneLine(maskCredentials(text));
}

function sum(results: readonly CheckResult[]): string {
  const count = (status: Status): number => results.filter((result) => result.status === status).length;
  const warnings = count('warning');
  return (
    `${results.length} checks: ${count('ok')} ok, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}, ` +
    `${count('failed')} failed, ${count('skipped')} skipped.`
  );
}
