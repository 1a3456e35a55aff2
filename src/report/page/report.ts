import type { PlanPage, ResultPage } from '../page-data.ts';
import { nodesOf } from './elements.ts';
import { planPage } from './plan-page.ts';
import { resultPage } from './result-page.ts';

/** The script of report.html and plan.html: shows the data that the file holds. */
const text = document.getElementById('data')?.textContent ?? '';
const data = JSON.parse(text) as ResultPage | PlanPage;
const page = data.kind === 'plan' ? planPage(data) : resultPage(data);
document.getElementById('page')?.append(...nodesOf(page));
