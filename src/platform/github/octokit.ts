import type { Octokit } from '@octokit/core';
import { type FetchGuard, guardedFetch } from './guarded-fetch';

/** The version of the API that the shapes here are documented for. */
const API_VERSION = '2022-11-28';
const silent = (): void => undefined;
/** Octokit would write warnings with whole addresses to the console. */
const log = { debug: silent, info: silent, warn: silent, error: silent };

/**
 * Octokit over a guarded fetch. Loaded at first use: only those who connect an App pay the 25 ms and the memory.
 * @param auth a token that every request carries; none for requests that carry their own.
 */
export async function openOctokit(baseUrl: string, guard: FetchGuard, auth?: string): Promise<Octokit> {
  const { Octokit: Client } = await import('@octokit/core');
  const client = new Client({
    baseUrl,
    userAgent: 'mctl',
    log,
    request: { fetch: guardedFetch(guard), log },
    ...(auth !== undefined && { auth }),
  });
  client.hook.before('request', (options) => {
    options.headers['x-github-api-version'] = API_VERSION;
  });
  return client;
}

/** A token for one installation, good for an hour and for what its caller asks, or the App's own for ten minutes. Never kept. */
export async function openAppAuth(octokit: Octokit, clientId: string, privateKey: string) {
  const { createAppAuth } = await import('@octokit/auth-app');
  return createAppAuth({ appId: clientId, privateKey, request: octokit.request, log });
}
