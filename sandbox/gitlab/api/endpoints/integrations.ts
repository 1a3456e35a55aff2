import { inheritedIntegrations, type Integration } from '../../integrations.ts';
import { isSince } from '../../settings.ts';
import type { Project } from '../../state.ts';
import { noContent, ok, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { failure, invalidParameters, notFound } from '../errors.ts';
import { findManagedProject } from '../lookup.ts';
import { flagOf } from '../params.ts';

/** What must be given of each, whatever it is given for (GL-370). */
const required: Readonly<Record<string, readonly string[]>> = {
  'beyond-identity': ['token'],
  'emails-on-push': ['recipients'],
  jenkins: ['jenkins_url', 'project_name'],
  jira: ['url', 'password'],
  slack: ['webhook'],
};

/** Integrations of a project (GL-365, GL-368 to GL-370). */
export const integrationEndpoints: Endpoint[] = [
  { method: 'GET', path: '/projects/:id/integrations', access: 'user', run: list },
  { method: 'GET', path: '/projects/:id/integrations/:slug', access: 'user', run: show },
  {
    method: 'PUT',
    path: '/projects/:id/integrations/:slug',
    access: 'user',
    declares: {
      fields: {
        use_inherited_settings: { type: 'boolean' },
        ...Object.fromEntries(
          [...new Set(Object.values(required).flat())].map((name) => [name, { type: 'string' } as const]),
        ),
      },
    },
    run: set,
  },
  { method: 'DELETE', path: '/projects/:id/integrations/:slug', access: 'user', run: disable },
];

function list(call: UserCall): Reply {
  const project = findManagedProject(call);
  return ok((project.integrations ?? []).filter(({ active }) => active).map((each) => entity(call, each)));
}

function show(call: UserCall): Reply {
  return ok({ ...entity(call, existing(call, findManagedProject(call))), properties: {} });
}

function set(call: UserCall): Reply {
  const { context, params } = call;
  const project = findManagedProject(call);
  const slug = slugOf(call);
  const missing = (required[slug] ?? []).filter((name) => typeof params[name] !== 'string');
  if (missing.length > 0) throw invalidParameters(missing.map((name) => `${name} is missing`));
  const known = project.integrations?.find((each) => each.slug === slug);
  const integration = known ?? { slug, active: false, inheritedFrom: null };
  if (known === undefined) project.integrations = [...(project.integrations ?? []), integration];
  context.changed();
  // Older versions take the parameter for none that they know (GL-370).
  const inherits = inheritable(call) && flagOf(params, 'use_inherited_settings') === true;
  if (!inherits) {
    Object.assign(integration, { active: true, inheritedFrom: null });
    return ok({ ...entity(call, integration), properties: {} });
  }
  const above = inheritedIntegrations(context, project.namespaceId).find((each) => each.slug === slug);
  if (above === undefined) throw failure(400, 'Default integration not found.');
  integration.inheritedFrom = above.inheritedFrom;
  // The answer is made of what was there before the default's settings were copied.
  const answer = entity(call, integration);
  integration.active = true;
  return ok({ ...answer, properties: {} });
}

/** What it was set to is lost, and that it inherits is not (GL-365). */
function disable(call: UserCall): Reply {
  existing(call, findManagedProject(call)).active = false;
  call.context.changed();
  return noContent();
}

function existing(call: UserCall, project: Project): Integration {
  const slug = slugOf(call);
  const found = project.integrations?.find((each) => each.slug === slug);
  if (found === undefined) throw notFound('Integration');
  return found;
}

function slugOf({ route }: UserCall): string {
  const slug = route['slug'] ?? '';
  if (!(slug in required)) throw invalidParameters(['slug does not have a valid value']);
  return slug;
}

function inheritable({ context }: UserCall): boolean {
  return isSince(context.settings.version, 17, 3);
}

function entity(call: UserCall, { slug, active, inheritedFrom }: Integration): Record<string, unknown> {
  const name = `${slug.charAt(0).toUpperCase()}${slug.slice(1).replaceAll('-', ' ')}`;
  return {
    id: Object.keys(required).indexOf(slug) + 1,
    title: name,
    slug,
    active,
    push_events: true,
    tag_push_events: true,
    ...(inheritable(call) && { inherited: inheritedFrom !== null }),
  };
}
