import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { en } from './en.ts'
import type { English } from './en-more.ts'

declare module 'i18next' {
  // The texts there are, so that a page cannot ask for one that there is not.
  interface CustomTypeOptions {
    readonly resources: { readonly translation: English }
  }
}

/** The languages there are. */
export const LANGUAGES = ['en', 'de'] as const
/** One of {@link LANGUAGES}. */
export type Language = (typeof LANGUAGES)[number]

const KEPT_AS = 'gatehouse.language'

function preferred(): Language {
  const kept = localStorage.getItem(KEPT_AS)
  const wanted = [kept ?? '', ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase())
  return (
    LANGUAGES.find((language) => language === wanted.find((tag) => LANGUAGES.some((known) => known === tag))) ?? 'en'
  )
}

/** Loads the texts of the language that the browser, or its user, prefers. */
export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
  })
  await useLanguage(preferred())
}

/** Changes the language, and remembers it. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEPT_AS, language)
  await useLanguage(language)
}

async function useLanguage(language: Language): Promise<void> {
  if (language === 'de' && !i18next.hasResourceBundle('de', 'translation')) {
    const { de } = await import('./de.ts')
    i18next.addResourceBundle('de', 'translation', de)
  }
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
}

/** Loads what the pages behind the first one say. German comes whole, so that this is for English and what falls back to it. */
export async function loadMoreTexts(): Promise<void> {
  if (i18next.exists('overview.title', { lngs: ['en'] })) return
  const { enMore } = await import('./en-more.ts')
  i18next.addResourceBundle('en', 'translation', enMore, true)
}
