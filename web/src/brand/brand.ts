import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { BrandingAnswer, Palette } from '../../../src/contract/branding.ts'
import { ask } from '../api/client.ts'
import { sessionQuery } from '../api/session.ts'
import { isDark, THEME_CHANGED } from './theme.ts'

/** How the product looks and speaks here: to everybody, or to the team of who is signed in. */
const brandQuery = (person: string | undefined) =>
  queryOptions({
    queryKey: ['branding', person ?? ''],
    queryFn: () => ask<BrandingAnswer>(person === undefined ? '/api/v1/branding' : '/api/v1/me/branding'),
    staleTime: 300_000,
    retry: false,
    placeholderData: keepPreviousData,
  })

/** The name of the product and its assistant; the defaults until the gateway has said. */
export function useBrand(): {
  readonly name: string
  readonly assistant: string
  readonly brand: BrandingAnswer | undefined
} {
  const { data: session } = useQuery(sessionQuery)
  // Whoever must choose a password first may read nothing of their own yet.
  const isIn = session && session.passwordChange !== 'required'
  const { data: brand } = useQuery(brandQuery(isIn ? session.user.id : undefined))
  return { name: brand?.name ?? 'Gatehouse', assistant: brand?.assistant ?? 'Assistant', brand }
}

const VARIABLES: Readonly<Record<keyof Palette, string>> = {
  accent: '--accent',
  accentText: '--accent-text',
  background: '--background',
  surface: '--surface',
  text: '--text',
  mutedText: '--muted',
  border: '--border',
}

/** Puts the brand on the page, and again when light and dark change places. */
export function useBrandOnPage(): void {
  const { brand } = useBrand()
  useEffect(() => {
    if (!brand) return
    const show = () => {
      const root = document.documentElement.style
      const colours = isDark() ? brand.colors.dark : brand.colors.light
      for (const [name, variable] of Object.entries(VARIABLES))
        root.setProperty(variable, colours[name as keyof Palette])
      root.setProperty('--radius', `${brand.radius}px`)
      if (brand.font) root.setProperty('--brand-font', brand.font)
      document.title = brand.name
      const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
      if (icon && brand.favicon) icon.href = brand.favicon
    }
    show()
    window.addEventListener(THEME_CHANGED, show)
    return () => window.removeEventListener(THEME_CHANGED, show)
  }, [brand])
}
