import type { Adapter } from 'oidc-provider' with { 'resolution-mode': 'import' };
import { hashOfToken } from '../crypto';
import type { ClientStore } from './client-store';
import type { OAuthObjects, Payload } from './oauth-objects';

interface AdapterParts {
  readonly objects: OAuthObjects;
  readonly clients: Pick<ClientStore, 'find' | 'register' | 'remove'>;
  /** How long a refresh token that was used may come again. */
  readonly graceMs: number;
  readonly now: () => Date;
  /** What is thrown where somebody else was faster. */
  readonly alreadyUsed: (kind: string) => Error;
}

/** The store as `oidc-provider` wants it, one adapter for each of its models. Expired rows are not found, and swept later. */
export function oauthAdapter(kind: string, parts: AdapterParts): Adapter {
  return kind === 'Client' ? clientAdapter(parts) : objectAdapter(kind, parts);
}

function objectAdapter(kind: string, { objects, graceMs, now, alreadyUsed }: AdapterParts): Adapter {
  const isRefresh = kind === 'RefreshToken';
  return {
    async upsert(id, payload, expiresIn = 0) {
      const entry = { id, payload: payload as Payload, expiresAt: new Date(now().getTime() + expiresIn * 1000) };
      // Two that renew with the same token get the same successor (see `refresh-successor`): the second must not reset it.
      await (isRefresh ? objects.putFirst(kind, entry) : objects.put(kind, entry));
    },
    async find(id) {
      const found = await objects.find(kind, id);
      if (!found) return undefined;
      const { payload, consumedAt } = found;
      const isWithinGrace = isRefresh && consumedAt !== undefined && now().getTime() - consumedAt.getTime() <= graceMs;
      if (consumedAt === undefined || isWithinGrace) return payload;
      return { ...payload, consumed: Math.floor(consumedAt.getTime() / 1000) };
    },
    async findByUid(uid) {
      return (await objects.findByUid(kind, uid))?.payload;
    },
    findByUserCode: () => Promise.resolve(undefined),
    async consume(id) {
      if (await objects.consume(kind, id)) return;
      // `find` has let a refresh token pass that was used a moment ago; every other kind is used once.
      if (isRefresh && (await this.find(id))?.consumed === undefined) return;
      throw alreadyUsed(kind);
    },
    async destroy(id) {
      await (kind === 'Grant' ? objects.endGrant(hashOfToken(id)) : objects.remove(kind, id));
    },
    async revokeByGrantId(grantId) {
      await objects.endGrant(hashOfToken(grantId));
    },
  };
}

function clientAdapter({ clients }: AdapterParts): Adapter {
  const none = () => Promise.resolve(undefined);
  return {
    upsert: (id, payload) => clients.register(id, payload),
    find: async (id) => await clients.find(id),
    findByUid: none,
    findByUserCode: none,
    consume: none,
    destroy: (id) => clients.remove(id),
    revokeByGrantId: none,
  };
}
