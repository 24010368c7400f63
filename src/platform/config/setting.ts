import type { z } from 'zod';

/** One environment variable: its rule, its default and what a reader of `.env.example` must know. */
export interface Setting<T = unknown> {
  readonly name: string;
  readonly schema: z.ZodType<T>;
  /** As it would be written in the environment; `undefined` where the program finds one itself. */
  readonly fallback?: string;
  readonly help: string;
  readonly example?: string;
}

export function setting<T>(
  name: string,
  schema: z.ZodType<T>,
  options: { fallback?: string; help: string; example?: string },
): Setting<T> {
  return { name, schema, ...options };
}
