import colors from 'picocolors';

export type Palette = ReturnType<typeof colors.createColors>;

/** Colours, or the same functions doing nothing. */
export function createPalette(enabled: boolean): Palette {
  return colors.createColors(enabled);
}
