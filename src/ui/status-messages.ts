/** Sentences of `gb2gl status`. */
export function statusNothing(workDir: string): string {
  return `No migration was begun in ${workDir}.`;
}

export function statusHeading({ source, target }: { source: string; target: string }): string {
  return `Migration from ${source} to ${target}, as the journal tells:`;
}

export function statusLine({ id, state, at }: { id: string; state: string; at: string }): string {
  return `  ${state.padEnd(7)} ${id} (${at})`;
}
