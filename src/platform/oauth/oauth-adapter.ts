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
  /** `MCTL_OAUTH_KEY_GENERATION` */
  readonly generation: number;
  /** What is thrown where somebody else was faster. */
  readonly alreadyUsed: (kind: string) => Error;
  readonly endGrant: (grantHash: string) => Promise<void>;
}

/** The store as `oidc-provider` wants it, one adapter for each of its models. Expired rows are not found, and swept later. */
export function oauthAdapter(kind: string, parts: AdapterParts): Adapter {
  return kind === 'Client' ? clientAdapter(parts) : objectAdapter(kind, parts);
}

function objectAdapter(
  kind: string,
  { objects, graceMs, now, generation, alreadyUsed, endGrant }: AdapterParts,
): Adapter {
  const isRefresh = kind === 'RefreshToken';
  const isCredential = isRefresh || kind === 'AuthorizationCode';
  return {
    async upsert(id, payload, expiresIn = 0) {
      const entry = {
        id,
        payload: { ...payload, generation } as Payload,
        expiresAt: new Date(now().getTime() + expiresIn * 1000),
      };
      // Two that renew with the same token get the same successor (see `refresh-successor`): the second must not reset it.
      await (isRefresh ? objects.putFirst(kind, entry) : objects.put(kind, entry));
    },
    async find(id) {
      const found = await objects.find(kind, id);
      if (!found) return undefined;
      const { payload, consumedAt } = found;
      if (isCredential && isVoid(payload, generation)) return undefined;
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
      if (kind === 'Grant') return endGrant(hashOfToken(id));
      const isRemoved = await objects.remove(kind, id);
      // Removed where the browser goes on from it: who comes second with it, by a second press of the button, gets no second code.
      if (kind === 'Interaction' && !isRemoved) throw alreadyUsed(kind);
    },
    async revokeByGrantId(grantId) {
      await endGrant(hashOfToken(grantId));
    },
  };
}

/** Two generations of the signing key ago, or older: refresh tokens last no longer than what is signed. */
function isVoid({ generation: of = 1 }: Payload, generation: number): boolean {
  return typeof of !== 'number' || of < generation - 1;
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
