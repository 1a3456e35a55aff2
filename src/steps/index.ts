import { code } from './code.ts';
import { settings } from './default-branch.ts';
import { project } from './project.ts';
import { proof } from './proof.ts';
import type { Step } from './step.ts';

/** The steps of a project, in the order in which they run. A new one is one file and one line here. */
export const projectSteps: readonly Step[] = [project, code, proof, settings];
