const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `Duration` of the tool contract. */
export const DURATION_PATTERN = /^[0-9]{1,9}(s|m|h|d)$/;

/** Milliseconds of `30s`, `10m`, `1h`, `7d`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const unit = DURATION_PATTERN.test(text) ? UNITS[text.slice(-1)] : undefined;
  return unit === undefined ? undefined : Number(text.slice(0, -1)) * unit;
}
