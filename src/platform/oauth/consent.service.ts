import type { Client, Interaction } from 'oidc-provider' with { 'resolution-mode': 'import' };
import { Inject, Injectable } from '@nestjs/common';
import type { Via } from '../auth/actor';
import type { Person } from '../sign-in/person';
import { type Applicant, applicantOf } from './applicant.policy';
import { AuthorizationServer } from './authorization-server';
import { Connections } from './connections';
import { Consents } from './consents';
import { PendingConnections } from './pending-connections';
import { RegisteredClients } from './registered-clients';

/** What a person is asked. */
export interface Request {
  readonly applicant: Applicant;
  readonly clientId: string;
  readonly redirectUri: string;
  /** All that the client asks for, what was agreed to before included. */
  readonly scopes: readonly string[];
  readonly resource: string;
}

/** What becomes of a person's yes. */
@Injectable()
export class ConsentService {
  constructor(
    @Inject(AuthorizationServer) private readonly server: AuthorizationServer,
    @Inject(Connections) private readonly connections: Connections,
    @Inject(Consents) private readonly consents: Consents,
    @Inject(RegisteredClients) private readonly registered: RegisteredClients,
    @Inject(PendingConnections) private readonly pending: PendingConnections,
  ) {}

  async requestOf({ params, prompt }: Interaction): Promise<Request> {
    const provider = await this.server.provider();
    const [clientId, redirectUri] = [String(params.client_id), String(params.redirect_uri)];
    const client = (await provider.Client.find(clientId)) as Client;
    const missing = (prompt.details.missingResourceScopes ?? {}) as Record<string, string[]>;
    const [resource = String(params.resource)] = Object.keys(missing);
    const asked = typeof params.scope === 'string' ? params.scope.split(' ').filter(Boolean) : [];
    return {
      applicant: applicantOf(
        { clientId, clientName: client.clientName },
        redirectUri,
        this.registered.isKnown(clientId),
      ),
      clientId,
      redirectUri,
      scopes: asked,
      resource,
    };
  }

  /** Whether this person has agreed to just this before, so that nobody needs to ask. */
  async isRemembered(
    { login }: Person,
    { clientId, redirectUri, scopes }: Request,
    { prompt }: Interaction,
  ): Promise<boolean> {
    // Asked for by the client itself, or because nobody can tell which program on a computer it is.
    if (prompt.reasons.some((reason) => reason === 'consent_prompt' || reason === 'native_client_prompt')) return false;
    const agreed = await this.consents.find({ login, clientId, redirectUri });
    return scopes.length > 0 && scopes.every((scope) => agreed.includes(scope));
  }

  /** Of what is asked for, what this client may do for this person already, by a connection that is still there. */
  async allowedAlready({ login }: Person, { clientId, scopes }: Request): Promise<readonly string[]> {
    const open = (await this.connections.listOf(login)).filter((connection) => connection.clientId === clientId);
    return scopes.filter((scope) => open.some((connection) => connection.scopes.includes(scope)));
  }

  /**
   * Makes the grant; its connection comes with its code.
   * @param isSilent nobody was asked this time. @returns the id of the grant.
   */
  async allow(person: Person, request: Request, via: Via, isSilent: boolean): Promise<string> {
    const provider = await this.server.provider();
    const { clientId, redirectUri, scopes, resource, applicant } = request;
    const grant = new provider.Grant({ accountId: person.login, clientId });
    grant.addResourceScope(resource, scopes.join(' '));
    const grantId = await grant.save();
    const { name: clientName, redirectHost } = applicant;
    const client = { clientId, clientName, redirectHost, redirectUri };
    await this.pending.hold({ grantId, person, scopes, isSilent, via, ...client });
    return grantId;
  }
}
