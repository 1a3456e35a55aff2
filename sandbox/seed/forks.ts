import type { EmbeddedGitBucket } from '../gitbucket.ts';
import { simple } from './everyday.ts';
import type { Shelf } from './shelf.ts';

/** Forks, a fork of a fork, a private one, and one whose parent is gone (situation 29 of docs/servers/gitbucket.md). */
export function seedForks(shelf: Shelf, gitbucket: EmbeddedGitBucket): void {
  shelf.add('mobile/experiment', { what: 'removed again below' }, {}, (story) =>
    simple(story, 'Experiment', 2),
  );
  shelf.repositories.pop();
  fork('platform/api-server', 'bob', 'fork of a public repository');
  fork('bob/api-server', 'alice', 'fork of a fork');
  fork('platform/infrastructure', 'bob', 'fork of a private repository');
  fork('mobile/experiment', 'bob', 'fork whose parent was deleted');
  gitbucket.removeRepository('mobile', 'experiment');

  function fork(from: string, to: string, what: string): void {
    const [owner = '', name = ''] = from.split('/');
    const at = shelf.nextTime();
    gitbucket.fork(owner, name, to, { createdAt: at, activityAt: at });
    shelf.note(`${to}/${name}`, { situations: [29], what });
  }
}
