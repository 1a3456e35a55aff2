import { isServerTrouble } from '../../failures/index.ts';
import type { RepositoryName } from '../../model/source.ts';
import { once } from '../../net/once.ts';
import type { GitBucketApi } from '../client.ts';
import type { GitBucketDatabase, Row } from '../database.ts';
import { Issue } from '../schema.ts';
import { numberIn } from './rows.ts';
import type { ServerZone } from './zone.ts';

/** Times of the database of one repository, in UTC. */
export type Times = {
  /** Compares what is needed with the API: one of these rows of ISSUE for each quarter of a year of which nothing is known. */
  prepare(issues: readonly Row[]): Promise<void>;
  toUtc: (local: string) => string;
};

export type TimesOptions = {
  api: GitBucketApi;
  database: GitBucketDatabase;
  repository: RepositoryName;
  /** That of the server: what one repository teaches serves all. */
  zone: ServerZone;
};

/** Of a quarter, so many are asked for until one is shown: the API hides those of disabled people (GB-184). */
const triesPerQuarter = 3;

export function createTimes({ api, database, repository, zone }: TimesOptions): Times {
  /** Every account has a date, also where nobody has opened an issue. */
  const learnFromAccount = once(async () => {
    if (!zone.isUnknown()) return;
    const { login, created_at: created } = await api.whoAmI();
    const [row] = (await database.rowsOf('ACCOUNT', login)) ?? [];
    const local = row?.text('REGISTERED_DATE');
    if (created !== undefined && local !== undefined && local !== null) zone.learn(local, created);
  });

  async function learnFrom(row: Row): Promise<void> {
    const shown = await api.below(repository, `issues/${numberIn(row, 'ISSUE_ID')}`, Issue).catch((error) => {
      if (isServerTrouble(error)) return null;
      throw error;
    });
    if (shown === null) return;
    zone.learn(row.text('REGISTERED_DATE') ?? '', shown.created_at);
    zone.learn(row.text('UPDATED_DATE') ?? '', shown.updated_at);
  }

  return {
    async prepare(issues) {
      await learnFromAccount();
      const tried = new Map<string, number>();
      for (const row of issues) {
        const times = ['REGISTERED_DATE', 'UPDATED_DATE'].map((column) => row.text(column) ?? '');
        const wanted = times.filter(
          (local) =>
            local !== '' && !zone.knows(local) && (tried.get(zone.quarterOf(local)) ?? 0) < triesPerQuarter,
        );
        if (wanted.length === 0) continue;
        for (const quarter of wanted.map(zone.quarterOf)) tried.set(quarter, (tried.get(quarter) ?? 0) + 1);
        await learnFrom(row);
      }
    },
    toUtc: zone.toUtc,
  };
}
