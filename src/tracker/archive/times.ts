/** The time with milliseconds, as GitLab writes it; what is no time stays as it is, and the line is refused. */
export function exact(at: string): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? at : time.toISOString();
}
