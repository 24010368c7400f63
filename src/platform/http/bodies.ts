import { json, type NextFunction, type Request, type Response, urlencoded } from 'express';
import type { Config } from '../config';
import { InvalidInput } from '../errors';
import type { FormRequest } from './pages';
import { mustFit } from './body-length';
import { checkJson } from './strict-json';
import { isWebhook } from './webhook-body';

/** Fields that one form may have; more than any of ours has. */
const FORM_FIELDS = 200;
/** Nobody gets in there without a credential. */
const CLOSED = /^\/(mcp|api\/v1)(\/|$)/i;
/** What git sends goes to git as it comes. */
const GIT = /^\/git\//i;

/** Reads the JSON of callers, strictly. Who shows no credential is not read: the guard refuses them whatever they sent. */
export function jsonBodies({ values }: Config) {
  const limit = values.bodyLimit * 1024;
  const read = json({
    limit,
    verify: (_request, _response, body, encoding) => checkJson(body, encoding),
  });
  return (request: Request, response: Response, next: NextFunction): void => {
    const isAnonymous = request.headers.authorization === undefined && CLOSED.test(request.path);
    if (isAnonymous || isWebhook(request) || GIT.test(request.path)) return next();
    mustFit(request, limit);
    read(request, response, next);
  };
}

/** Reads a form for the page that it is for. What is wrong with it is left to that page, which says so in its own form. */
export function formBodies({ values }: Config) {
  const parse = urlencoded({ extended: false, limit: values.bodyLimit * 1024, parameterLimit: FORM_FIELDS });
  return (request: FormRequest, response: Response, next: NextFunction): void => {
    parse(request, response, (error?: unknown) => {
      if (error !== undefined) request.formError = unreadableForm(error);
      else if (request.is('application/x-www-form-urlencoded')) request.form = request.body as Record<string, unknown>;
      // Nothing further may take it for arguments, or print it.
      if (request.form) request.body = undefined;
      next();
    });
  };
}

/** A body of another type is refused unread: the MCP library would read it itself, however large it is. */
export function onlyJsonBodies(request: FormRequest, _response: Response, next: NextFunction): void {
  const isEmpty = request.headers['content-length'] === '0';
  if (
    isEmpty ||
    GIT.test(request.path) ||
    request.form ||
    request.formError ||
    request.is('application/json') !== false
  ) {
    return next();
  }
  next(
    new InvalidInput('The body must be JSON.', {
      code: 'unsupported_media_type',
      expected: 'Content-Type: application/json',
    }),
  );
}

function unreadableForm(cause: unknown): InvalidInput {
  const isTooLarge = cause instanceof Error && 'status' in cause && cause.status === 413;
  return isTooLarge
    ? new InvalidInput('The form is too large.', { code: 'too_large', fix: 'Enter fewer or shorter values.', cause })
    : new InvalidInput('The form is not one of this page.', { code: 'form_unreadable', cause });
}
