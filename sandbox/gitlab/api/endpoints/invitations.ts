import { mailAnyway } from '../../mails.ts';
import { created, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { findGroup, findProject, requireMaintainer, requireOwner } from '../lookup.ts';
import { textOf } from '../params.ts';

/** Inviting by mail address: a mail in any case (GL-114). */
export const invitationEndpoints: Endpoint[] = (['groups', 'projects'] as const).map((kind) => ({
  method: 'POST',
  path: `/${kind}/:id/invitations`,
  access: 'user',
  declares: {
    fields: {
      email: { type: 'string', required: true },
      access_level: { type: 'integer', required: true, values: [10, 15, 20, 30, 40, 50] },
    },
  },
  run: (call) => invite(call, kind),
}));

function invite(call: UserCall, kind: 'groups' | 'projects'): Reply {
  const of = kind === 'groups' ? findGroup(call) : findProject(call);
  if ('namespaceId' in of) requireMaintainer(call, of);
  else requireOwner(call, of);
  mailAnyway(call.context, textOf(call.params, 'email') ?? '', 'invitation', of.fullPath);
  return created({ status: 'success' });
}
