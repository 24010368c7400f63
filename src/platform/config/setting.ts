import type { z } from 'zod';

/** One environment variable: its rule, its default and what a reader of `.env.example` must know. */
export interface Setting<T = unknown> {
  readonly name: string;
  readonly schema: z.ZodType<T>;
  /** As it would be written in the environment; `undefined` where the program finds one itself. */
  readonly fallback?: string;
  readonly help: string;
  readonly example?: string;
  /** Whether messages may repeat what was given: never of a secret, nor of a URL, which may hold one. */
  readonly isShown?: boolean;
  /** The value itself is a secret: whatever lists the settings shows only whether there is one. */
  readonly isSecret?: boolean;
}

export function setting<T>(
  name: string,
  schema: z.ZodType<T>,
  options: { fallback?: string; help: string; example?: string },
): Setting<T> {
  return { name, schema, ...options };
}

/** A setting whose value is no secret and no URL, so that a message may repeat it. */
export function plainSetting<T>(...[name, schema, options]: Parameters<typeof setting<T>>): Setting<T> {
  return { ...setting(name, schema, options), isShown: true };
}

/** A setting that holds a credential, whatever its form. */
export function secretSetting<T>(...[name, schema, options]: Parameters<typeof setting<T>>): Setting<T> {
  return { ...setting(name, schema, options), isSecret: true };
}
