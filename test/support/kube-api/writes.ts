import { randomBytes } from 'node:crypto';
import { idOf, type Target } from './kinds';
import type { KubeObject, Objects } from './objects';
import { isRecord, KindSchema } from './schemas';
import { notFound, qualified, Refused } from './status';

type Fields = Record<string, unknown>;
const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** What an API server does with objects that it is sent: decode, prune or refuse, validate, store. */
export class Writes {
  constructor(private readonly objects: Objects) {}

  create(target: Target, body: unknown, query: URLSearchParams): KubeObject {
    const { kind, namespace } = target;
    const object = this.decode(target, body, query);
    object.metadata.name ??= `${object.metadata.generateName ?? ''}${randomBytes(3).toString('hex').slice(0, 5)}`;
    if (kind.namespaced) object.metadata.namespace = namespace;
    const { name } = object.metadata;
    if (namespace !== undefined && !this.objects.namespaces.has(namespace)) {
      throw notFound({ group: '', plural: 'namespaces' }, namespace);
    }
    if (!NAME.test(name)) {
      throw invalid(target, name, [{ reason: 'FieldValueInvalid', message: 'Invalid value', field: 'metadata.name' }]);
    }
    if (this.objects.get(idOf(kind), namespace ?? '', name)) {
      throw new Refused(409, 'AlreadyExists', `${qualified(kind)} "${name}" already exists`, {
        name,
        kind: kind.plural,
      });
    }
    if (this.hasStatus(target)) delete object.status;
    this.validate(target, object);
    return query.get('dryRun') === 'All' ? object : this.objects.put(idOf(kind), object);
  }

  /** RFC 7386, on the object or on its status alone. */
  mergePatch(target: Target, patch: unknown, query: URLSearchParams): KubeObject {
    const before = this.existing(target);
    const changes = patch as Fields;
    this.checkUid(target, before, (changes.metadata as { uid?: string } | undefined)?.uid);
    const wanted =
      target.subresource === 'status' ? { status: changes.status, metadata: versionOf(changes) } : { ...changes };
    if (target.subresource === undefined && this.hasStatus(target)) delete wanted.status;
    this.checkVersion(target, before, versionOf(changes).resourceVersion);
    return this.store(target, merged(structuredClone(before), wanted) as KubeObject, query);
  }

  replace(target: Target, body: unknown, query: URLSearchParams): KubeObject {
    const before = this.existing(target);
    const object = this.decode(target, body, query);
    this.checkVersion(target, before, object.metadata.resourceVersion);
    if (target.subresource === 'status') return this.store(target, { ...before, status: object.status }, query);
    return this.store(target, this.hasStatus(target) ? { ...object, status: before.status } : object, query);
  }

  existing({ kind, namespace = '', name = '' }: Target): KubeObject {
    const object = this.objects.get(idOf(kind), namespace, name);
    if (!object) throw notFound(kind, name);
    return object;
  }

  remove(target: Target, options: unknown): void {
    const { preconditions } = (options ?? {}) as { preconditions?: { uid?: string } };
    this.checkUid(target, this.existing(target), preconditions?.uid);
    this.objects.remove(idOf(target.kind), target.namespace ?? '', target.name ?? '');
  }

  private checkUid({ kind, name = '' }: Target, { metadata }: KubeObject, uid: string | undefined): void {
    if (uid === undefined || uid === metadata.uid) return;
    const text = `Operation cannot be fulfilled on ${qualified(kind)} "${name}": Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`;
    throw new Refused(409, 'Conflict', text, { name, group: kind.group, kind: kind.plural });
  }

  private store(target: Target, changed: KubeObject, query: URLSearchParams): KubeObject {
    const object = this.decode(target, changed, query);
    this.validate(target, object);
    return query.get('dryRun') === 'All' ? object : this.objects.put(idOf(target.kind), object);
  }

  private decode({ kind }: Target, body: unknown, query: URLSearchParams): KubeObject {
    if (!isRecord(body)) throw new Refused(400, 'BadRequest', 'the object provided is unrecognized');
    const object = structuredClone(body) as KubeObject;
    object.metadata = { ...object.metadata };
    const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
    if (object.apiVersion !== apiVersion || object.kind !== kind.kind) {
      throw new Refused(
        400,
        'BadRequest',
        `the API version or kind in the data does not match the expected ${apiVersion} ${kind.kind}`,
      );
    }
    const unknown = KindSchema.of(apiVersion, kind.kind).prune(object);
    if (unknown.length > 0 && query.get('fieldValidation') === 'Strict') {
      const list = unknown.map((field) => `unknown field "${field}"`).join(', ');
      throw new Refused(400, 'BadRequest', `strict decoding error: ${list}`);
    }
    return object;
  }

  private validate(target: Target, object: KubeObject): void {
    const causes = KindSchema.of(object.apiVersion, object.kind).causes(object);
    if (causes.length > 0) throw invalid(target, object.metadata.name, causes);
  }

  private hasStatus({ kind }: Target): boolean {
    return KindSchema.of(`${kind.group}/${kind.version}`, kind.kind).hasStatus;
  }

  private checkVersion({ kind, name = '' }: Target, before: KubeObject, version: unknown): void {
    if (version === undefined || version === before.metadata.resourceVersion) return;
    const text = `Operation cannot be fulfilled on ${qualified(kind)} "${name}": the object has been modified; please apply your changes to the latest version and try again`;
    throw new Refused(409, 'Conflict', text, { name, group: kind.group, kind: kind.plural });
  }
}

function versionOf(patch: Fields): { resourceVersion?: unknown } {
  const { resourceVersion } = (patch.metadata ?? {}) as Fields;
  return resourceVersion === undefined ? {} : { resourceVersion };
}

function merged(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result: Fields = isRecord(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else if (value !== undefined) result[name] = merged(result[name], value);
  }
  return result;
}

function invalid(
  { kind }: Target,
  name: string,
  causes: { reason: string; message: string; field: string }[],
): Refused {
  const list = causes.map(({ field, message }) => `${field}: ${message}`);
  const text = list.length === 1 ? String(list[0]) : `[${list.join(', ')}]`;
  const details = { name, group: kind.group, kind: kind.kind, causes };
  return new Refused(422, 'Invalid', `${kind.kind}.${kind.group} "${name}" is invalid: ${text}`, details);
}
