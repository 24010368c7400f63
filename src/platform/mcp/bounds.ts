import type { Request } from 'express';
import type { AccessRule } from '../auth/access-rule';
import { InvalidInput, NotAllowed } from '../errors';
import { viaOf } from '../http/via';
import { maskCredentials } from '../text/secrets';
import { CORE, isToolset, type ToolGroup, type Toolset, TOOLSETS } from './toolsets';

/** What may be used of all that a caller's role opens. */
export interface Bounds {
  /** Absent: all of them. */
  readonly toolsets?: ReadonlySet<Toolset>;
  readonly isReadOnly: boolean;
}

/** What the query of `/mcp` may name. */
const QUERY_NAMES: readonly string[] = ['readonly', 'toolsets'];
const FLAGS: Readonly<Record<string, boolean>> = { '': true, true: true, false: false };

/** A request is asked for them at every layer. */
const read = new WeakMap<Request, Bounds>();

/**
 * What a connection asks to be narrowed to: `?toolsets=a,b` and `?readonly` of `/mcp`, and at both doors the headers `X-MCTL-Toolsets`
 * and `X-MCTL-Readonly`. All hold together, so that none can give back what another took.
 * @throws InvalidInput for what it cannot read: a bound that was misspelt must not be a bound that is not there.
 */
export function boundsOf(request: Request): Bounds {
  const known = read.get(request);
  if (known) return known;
  const bounds = readBounds(request);
  read.set(request, bounds);
  return bounds;
}

function readBounds(request: Request): Bounds {
  const query = viaOf(request).door === 'mcp' ? knownOf(request.query) : {};
  return [
    toolsetsIn(query.toolsets, 'toolsets'),
    toolsetsIn(request.headers['x-mctl-toolsets'], 'X-MCTL-Toolsets'),
    flagIn(query.readonly, 'readonly'),
    flagIn(request.headers['x-mctl-readonly'], 'X-MCTL-Readonly'),
  ].reduce(narrowest);
}

/** @throws InvalidInput for a name that is no bound. */
function knownOf(query: Request['query']): Request['query'] {
  const unknown = Object.keys(query).find((name) => !QUERY_NAMES.includes(name));
  if (unknown === undefined) return query;
  throw new InvalidInput('The address of this connection has a parameter that is not known.', {
    field: 'query',
    got: `"${maskCredentials(unknown).slice(0, 40)}"`,
    allowed: QUERY_NAMES,
    fix: 'Correct the address in the client, as in /mcp?toolsets=services&readonly.',
  });
}

/** What both permit. */
export function narrowest(one: Bounds, other: Bounds): Bounds {
  const isReadOnly = one.isReadOnly || other.isReadOnly;
  if (!one.toolsets || !other.toolsets) return { isReadOnly, toolsets: one.toolsets ?? other.toolsets };
  const { toolsets } = other;
  return { isReadOnly, toolsets: new Set([...one.toolsets].filter((name) => toolsets.has(name))) };
}

/** Closed by default: what is in no group is outside of any bound. */
export function isWithin(bounds: Bounds, group: ToolGroup | undefined, kind: AccessRule['kind']): boolean {
  return (!bounds.isReadOnly || kind === 'read') && isInToolsets(bounds, group);
}

/** @throws NotAllowed which says what bounds the call and where that is changed. */
export function mustBeWithin(bounds: Bounds, group: ToolGroup | undefined, { kind, name }: AccessRule): void {
  if (isWithin(bounds, group, kind)) return;
  if (isInToolsets(bounds, group)) {
    throw new NotAllowed(`${name} changes something, and this connection is read-only.`, {
      code: 'read_only',
      fix: 'Use a connection without readonly and X-MCTL-Readonly; who runs the client sets it.',
    });
  }
  throw new NotAllowed(`${name} is not among the toolsets of this connection.`, {
    code: 'outside_toolsets',
    got: group ?? 'no toolset',
    allowed: [...(bounds.toolsets ?? [])].sort(),
    fix: 'Use what tools/list shows. MCTL_TOOLSETS, toolsets of the address and X-MCTL-Toolsets bound it together.',
  });
}

function isInToolsets({ toolsets }: Bounds, group: ToolGroup | undefined): boolean {
  return !toolsets || group === CORE || (group !== undefined && toolsets.has(group));
}

function toolsetsIn(given: unknown, field: string): Bounds {
  if (given === undefined) return { isReadOnly: false };
  const names = typeof given === 'string' ? given.split(',').map((name) => name.trim()) : [];
  const unknown = names.find((name) => !isToolset(name));
  if (names.length > 0 && unknown === undefined) {
    return { isReadOnly: false, toolsets: new Set(names.filter(isToolset)) };
  }
  throw new InvalidInput(`${field} is not valid.`, {
    field,
    got: typeof given === 'string' ? `"${(unknown ?? '').slice(0, 40)}"` : 'several values',
    expected: 'a comma list of toolsets',
    allowed: TOOLSETS,
    fix: `Name toolsets once, as in toolsets=services,operations, or leave ${field} out.`,
  });
}

function flagIn(given: unknown, field: string): Bounds {
  if (given === undefined) return { isReadOnly: false };
  const isReadOnly = typeof given === 'string' && Object.hasOwn(FLAGS, given) ? FLAGS[given] : undefined;
  if (isReadOnly !== undefined) return { isReadOnly };
  throw new InvalidInput(`${field} is not valid.`, { field, expected: 'true or false', allowed: ['true', 'false'] });
}
