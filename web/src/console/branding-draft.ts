import type { BrandingSpec, Palette } from '../../../src/contract/branding.ts'

/** A Branding document's spec as it is written: what it leaves out is as the product comes. */
export type Draft = Partial<Omit<BrandingSpec, 'colors'>> & {
  readonly appliesTo?: readonly string[]
  readonly colors?: { readonly light?: Partial<Palette>; readonly dark?: Partial<Palette> }
}
