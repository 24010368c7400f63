import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Config } from '../../config';

/** Where browsers reach this process. */
@Injectable()
export class OwnAddress {
  /** Once it listens, it stays there. */
  private found?: string;

  constructor(
    @Inject(Config) private readonly config: Config,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {}

  /** `MCTL_PUBLIC_URL`, otherwise where it listens, without a slash at the end; undefined for a process that serves nobody. */
  base(): string | undefined {
    return (this.found ??= this.find());
  }

  private find(): string | undefined {
    const server = this.host.httpAdapter.getHttpServer() as Server;
    const address = server.address() as AddressInfo | null;
    if (address === null) return undefined;
    const { publicUrl, host } = this.config.values;
    return publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  }
}
