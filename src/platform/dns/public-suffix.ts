import { parse } from 'tldts';

export interface SuffixFacts {
  /** What registries give names below, e.g. `co.uk`, or `github.io`, whose owner does the same; undefined where the list has none. */
  readonly suffix: string | undefined;
  /** The suffix and one label; undefined for a bare suffix. */
  readonly registrable: string | undefined;
}

/** What the Public Suffix List (publicsuffix.org, as of the version of package `tldts`) says of a host, private section included. */
export function suffixFacts(host: string): SuffixFacts {
  const { publicSuffix, domain, isIcann, isPrivate } = parse(host, {
    allowPrivateDomains: true,
    validateHostname: false,
    extractHostname: false,
  });
  const isKnown = isIcann === true || isPrivate === true;
  return { suffix: isKnown ? (publicSuffix ?? undefined) : undefined, registrable: domain ?? undefined };
}
