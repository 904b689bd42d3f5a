import { useNavigate, useSearch } from '@tanstack/react-router'

/** What a page keeps in its address: filters and the row that is open. */
export type Search = Readonly<Record<string, string | undefined>>

/** What the page keeps in its address, and how to change some of it; Back goes to how it was. */
export function useAddress(): readonly [Search, (change: Search) => void] {
  const search = useSearch({ strict: false }) as Search
  const navigate = useNavigate()
  const change = (next: Search) => {
    const merged = Object.fromEntries(
      Object.entries({ ...search, ...next }).filter(([, value]) => value !== undefined && value !== ''),
    )
    void navigate({ to: '.', search: merged as never })
  }
  return [search, change]
}
