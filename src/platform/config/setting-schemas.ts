import { z } from 'zod';
import { parseDuration } from './duration';

/** Forms that several settings have. */
export const integer = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${minimum} to ${maximum}`)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, `must be a whole number from ${minimum} to ${maximum}`);
export const flag = z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true');
export const optionalText = z.string().transform((value) => value || undefined);
export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
export const duration = z.string().transform((value, context) => {
  const milliseconds = parseDuration(value);
  if (milliseconds === undefined) context.addIssue('must be a duration such as 30s, 10m, 1h or 7d');
  return milliseconds ?? 0;
});
export const durationBetween = (least: string, most: string) =>
  duration.refine(
    (milliseconds) => milliseconds >= (parseDuration(least) ?? 0) && milliseconds <= (parseDuration(most) ?? 0),
    `must be from ${least} to ${most}`,
  );
/** An http(s) URL, as it is: whoever makes it optional says so. */
export const webUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' });
/** One that requests are sent below. */
export const isPlainUrl = [
  (value: string) => !/[?#]|^[^/]*\/\/[^/]*@/.test(value),
  'must be without credentials, query and fragment',
] as const;
export const withoutSlash = (url: string) => url.replace(/\/+$/, '');

/** One label of a domain name, as part of a pattern. */
export const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
export const domain = z
  .string()
  .regex(new RegExp(`^${label}(\\.${label})*$`), 'must be a lower-case domain name such as apps.example.org');
