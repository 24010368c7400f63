import { isPlain } from '../../platform/gitops';
import { below, type Rewrite, type RewriteContext, unknownShape } from './rewrite';

const CLUSTER_ISSUER = 'cert-manager.io/cluster-issuer';
/** Annotations by which controllers serve further names, whatever the rules say. */
const NAMES_HOSTS = /hostname|alias|common-name|alt-names|domain|server-snippet/i;
/** A namespaced issuer is in production's namespace; the preview uses the platform's. */
const ISSUER = /^cert-manager\.io\/(?:cluster-)?issuer/;
const SMELLS = /secret|vault|credential|password|token/i;

/**
 * `ingress`: the preview's own host with its own certificate and nothing else. What was closed stays closed, and whatever asks before
 * each request (forwardAuth, middlewares) goes on asking.
 */
export const ingress: Rewrite = (value, context) => {
  if (!isPlain(value)) return unknownShape(value, context);
  const { host: _host, hosts: _hosts, tls: _tls, annotations, ...rest } = value;
  if (value.enabled !== true) return rest;
  const { about } = context;
  return {
    ...rest,
    hosts: [about.host],
    annotations: annotationsOf(annotations, below(context, 'annotations')),
    tls: [{ secretName: `${about.service}-${about.id}-tls`, hosts: [about.host] }],
  };
};

function annotationsOf(value: unknown, context: RewriteContext): unknown {
  const issuer = { [CLUSTER_ISSUER]: context.about.clusterIssuer };
  if (value === undefined || value === null) return issuer;
  if (!isPlain(value)) return unknownShape(value, context);
  const entries = Object.entries(value).filter(([key, text]) => isKept(key, text, context));
  return { ...Object.fromEntries(entries), ...issuer };
}

function isKept(key: string, text: unknown, context: RewriteContext): boolean {
  if (ISSUER.test(key)) return false;
  if (SMELLS.test(key)) {
    context.findings.refuse(`${context.key}["${key}"]`, 'may lead to a secret of production');
    return false;
  }
  const namesHost = NAMES_HOSTS.test(key) || listsHost(String(text), context.about.hosts);
  if (namesHost) {
    context.findings.warn('annotation_dropped', `The annotation ${key} is about hosts of production and was left out.`);
  }
  return !namesHost;
}

function listsHost(text: string, hosts: readonly string[]): boolean {
  return text.split(/[\s,;]+/).some((word) => hosts.includes(word.toLowerCase()));
}
