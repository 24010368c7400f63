import type { WarningItem } from '../platform/operations/answer.dto';
import { wordsOf } from '../platform/dns';
import type { DomainCheckRow } from '../platform/store';
import type { Domain } from '../platform/gitops';
import type { DomainItem } from './domains.dto';

/** What somebody should look after, of one line of the list. */
export function warningsOf(item: DomainItem, check: DomainCheckRow | undefined, file?: Domain): WarningItem[] {
  const { domain, service, kind } = item;
  if (kind === 'unregistered') return [unregistered(domain, service)];
  if (kind === 'generated') return [];
  return [...ofFile(item, file), ...(check ? ofCheck(item, check) : [])];
}

function ofCheck({ domain, service }: DomainItem, check: DomainCheckRow): WarningItem[] {
  return [
    ...(check.missing_since === null ? [] : [vanished(domain, service, check.missing_since)]),
    ...(check.trouble_since === null ? [] : [unknown(domain, check.trouble_since, check.trouble)]),
  ];
}

function vanished(domain: string, service: string, since: string): WarningItem {
  const message = `The proof of ${domain} has been missing from DNS since ${since}; the domain stays on ${service}. Make the TXT record again (mctl_verify_domain shows it), or remove the domain if it is no longer yours.`;
  return { code: 'proof_missing', message };
}

function unknown(domain: string, since: string, trouble: string | null): WarningItem {
  const why = trouble === null ? '' : `: ${wordsOf(trouble as Parameters<typeof wordsOf>[0])}`;
  return {
    code: 'dns_trouble',
    message: `Since ${since} DNS has not said whether ${domain} is still proved${why}. Nothing follows from it for the proof itself.`,
  };
}

function unregistered(domain: string, service: string): WarningItem {
  const message = `${domain} was written into the file of ${service} by hand: nobody proved it, and nobody watches its DNS record. mctl_add_custom_domain registers it.`;
  return { code: 'unregistered_host', message };
}

/** What the registration's file says, and what the repository has become since. */
function ofFile({ domain, cname }: DomainItem, file: Domain | undefined): WarningItem[] {
  const isAmbiguous = file?.proof?.method === 'cname' && cname?.is_proof === false;
  return [
    ...(file?.unknownStatus === undefined ? [] : [unknownStatus(domain)]),
    ...(isAmbiguous ? [ambiguous(domain, cname.value)] : []),
  ];
}

function unknownStatus(domain: string): WarningItem {
  const message = `The file of ${domain} says a status that MCTL does not know, so it counts as pending. A person has to write pending or active.`;
  return { code: 'unknown_status', message };
}

function ambiguous(domain: string, target: string): WarningItem {
  const message = `${domain} was proved by a CNAME to ${target}, which could be another team’s as well by now. The proof of then goes on to count; a new one needs the TXT record.`;
  return { code: 'cname_ambiguous', message };
}
