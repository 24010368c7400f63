import { Conflict, type Problem } from '../../platform/errors';
import type { Warning } from '../../platform/operations/plan';

/** What a service's values have against being previewed, all of it at once, and what somebody must know of the rest. */
export class Findings {
  private readonly refusals = new Map<string, Problem & { readonly why: string }>();
  private readonly notes = new Map<string, Warning>();

  /**
   * @param key where in the file, e.g. `externalSecret.data[0].remoteKey`; what was found first about a key counts.
   * @param why completes the sentence "KEY …".
   * @param got what stands there, only where it cannot be a secret.
   */
  refuse(key: string, why: string, got?: string): void {
    if (!this.refusals.has(key)) this.refusals.set(key, { field: key, why, ...(got !== undefined && { got }) });
  }

  warn(code: string, message: string): void {
    this.notes.set(`${code} ${message}`, { code, message });
  }

  get warnings(): Warning[] {
    return [...this.notes.values()];
  }

  /** @throws Conflict `preview_unsafe` that names every key. */
  throwIfAny(path: string): void {
    const refusals = [...this.refusals.values()];
    if (refusals.length === 0) return;
    const sentences = refusals.map(({ field, why }) => `${field} ${why}`);
    throw new Conflict(`A preview of this could reach production, so nothing was done. ${sentences.join('; ')}.`, {
      code: 'preview_unsafe',
      ...refusals[0],
      problems: refusals.map(({ field, got, why }) => ({ field, got, expected: `nothing that ${why}` })),
      details: { path },
      fix: `Change these keys of ${path} so that previews can do without; a preview never falls back to what production uses.`,
    });
  }
}
