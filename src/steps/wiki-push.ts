import { projectMissing } from '../failures/target.ts';
import { isWrite, type PlannedProject, type RefChange } from '../model/plan.ts';
import { possibleIds, settled } from '../plan/known-refs.ts';
import type { Explanation } from '../plan/ref-proof.ts';
import { mergeAdvice, mustComeFirst, type WikiRefs } from '../plan/wiki-refs.ts';
import type { RefResult, TransferJob, TransferResult } from '../transfer/transport.ts';
import { lookedUp } from './push-refs.ts';
import type { Outcome, WritingWork } from './step.ts';
import { inDoubt, seenPatch, type Data, type Part } from './wiki-parts.ts';

export type WikiWork = WritingWork<Data, PlannedProject>;

/** Sends what is decided for the wiki, and writes down what came of it. @throws those of the transport */
export async function pushWiki(part: Part, now: WikiRefs, work: WikiWork): Promise<Outcome> {
  const { item, place, context } = work;
  if (place === null) throw projectMissing(item.id, { target: item.fullPath });
  const { source, target } = context;
  const writes = now.refs.filter(isWrite);
  const job: TransferJob = {
    id: `${item.id}.wiki`,
    attempt: work.attempt,
    source: source.remote(item.repository, 'wiki'),
    target: target.remote(place.fullPath, 'wiki'),
    patterns: ['refs/heads/*', 'refs/tags/*'],
    changes: now.refs,
    unverifiedIds: [],
    ensureTarget: () => target.ensureProject(place),
    beforeWrite: () =>
      work.record('started', {
        data: { refs: possibleIds(writes, work.known()), arrived: inDoubt(writes) },
      }),
    progress: (stage, percent, bytes) =>
      context.emit({ type: 'item-progress', id: item.id, stage, percent, bytes }),
    signal: context.runtime.aborting,
  };
  const answers = await inOrder(job, now, work);
  const results = await lookedUp(answers.results, writes, () => target.listRefs(place.fullPath, 'wiki'));
  const refusals = refusalsIn(writes, results);
  const known = work.known();
  const { refs, left } = settled(part, { changes: now.refs, refusals }, known);
  const seen = seenPatch(now.refs, refusals, known);
  await work.record('done', { data: { ...seen, refs, left: { ...seen.left, ...left } } });
  const wrote = results.some(({ outcome }) => outcome === 'written');
  if (wrote && work.wikiRefs) work.wikiRefs.target = null;
  const { note } = answers;
  const notices = note === undefined ? [] : [{ code: 'transfer', object: item.id, message: note, fix: '' }];
  return { changed: wrote, bytes: answers.bytes, notices };
}

/**
 * The branch that is to be shown goes alone and is looked at before others come beside it: GitLab goes on showing what it
 * finds when it first looks (GL-273).
 */
async function inOrder(job: TransferJob, now: WikiRefs, work: WikiWork): Promise<TransferResult> {
  const { transport, context, place } = work;
  const first = now.refs.find(({ ref }) => ref === now.shown?.to);
  const others = now.refs.filter((change) => change !== first);
  if (first === undefined || place === null || !mustComeFirst(now) || !others.some(isWrite))
    return transport.transfer(job);
  const one = isWrite(first)
    ? await transport.transfer({ ...job, changes: [first] })
    : { results: [], bytes: 0 };
  await context.target.wikiPages(place);
  const there: RefChange = { ...first, outcome: 'unchanged', old: first.new };
  const rest = await transport.transfer({ ...job, changes: [there, ...others] });
  return { ...rest, results: [...one.results, ...rest.results], bytes: one.bytes + rest.bytes };
}

/** Why changes that were to be written were not, in the words of the servers. */
function refusalsIn(writes: readonly RefChange[], results: readonly RefResult[]): Map<string, Explanation> {
  const answers = new Map(results.map((result) => [result.ref, result]));
  const refusals = new Map<string, Explanation>();
  for (const { ref, reason: why } of writes) {
    const result = answers.get(ref);
    if (result?.outcome === 'written') continue;
    const said = result?.reason ?? 'no answer';
    if (result?.outcome === 'refused') {
      refusals.set(ref, {
        outcome: 'refused',
        reason: said,
        fix: 'change what GitLab refuses, then run again',
      });
      continue;
    }
    const reason =
      result?.outcome === 'unreadable' ? said : `${why ?? 'the wiki was edited on GitLab'} (${said})`;
    refusals.set(ref, { outcome: 'diverged', reason, fix: mergeAdvice });
  }
  return refusals;
}
