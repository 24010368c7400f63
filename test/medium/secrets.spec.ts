import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHttpBackend } from '../../src/platform/gitops/git/testing/http-backend';
import { callMcp, callRest, type DoorAnswer } from '../support/doors';
import { forgedTokens } from '../support/forged-tokens';
import { furnish } from '../support/furnish';
import { bareRepository } from '../support/plain-git';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';

/** Nothing of the test's own machinery holds these texts, so wherever one is found, the program put it. */
const CANARIES = {
  password: 'canary-Pa55w0rd-7f3a9c',
  apiKey: 'canary-api-key-0b1d2e',
  githubToken: 'ghp_canary0123456789abcdefghijklmnopqrst',
  remoteToken: 'canary-remote-credential-9a8b7c',
  urlPassword: 'canary-url-secret-55aa',
  awsKey: 'AKIACANARY0123456789',
  privateKey: 'canaryMIIEvQIBADANBgkqhkiG9w0',
  header: 'canary-header-4d5e6f',
};
/** Shortest piece of a bearer token that counts as the token. */
const SIGNATURE_LENGTH = 40;

interface Seen {
  readonly what: string;
  readonly text: string;
}
