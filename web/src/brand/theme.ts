/** Light, dark, or as the system says. */
export type Theme = 'light' | 'dark' | 'system'

const KEPT_AS = 'gatehouse.theme'

/** What was chosen in this browser. */
export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEPT_AS)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

/** Whether the page is dark now. */
export function isDark(theme: Theme = chosenTheme()): boolean {
  return theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
}

/** Chooses, remembers and shows a theme. */
export function chooseTheme(theme: Theme): void {
  localStorage.setItem(KEPT_AS, theme)
  showTheme()
}

/** Tells whoever listens (the brand) that light and dark have changed places. */
export const THEME_CHANGED = 'gatehouse:theme'

/** Puts the theme on the page. */
export function showTheme(): void {
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light'
  window.dispatchEvent(new Event(THEME_CHANGED))
}

/** Follows the system for as long as the page lives. */
export function followSystem(): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showTheme)
}
