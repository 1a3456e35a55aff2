import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { examplesText } from './options.ts';

/** Adds the command that prints completion scripts; the library's own words and help are in another style. */
export function addCompletion(program: Command): Command {
  tab(program, { completionCommandName: 'completion' });
  const command = program.commands.find((one) => one.name() === 'completion');
  command
    ?.summary('print the completion script of a shell')
    .description('print the completion script of a shell')
    .addHelpText(
      'after',
      examplesText({
        'source <(gb2gl completion bash)': 'in ~/.bashrc; zsh alike in ~/.zshrc',
        'gb2gl completion fish > ~/.config/fish/completions/gb2gl.fish': 'for fish',
      }),
    );
  return program;
}
