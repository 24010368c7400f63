import { Injectable } from '@nestjs/common';
import type { McpServer, RequestHandlerSchemas, ServerCapabilities, ServerContext } from '@modelcontextprotocol/server';
import type { McpSessionSeed } from '@rekog/mcp-nest';
import type { Actor } from '../auth/actor';
import type { Bounds } from './bounds';
import type { SignedRequest } from './call';

export interface ProtocolRequest {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/**
 * Answers one method of the protocol; the SDK has checked the request against the method's schema. A `ProtocolError` thrown here
 * reaches the client as it is.
 */
export type ProtocolHandler = (request: ProtocolRequest, context: ServerContext) => unknown;

/** One request that is about to be answered, and the handlers there are for it so far. */
export interface ProtocolBinding {
  /** Who asks; undefined only where no guard stands before the endpoint, which a test forbids. */
  readonly actor: Actor | undefined;
  readonly request: SignedRequest | undefined;
  /** What the connection asks to be narrowed to; nothing is within it where there is no request. */
  readonly bounds: Bounds;
  /** `modern` since revision 2026-07-28. */
  readonly era: McpSessionSeed['era'];
  readonly server: McpServer;
  /** Answers `method`, in place of what answered it before. A method that the SDK does not know needs its schemas. */
  handle(method: string, handler: ProtocolHandler, schemas?: RequestHandlerSchemas): void;
  /** Puts something around what answers `method` now; nothing where nobody does. */
  wrap(method: string, around: (next: ProtocolHandler) => ProtocolHandler): void;
}

/**
 * What a part adds to the protocol: tasks, completions, subscriptions, its own form of a list.
 * `bind` runs for every request, so it builds nothing that can be built once.
 */
export interface ProtocolPart {
  /** What clients are told is there. Conformance asks that each has its handlers. */
  readonly capabilities?: ServerCapabilities;
  /** Absent: of every revision. Clients of another era are told nothing of the part. */
  readonly era?: ProtocolBinding['era'];
  /** Takes every method that the MCP library has found, once, before the server starts. */
  start?(methods: readonly object[]): void;
  bind(binding: ProtocolBinding): void;
}

/** The parts, in the order in which they were added; modules add theirs when they are made, before the server starts. */
@Injectable()
export class ProtocolParts {
  private readonly parts: ProtocolPart[] = [];

  add(...parts: readonly ProtocolPart[]): void {
    this.parts.push(...parts);
  }

  get all(): readonly ProtocolPart[] {
    return this.parts;
  }

  /** Capabilities of all parts of an era over those given; a part that names one anew wins. */
  capabilities(given: ServerCapabilities, era: ProtocolBinding['era']): ServerCapabilities {
    const parts = this.parts.filter((part) => part.era === undefined || part.era === era);
    const all = [given, ...parts.map(({ capabilities }) => capabilities ?? {})];
    const extensions = Object.assign(
      {},
      ...all.map((each) => each.extensions ?? {}),
    ) as ServerCapabilities['extensions'];
    return Object.assign(
      {},
      ...all,
      extensions && Object.keys(extensions).length > 0 ? { extensions } : {},
    ) as ServerCapabilities;
  }
}
