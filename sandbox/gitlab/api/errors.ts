import type { Errors } from '../projects.ts';

/** An answer that ends the request early; shapes GL-1 to GL-18. */
export class ApiError extends Error {
  readonly status: number;
  /** A string is sent as plain text, anything else as JSON. */
  readonly body: unknown;
  readonly headers: Record<string, string>;

  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    super(typeof body === 'string' ? body : JSON.stringify(body));
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** `{"message": …}`: GL-1 with a string, GL-2 with a hash, GL-3 with an array. */
export function failure(status: number, message: unknown): ApiError {
  return new ApiError(status, { message });
}

export function unauthorized(): ApiError {
  return failure(401, '401 Unauthorized');
}

export function forbidden(reason?: string): ApiError {
  return failure(403, reason ? `403 Forbidden - ${reason}` : '403 Forbidden');
}

/** `404 Project Not Found`; without a resource `404 Not Found`. */
export function notFound(resource?: string): ApiError {
  return failure(404, ['404', resource, 'Not Found'].filter(Boolean).join(' '));
}

/** GL-2: what the models object to. */
export function invalid(errors: Errors): ApiError {
  return failure(400, errors);
}

/** GL-20: a NUL, or bytes that are no text; as plain text. */
export function malformed(): ApiError {
  return new ApiError(400, 'Bad Request');
}

/** GL-5: what Grape objects to before the handler runs. */
export function invalidParameters(problems: string[]): ApiError {
  return new ApiError(400, { error: problems.join(', ') });
}

export function invalidToken(reason: 'revoked' | 'expired'): ApiError {
  const description =
    reason === 'revoked'
      ? 'Token was revoked. You have to re-authorize from the user.'
      : 'Token is expired. You can either do re-authorization or token refresh.';
  return new ApiError(401, { error: 'invalid_token', error_description: description });
}

export function insufficientScope(scopes: string[]): ApiError {
  return new ApiError(403, {
    error: 'insufficient_scope',
    error_description: 'The request requires higher privileges than provided by the access token.',
    scope: scopes.join(' '),
  });
}
