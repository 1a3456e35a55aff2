import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestCase, TestModule, TestSpecification } from 'vitest/node';
import { formatDuration, formatEstimate, plural } from '../src/text/format.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What one file of each kind takes on a usual machine, in seconds; the kinds are the folders of test. */
const usual: Readonly<Record<string, number>> = { unit: 0.5, integration: 11, commands: 20, e2e: 40 };
const unknownKind = 2;
const workers = 2;

/** Seconds of work from which on it is told how far it is. */
const longRun = 60;

/** A tenth of the work is done: often enough for who waits, and few lines in a log. */
const steps = 10;

/**
 * Says what begins and how long it may take, how far it is, and at the end in a few lines what failed and how to run that
 * alone. Stands beside the reporter that shows the tests themselves.
 */
export default function announcer(): Reporter {
  let begun = 0;
  let whole = 0;
  let done = 0;
  let told = 0;
  return {
    onTestRunStart(specifications) {
      begun = Date.now();
      whole = specifications.reduce((sum, { project }) => sum + secondsOf(project.name), 0);
      say(`\n${announcement(specifications, whole)}\n`);
    },
    onTestModuleEnd(module) {
      done += secondsOf(module.project.name);
      const step = Math.floor((done / whole) * steps);
      if (whole < longRun || step <= told || step >= steps) return;
      told = step;
      const passed = Date.now() - begun;
      const left = (passed * (whole - done)) / done;
      say(`--- ${step * (100 / steps)} % after ${formatDuration(passed)}, ${formatEstimate(left)} to go`);
    },
    onTestRunEnd(modules, errors) {
      const lines = glance(modules, errors.length, Date.now() - begun);
      // After what the other reporter has to say.
      setImmediate(() => say(`\n${lines.join('\n')}`));
    },
  };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function secondsOf(kind: string): number {
  return usual[kind] ?? unknownKind;
}

function announcement(specifications: readonly TestSpecification[], seconds: number): string {
  const kinds = new Map<string, number>();
  for (const { project } of specifications) kinds.set(project.name, (kinds.get(project.name) ?? 0) + 1);
  const parts = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ');
  const time = formatEstimate((seconds / workers) * 1000);
  return `${plural(specifications.length, 'file')} of tests (${parts}), against real git and both embedded servers; ${time} on two cores.`;
}

/** The end in one glance. */
function glance(modules: readonly TestModule[], errors: number, ms: number): string[] {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const failed = tests.filter((test) => test.result().state === 'failed');
  const broken = modules.filter((module) => module.errors().length > 0);
  const passed = tests.filter((test) => test.result().state === 'passed').length;
  const time = formatDuration(ms);
  if (failed.length + broken.length + errors === 0)
    return [`All ${plural(passed, 'test')} passed in ${time}.`];
  const counts = [
    ...(failed.length > 0 ? [plural(failed.length, 'test')] : []),
    ...(broken.length > 0 ? [plural(broken.length, 'file')] : []),
    ...(errors > 0 ? [`${plural(errors, 'error')} outside of tests`] : []),
  ];
  return [
    `FAILED: ${counts.join(', ')}; ${plural(passed, 'test')} passed, in ${time}. To run what failed alone:`,
    ...broken.map((module) => `  ${runAlone(module.moduleId)}`),
    ...failed.map((test) => `  ${runAlone(test.module.moduleId, test)}`),
  ];
}

function runAlone(file: string, test?: TestCase): string {
  const path = relative(root, file);
  const name = test === undefined ? '' : ` -t ${shellQuoted(test.fullName.replaceAll(' > ', ' '))}`;
  return `npx vitest run ${path}${name}`;
}

/** The filter of vitest is a regular expression. */
function shellQuoted(name: string): string {
  const pattern = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return `'${pattern.replaceAll("'", `'\\''`)}'`;
}
