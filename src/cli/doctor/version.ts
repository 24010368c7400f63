/** Numbers of a version, e.g. `[2, 39, 5]`. */
export type Version = readonly number[];

/** The first version in a text such as `git version 2.39.5 (Apple Git-154)` or `v22.12.0`; undefined where there is none. */
export function versionIn(text: string): Version | undefined {
  return /\d+(?:\.\d+)+/.exec(text)?.[0].split('.').map(Number);
}

export function isAtLeast(version: Version, least: Version): boolean {
  for (let index = 0; index < least.length; index += 1) {
    const difference = (version[index] ?? 0) - (least[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/**
 * Whether a version is in a range as `engines` of package.json has it: `^20.19 || >=22.12`.
 * @throws TypeError for a range of another form: it must not pass by not being understood.
 */
export function isInRange(version: Version, range: string): boolean {
  return range.split('||').some((part) => {
    const [, sign, text = ''] = /^\s*(\^|>=)(\d+(?:\.\d+)*)\s*$/.exec(part) ?? [];
    if (sign === undefined) throw new TypeError(`engines has a range that is not understood: ${part.trim()}`);
    const least = text.split('.').map(Number);
    return isAtLeast(version, least) && (sign === '>=' || version[0] === least[0]);
  });
}
