/**
 * Asks the embedded GitLab what a real GitLab 18.9 was asked, and prints how many answers have the same status.
 *
 *   npx tsx scripts/fidelity.ts [--differences] [section ...]
 */
import { sections } from '../test/fidelity/questions.ts';
import { replay, type Outcome } from '../test/fidelity/replay.ts';

const args = process.argv.slice(2);
const wanted = args.filter((each) => !each.startsWith('--'));
const all: Outcome[] = [];
for (const section of wanted.length > 0 ? wanted : sections) {
  const outcomes = await replay(section);
  all.push(...outcomes);
  console.log(line(section, outcomes));
  if (args.includes('--differences')) {
    for (const { name, real, message, embedded, text } of outcomes.filter(differs)) {
      console.log(`  ${name}: ${real} ${message}`);
      console.log(`    embedded: ${embedded} ${text.trim().replaceAll(/\s+/g, ' ').slice(0, 100)}`);
    }
  }
}
console.log(line('in all', all));

function differs({ real, embedded }: Outcome): boolean {
  return real !== embedded;
}

function line(title: string, outcomes: readonly Outcome[]): string {
  const equal = outcomes.filter((each) => !differs(each)).length;
  const share = ((equal / outcomes.length) * 100).toFixed(1);
  return `${title.padEnd(10)} ${String(equal).padStart(4)} of ${String(outcomes.length).padStart(4)}  ${share} %`;
}
