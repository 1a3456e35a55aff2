import { expect, test } from 'vitest';
import type { Environment } from '../../src/environment.ts';
import { createProgram } from '../../src/program.ts';

test('each command that moves or proves a tracker can be told what to do with it', () => {
  const program = createProgram('0', {} as Environment, () => {});
  for (const name of ['plan', 'migrate', 'rehearse', 'verify', 'import']) {
    const option = program.commands
      .find((each) => each.name() === name)
      ?.options.find(({ long }) => long === '--tracker');
    expect(option?.argChoices, name).toEqual(['auto', 'rest', 'off']);
  }
});

test('an export offers no options of what is done with GitLab', () => {
  const program = createProgram('0', {} as Environment, () => {});
  const optionsOf = (name: string): (string | undefined)[] =>
    program.commands.find((each) => each.name() === name)?.options.map(({ long }) => long ?? undefined) ?? [];

  expect(optionsOf('export')).toEqual(expect.arrayContaining(['--all', '--waive', '--concurrency']));
  for (const option of ['--allow-missing-lfs', '--same-servers']) {
    expect(optionsOf('export')).not.toContain(option);
    expect(optionsOf('import')).toContain(option);
  }
});
