import { isIP } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';
import { suffixFacts } from '../platform/dns';
import { InvalidInput } from '../platform/errors';
import type { PlatformFacts } from '../platform/gitops';

/** A host in both of its forms. */
export interface Host {
  /** A-labels, as DNS, manifests and the name of its file have it: `xn--mller-kva.example`. */
  readonly ascii: string;
  /** As people write it: `müller.example`. The same as `ascii` where there is nothing to write otherwise. */
  readonly unicode: string;
}

/** RFC 1035 §2.3.4. */
const LONGEST_NAME = 253;
const LONGEST_LABEL = 63;
/** RFC 1123 §2.1: letters, digits and inner hyphens. */
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

const EXPECTED = 'a lower-case host name such as shop.example.org, without scheme, port, path, wildcard and final dot';

/**
 * Reads a host as people write it; IDN becomes A-labels (UTS 46).
 * @throws InvalidInput `bad_domain` for what is no host name: an IP address, a single label, a wildcard, capitals, a label that DNS does not take.
 */
export function hostFrom(text: string): Host {
  const plain = text.toLowerCase().replace(/\.$/, '');
  if (plain !== text) throw bad(text, 'it is not lower-case, or ends in a dot', `Write ${plain}.`);
  const ascii = domainToASCII(text);
  const fault = faultOf(text, ascii);
  if (fault !== undefined) throw bad(text, fault, 'Give the host alone, such as shop.example.org.');
  return { ascii, unicode: domainToUnicode(ascii) };
}

/** A host as somebody wrote it into a file, in both of its forms. */
export function hostInFile(ascii: string): Host {
  return { ascii, unicode: domainToUnicode(ascii) || ascii };
}

function faultOf(text: string, ascii: string): string | undefined {
  if (text.includes('*')) return 'wildcards are not supported: each host is proved on its own';
  // Also `127.1` and `0x7f000001`, which browsers read as addresses.
  if (isIP(text) !== 0 || isIP(ascii) !== 0) return 'it is an IP address';
  if (ascii === '') return 'it is no valid name (IDNA, UTS 46)';
  if (!ascii.includes('.')) return 'it is a single label, not a fully qualified name';
  if (ascii.length > LONGEST_NAME) return `it has ${ascii.length} characters; DNS allows ${LONGEST_NAME}`;
  const labels = ascii.split('.');
  const long = labels.find((label) => label.length > LONGEST_LABEL);
  if (long !== undefined) return `a label has ${long.length} characters; DNS allows ${LONGEST_LABEL}`;
  const wrong = labels.find((label) => !LABEL.test(label));
  return wrong === undefined ? undefined : 'a label is empty, or not made of letters, digits and inner hyphens';
}

function bad(text: string, fault: string, fix: string): InvalidInput {
  return new InvalidInput(`domain is not a host name that can be used here: ${fault}.`, {
    code: 'bad_domain',
    field: 'domain',
    got: text,
    expected: EXPECTED,
    fix,
  });
}

/**
 * @throws InvalidInput `platform_domain` for the platform’s own names, `public_suffix` for names that belong to a registry or to
 * nobody: for a host there, nobody’s DNS record proves anything.
 */
export function requireRegistrable({ ascii }: Host, platform: Pick<PlatformFacts, 'domain' | 'previewDomain'>): void {
  const own = [platform.domain, platform.previewDomain].find((domain) => domain && isWithin(ascii, domain));
  if (own !== undefined) {
    throw new InvalidInput(`${ascii} belongs to the platform’s own domain ${own}.`, {
      code: 'platform_domain',
      field: 'domain',
      got: ascii,
      expected: 'a host of a domain that your team controls',
      fix: `Hosts below ${own} are generated; every service with an ingress has one already.`,
    });
  }
  const { suffix, registrable } = suffixFacts(ascii);
  if (suffix !== undefined && registrable !== undefined) return;
  const why = suffix === undefined ? 'its ending is no public suffix' : `${suffix} is a public suffix itself`;
  throw new InvalidInput(`${ascii} cannot be a custom domain: ${why}.`, {
    code: 'public_suffix',
    field: 'domain',
    got: ascii,
    expected: 'a name below a suffix of the Public Suffix List, such as example.org or shop.example.co.uk',
    fix: 'Give a host of a domain that is registered in public DNS.',
  });
}

/** The domain itself, or a name below it. */
export function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

/** Where a zone most likely begins: there DNS allows no CNAME (RFC 1034 §3.6.2). */
export function isApex({ ascii }: Host): boolean {
  return suffixFacts(ascii).registrable === ascii;
}
