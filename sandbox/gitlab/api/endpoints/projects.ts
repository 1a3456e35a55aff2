import { ok, type Call, type Endpoint, type Reply } from '../endpoint.ts';
import { basicProject, projectEntity } from '../entities/projects.ts';
import { findProject, findUser } from '../lookup.ts';
import { keysetPage } from '../pagination.ts';
import { chosenProjects, listEntity, PROJECT_FILTERS, projectOrder } from '../project-filters.ts';

/** Reading projects (GL-133, GL-340, GL-343). */
export const projectEndpoints: Endpoint[] = [
  { method: 'GET', path: '/projects', access: 'anonymous', declares: { fields: PROJECT_FILTERS }, run: list },
  { method: 'GET', path: '/projects/:id', access: 'anonymous', run: show },
  {
    method: 'GET',
    path: '/users/:user_id/projects',
    access: 'anonymous',
    declares: { fields: PROJECT_FILTERS },
    run: (call) => listOfUser(call, 'user_projects_api'),
  },
  {
    method: 'GET',
    path: '/users/:user_id/contributed_projects',
    access: 'anonymous',
    declares: { fields: PROJECT_FILTERS },
    run: (call) => listOfUser(call, 'user_contributed_projects_api'),
  },
  {
    method: 'GET',
    path: '/projects/:id/languages',
    access: 'anonymous',
    run: (call) => ok(findProject(call) && {}),
  },
];

function list(call: Call): Reply {
  const { context, actor } = call;
  const key = actor ? 'projects_api' : 'projects_api_unauthenticated';
  call.limiter.check(key, caller(call));
  const found = projectOrder(call, chosenProjects(call, context.state.projects));
  return keysetPage(call, found, listEntity(call), { type: 'Project', enforced: false });
}

/** What a user contributed to is, here, what is his. */
function listOfUser(call: Call, limit: string): Reply {
  call.limiter.check(limit, caller(call));
  const user = findUser(call);
  const found = projectOrder(call, chosenProjects(call, call.context.routes.projectsIn(user.namespaceId)));
  return keysetPage(call, found, listEntity(call), { type: 'Project', enforced: false });
}

function show(call: Call): Reply {
  const { context, actor } = call;
  call.limiter.check('project_api', caller(call));
  const project = findProject(call);
  return ok(actor ? projectEntity(context, project, actor) : basicProject(context, project));
}

function caller({ actor, request }: Call): string | number {
  return actor?.user.id ?? request.socket.remoteAddress ?? '';
}
