import type { BrandingSpec, Palette } from '../../contract/branding.ts'
import { contrastOf } from '../../lib/contrast.ts'
import type { ProblemAt } from '../../platform/documents/index.ts'

/** The colours of who says nothing of them. Every pair of {@link PAIRS} passes. */
export const PALETTES: Readonly<Record<'light' | 'dark', Palette>> = Object.freeze({
  light: {
    accent: '#1f5fae',
    accentText: '#ffffff',
    background: '#ffffff',
    surface: '#f6f7f9',
    text: '#16191d',
    mutedText: '#596069',
    border: '#d9dde3',
  },
  dark: {
    accent: '#7ab3f5',
    accentText: '#0d1520',
    background: '#121518',
    surface: '#1a1e23',
    text: '#e8eaed',
    mutedText: '#a3abb5',
    border: '#2e343b',
  },
})

interface Pair {
  readonly front: keyof Palette
  readonly back: keyof Palette
  /** WCAG 2.2 AA: 4.5 for text (1.4.3), 3 for what one must see to use a page (1.4.11). */
  readonly least: 4.5 | 3
}

const PAIRS: readonly Pair[] = [
  { front: 'text', back: 'background', least: 4.5 },
  { front: 'text', back: 'surface', least: 4.5 },
  { front: 'mutedText', back: 'background', least: 4.5 },
  { front: 'mutedText', back: 'surface', least: 4.5 },
  { front: 'accentText', back: 'accent', least: 4.5 },
  { front: 'accent', back: 'background', least: 3 },
]

/** A document's colours with those of the product where it says nothing. */
export function paletteOf(colors: BrandingSpec['colors'], appearance: 'light' | 'dark'): Palette {
  return { ...PALETTES[appearance], ...colors[appearance] }
}

/** The pairs of colours that people could not read or see, by WCAG 2.2 AA. */
export function contrastProblems(colors: BrandingSpec['colors']): readonly ProblemAt[] {
  return (['light', 'dark'] as const).flatMap((appearance) => {
    const whole = paletteOf(colors, appearance)
    return PAIRS.flatMap(({ front, back, least }): readonly ProblemAt[] => {
      const contrast = contrastOf(whole[front], whole[back])
      if (contrast === undefined || contrast >= least) return []
      const said = colors[appearance][front] === undefined ? back : front
      const measured = (Math.floor(contrast * 100) / 100).toFixed(2)
      const message = `${appearance}: ${front} ${whole[front]} on ${back} ${whole[back]} has a contrast of ${measured}; WCAG AA asks for ${least}`
      return [{ at: ['colors', appearance, said], message, hint: 'Choose colours that are further apart.' }]
    })
  })
}
