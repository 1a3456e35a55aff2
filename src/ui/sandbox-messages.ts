import type { Result } from '../model/result.ts';
import { countOf, formatCount, plural } from '../text/format.ts';
import { besideRefs } from './messages.ts';

/** Sentences of `gb2gl sandbox` and `gb2gl demo`. */
export function sandboxReady(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${value}`);
  return `An embedded GitBucket with sample data and an embedded GitLab with a few accounts are running.
Ctrl-C stops both.
In another terminal:

${lines.join('\n')}
gb2gl plan --all
gb2gl migrate --all
gb2gl verify --all
`;
}

export function demoStarted(gitbucket: string, gitlab: string): string {
  return `demo: GitBucket with sample data at ${gitbucket},\n      GitLab with a few accounts at ${gitlab}\n`;
}

export function demoStep(command: string): string {
  return `\n$ gb2gl ${command}\n`;
}

/** The demo in one sentence. */
export function demoVerdict(migrated: Result): string {
  return `Moved and proven: ${completeOf(migrated)}. The rest is faulty on purpose.`;
}

/** What `verify` found in the demo. */
export function demoVerified(verified: Result): string {
  return `Equal on both servers: ${completeOf(verified)}.`;
}

function completeOf({ totals }: Result): string {
  const { complete, projects, groups } = totals;
  const { done, of } = complete.refs;
  const parts = [
    `${formatCount(complete.projects)} of ${plural(projects, 'repository', 'repositories')}`,
    `${formatCount(done)} of ${plural(of, 'ref')}`,
    ...besideRefs(totals).map(({ title, counts }) =>
      countOf(
        Object.values(counts).reduce((sum, count) => sum + count, 0),
        title,
      ),
    ),
    plural(groups, 'group'),
  ];
  return parts.join(', ');
}

export function demoEnd(verdict: string, faults: readonly string[], report: string): string {
  return `
${verdict}

The sample server has these faults so that you can see how they are told:
${faults.join('\n')}

Report:  ${report}
Next:    gb2gl sandbox   both servers, to try things by hand
                         (in a clone: node dist/cli.js sandbox)
         README.md       "Ten minutes to your first group": with your servers
`;
}

export function demoRefused(id: string, count: number, example: string): string {
  return `${id}: ${plural(count, 'thing')} not taken by GitLab, such as ${example}`;
}

export function demoFailed(unexpected: readonly string[]): string {
  return `\ndemo: unexpected problems:\n${unexpected.map((line) => `  - ${line}`).join('\n')}\n`;
}
