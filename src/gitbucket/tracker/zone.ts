/**
 * The database keeps times as the server's clock on the wall shows them (GB-243). Which zone that is, it does not tell;
 * but the API tells some of the same times in UTC (GB-15), and those say it.
 */

/** A time of the database, `2026-11-23 19:32:44.688`, beside the same time by the API. */
type Sample = { wall: number; minutes: number; quarter: string };

export type ServerZone = {
  /** True before anything was compared. */
  isUnknown(): boolean;
  /** True when a time of that quarter of a year has been compared already. */
  knows(local: string): boolean;
  quarterOf: (local: string) => string;
  learn(local: string, utc: string): void;
  /** ISO 8601 in UTC, in whole seconds as the API gives it; as near as can be told where nothing was compared. */
  toUtc: (local: string) => string;
};

export function createServerZone(): ServerZone {
  const samples: Sample[] = [];
  const quarters = new Set<string>();
  let guess: { offsetAt(wall: number): number } | null = null;
  /** Those that fit all samples so far: none that has not will. */
  let fitting = allZones;

  return {
    isUnknown: () => samples.length === 0,
    knows: (local) => quarters.has(quarterOf(local)),
    quarterOf,
    learn(local, utc) {
      const wall = wallTime(local);
      const minutes = Math.round((wall - Date.parse(utc)) / 60_000);
      if (!Number.isFinite(minutes)) return;
      const quarter = quarterOf(local);
      const same = samples.some((each) => each.minutes === minutes && each.quarter === quarter);
      if (same) return;
      quarters.add(quarter);
      samples.push({ wall, minutes, quarter });
      guess = null;
    },
    toUtc(local) {
      const wall = wallTime(local);
      if (guess === null) {
        fitting = fitting.filter((zone) => samples.every((each) => zone(each.wall) === each.minutes));
        guess = guessFrom(samples, fitting);
      }
      const time = wall - guess.offsetAt(wall) * 60_000;
      return `${new Date(time).toISOString().slice(0, 19)}Z`;
    },
  };
}

/** As if it were UTC. */
function wallTime(local: string): number {
  const [, day = '', time = '00:00:00'] =
    /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d)?))?/.exec(local) ?? [];
  return Date.parse(`${day}T${time}Z`);
}

function quarterOf(local: string): string {
  return `${local.slice(0, 4)} ${Math.floor((Number(local.slice(5, 7)) - 1) / 3)}`;
}

/** Gives the minutes by which a zone is ahead of UTC when its clocks show this. */
type Zone = (wall: number) => number;

/** What the runtime knows; each zone is opened when it is asked first, which takes most of the time of all this. */
const allZones: readonly Zone[] = Intl.supportedValuesOf('timeZone').map((name) => zoneOf(name));

/** The zone that fits all samples; of several, one that agrees best with the others. Else the nearest sample's offset. */
function guessFrom(samples: readonly Sample[], fitting: readonly Zone[]): { offsetAt(wall: number): number } {
  const [first] = fitting;
  if (samples.length === 0) return { offsetAt: () => 0 };
  if (first === undefined) return { offsetAt: (wall) => nearest(samples, wall).minutes };
  const probes = probesAround(samples);
  const seen = fitting.map((zone) => probes.map((wall) => zone(wall)));
  const usual = probes.map((_wall, at) => mostCommon(seen.map((offsets) => offsets[at] ?? 0)));
  const scores = seen.map((offsets) => offsets.filter((offset, at) => offset === usual[at]).length);
  const best = fitting[scores.indexOf(Math.max(...scores))] ?? first;
  const known = new Map<number, number>();
  return {
    offsetAt(wall) {
      const hour = Math.floor(wall / 3_600_000);
      const offset = known.get(hour) ?? best(hour * 3_600_000);
      known.set(hour, offset);
      return offset;
    },
  };
}

function zoneOf(timeZone: string): Zone {
  let format: Intl.DateTimeFormat | null = null;
  const offsetAt = (time: number): number => {
    format ??= new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    const text = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(text) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  };
  return (wall) => offsetAt(wall - offsetAt(wall) * 60_000);
}

/** The middle of each month of the years that the samples are from, and of one more at either end. */
function probesAround(samples: readonly Sample[]): number[] {
  const years = samples.map(({ wall }) => new Date(wall).getUTCFullYear());
  const probes: number[] = [];
  for (let year = Math.min(...years) - 1; year <= Math.max(...years) + 1; year += 1)
    for (let month = 0; month < 12; month += 1) probes.push(Date.UTC(year, month, 15, 12));
  return probes;
}

function mostCommon(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), [0, 0] as [number, number])[0];
}

function nearest(samples: readonly Sample[], wall: number): Sample {
  return samples.reduce((best, each) =>
    Math.abs(each.wall - wall) < Math.abs(best.wall - wall) ? each : best,
  );
}
