/**
 * Asks the embedded GitLab what a real GitLab 18.9 was asked, and prints how many answers have the same status.
 *
 *   npx tsx scripts/fidelity.ts [--differences] [section ...]
 */
import { core, equalShare } from '../test/fidelity/figure.ts';
import { sections } from '../test/fidelity/questions.ts';
import { replay, type Outcome } from '../test/fidelity/replay.ts';

const args = process.argv.slice(2);
const asked = args.filter((each) => !each.startsWith('--'));
const all: Outcome[] = [];
const inCore: Outcome[] = [];
for (const section of asked.length > 0 ? asked : sections) {
  const outcomes = await replay(section);
  all.push(...outcomes);
  if (core.includes(section)) inCore.push(...outcomes);
  show(section, outcomes);
  if (args.includes('--differences')) outcomes.forEach(showDifference);
}
show('in all', all);
if (asked.length === 0) show('core', inCore);

function show(title: string, outcomes: readonly Outcome[]): void {
  const equal = outcomes.filter(({ real, embedded }) => real === embedded).length;
  const counts = `${String(equal).padStart(4)} of ${String(outcomes.length).padStart(4)}`;
  console.log(`${title.padEnd(10)} ${counts}  ${equalShare(outcomes).toFixed(1)} %`);
}

function showDifference({ name, real, message, embedded, text }: Outcome): void {
  if (real === embedded) return;
  const said = text.trim().replaceAll(/\s+/g, ' ').slice(0, 100);
  console.log(`  ${name}: ${real} ${message}\n    embedded: ${embedded} ${said}`);
}
