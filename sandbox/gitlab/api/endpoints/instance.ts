import { isSince } from '../../settings.ts';
import { ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { currentUser } from '../entities/users.ts';

/** What nothing depends on here; the keys of the real answers, shortened. */
const FIXED: Record<string, unknown> = {
  '/application/plan_limits': {
    ci_active_jobs: 0,
    generic_packages_max_file_size: 5_368_709_120,
    limits_history: {},
  },
  '/application/statistics': { projects: '0', groups: '0', users: '0', active_users: '0' },
  '/application/appearance': {
    title: '',
    description: '',
    logo: null,
    header_message: '',
    footer_message: '',
  },
  '/features': [],
};

/** Who am I, and what server is this (GL-37, GL-38). */
export const instanceEndpoints: Endpoint[] = [
  { method: 'GET', path: '/version', access: 'user', scopes: ['read_user', 'ai_features'], run: version },
  { method: 'GET', path: '/metadata', access: 'user', scopes: ['read_user', 'ai_features'], run: metadata },
  { method: 'GET', path: '/user', access: 'user', scopes: ['read_user'], run: user },
  ...Object.entries(FIXED).map(([path, body]): Endpoint => ({
    method: 'GET',
    path,
    access: 'admin',
    run: () => ok(body),
  })),
];

function version(call: UserCall): Reply {
  if (isSince(call.context.settings.version, 16, 0)) return ok(describe(call));
  return ok({ version: call.context.settings.version, revision: '0123456789a' });
}

function metadata(call: UserCall): Reply {
  if (isSince(call.context.settings.version, 15, 2)) return ok(describe(call));
  return { status: 404, body: { error: '404 Not Found' } };
}

function describe({ context }: Call): Record<string, unknown> {
  return {
    version: context.settings.version,
    revision: '0123456789a',
    kas: { enabled: false, externalUrl: null, externalK8sProxyUrl: null, version: null },
    enterprise: context.settings.version.endsWith('-ee'),
  };
}

function user(call: UserCall): Reply {
  return ok(currentUser(call.context, call.actor));
}
