import { join } from 'node:path';
import { mustRun } from './process.mjs';
import { at } from './paths.mjs';

/** How the server is started (package.json, Dockerfile), and how commands are: V8 compiles for the flags as well. */
const STARTS = [['--max-semi-space-size=8', '--max-old-space-size=512'], []];
/** Native, or looked for by packages that can use them and are not installed. */
const OUTSIDE = [
  'libsql',
  // Six megabytes of the bundle that only those load who connect a cluster.
  '@kubernetes/client-node',
  // 17 MB once loaded, for those who collect traces (ADR 40). Their common `api` is in: prom-client asks for it at every start.
  '@opentelemetry/context-async-hooks',
  '@opentelemetry/core',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/exporter-trace-otlp-proto',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-trace',
  'pg-native',
  '@fastify/*',
  '@grpc/*',
  '@mikro-orm/*',
  '@nats-io/*',
  '@nestjs/mongoose',
  '@nestjs/platform-fastify',
  '@nestjs/platform-socket.io',
  '@nestjs/sequelize',
  '@nestjs/typeorm',
  '@nestjs/websockets',
  'amqp-connection-manager',
  'amqplib',
  'ioredis',
  'kafkajs',
  'mqtt',
];

/**
 * Puts the programs of a built folder and their packages into one file, and beside it what V8 made of that: a start reads two files
 * instead of three thousand.
 */
export async function bundle(folder) {
  // Not before: on a fresh clone the packages are installed by the script that this is a part of.
  const { build } = await import('esbuild');
  const file = join(folder, 'bundle/mctl.js');
  await build({
    entryPoints: [join(folder, 'parts.js')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    external: OUTSIDE,
    keepNames: true,
    define: { 'import.meta.url': 'bundleUrl' },
    banner: {
      js: '(function (require, __filename, __dirname) { const exports = {}, module = { exports }, bundleUrl = require("node:url").pathToFileURL(__filename).href;',
    },
    footer: { js: 'return module.exports; })' },
    // Comments and indentation only: names stay, and lines stay short, for whoever reads a stack trace.
    minifyWhitespace: true,
    lineLimit: 160,
    legalComments: 'none',
    supported: { 'dynamic-import': false },
    logLevel: 'warning',
  });
  for (const flags of STARTS) {
    await mustRun('compiling the bundle', process.execPath, [...flags, at('scripts/lib/compile-bundle.mjs'), folder]);
  }
}
