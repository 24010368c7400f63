import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './paths.mjs';

/** Progress goes to stderr: what a command was asked for is all that its stdout carries. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

export function fail(line) {
  say(line);
  process.exit(1);
}

export const seconds = (started) => `${((performance.now() - started) / 1000).toFixed(1)} s`;

/** Waits for a program whose whole output goes to our stderr; ends this process if it does not succeed. */
export async function mustRun(what, command, args, options = {}) {
  const code = await foreground(command, args, { stdio: ['ignore', 2, 2], ...options });
  if (code !== 0) fail(`${what} failed (exit code ${code})`);
}

const TOO_LONG_MS = 5 * 60_000;

/**
 * Runs a program and collects what it prints. Never rejects: a program that cannot start has code 127. One that does not end,
 * such as a test that leaves something open, is ended.
 */
export function capture(command, args, options = {}) {
  return new Promise((done) => {
    let output = '';
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TOO_LONG_MS,
      ...options,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    child.once('error', (error) => done({ code: 127, output: error.message }));
    child.once('close', (code, signal) => done({ code: exitCode(code, signal), output }));
  });
}

/** Runs a program on our terminal, hands our signals on to it and resolves to its exit code. */
export function foreground(command, args, options = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    child.once('error', (error) => {
      say(`${command}: ${error.message}`);
      done(127);
    });
    child.once('close', (code, signal) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      done(exitCode(code, signal));
    });
  });
}

const exitCode = (code, signal) => code ?? 128 + (constants.signals[signal] ?? 0);
