/** Sentences of `gb2gl sandbox` and `gb2gl demo`. */
export function sandboxReady(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${value}`);
  return `An embedded GitBucket with sample data and an empty embedded GitLab are running (Ctrl-C stops both).
In another terminal:

${lines.join('\n')}
gb2gl plan --all
gb2gl migrate --all
gb2gl verify --all
`;
}

export function demoStarted(gitbucket: string, gitlab: string): string {
  return `demo: GitBucket with sample data at ${gitbucket}, empty GitLab at ${gitlab}\n`;
}

export function demoStep(command: string): string {
  return `\n$ gb2gl ${command}\n`;
}

export function demoEnd(folder: string, trouble: readonly string[]): string {
  return `
demo: everything that can be migrated was migrated and proven equal on both sides.
The sample server has deliberate faults, so you can see how they are reported:
${trouble.map((line) => `  - ${line}`).join('\n')}

Reports:  ${folder}/report.html  report.md  result.json
Next:     gb2gl sandbox     both servers, to try things by hand (in a clone: node dist/cli.js sandbox)
          README.md         "Use it on your servers": four variables and one command
`;
}

export function demoFailed(unexpected: readonly string[]): string {
  return `\ndemo: unexpected problems:\n${unexpected.map((line) => `  - ${line}`).join('\n')}\n`;
}
