import type { Step } from '../context.ts';
import { code } from './code.ts';
import { project } from './project.ts';
import { proof } from './proof.ts';
import { settings } from './settings.ts';

/** The steps of a project, in the order in which they run. A new one is one file and one line here. */
export const projectSteps: readonly Step[] = [project, code, proof, settings];
