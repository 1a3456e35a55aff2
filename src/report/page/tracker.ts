import type { Result } from '../../model/result.ts';
import { formatCount } from '../../text/format.ts';
import { reportHeadings, trackerColumns, trackerOtherwise, trackerProven } from '../../ui/report-messages.ts';
import { remarkLine } from '../../ui/tracker-messages.ts';
import { addressesOf } from '../addresses.ts';
import { trackerRemarks, trackerRows } from '../tracker.ts';
import { el, link } from './elements.ts';
import { card, growing, listCard, plainTable } from './parts.ts';

const rowsAtOnce = 20;

/** Issues and merge requests of each project, and what of them is otherwise than on GitBucket. */
export function trackerCards(result: Result): (HTMLElement | null)[] {
  const rows = trackerRows(result);
  if (rows.length === 0) return [];
  const table = growing(rows, rowsAtOnce, (shown) =>
    plainTable(
      trackerColumns.map((title, index) => (index > 0 && index < 4 ? { title, number: true } : { title })),
      shown.map(({ item, issues, requests, comments, state }) => [
        link(item.id, addressesOf(item, result).now),
        ...[issues, requests, comments].map(formatCount),
        state,
      ]),
    ),
  );
  const remarks = trackerRemarks(result).map((remark) => remarkLine(remark, Infinity));
  const proof = el('p', { class: 'proof-note small' }, trackerProven);
  return [card(reportHeadings.tracker, 'flush', table, proof), listCard(trackerOtherwise, '', remarks)];
}
