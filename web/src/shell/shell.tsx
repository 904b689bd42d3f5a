import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { LogOut, Menu, Search, X } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ProofWanted } from '../api/client.ts'
import { enterAs, sessionQuery, signOut, useMay } from '../api/session.ts'
import { IconButton } from '../design/button.tsx'
import { cx } from '../design/class-names.ts'
import { Mark } from './mark.tsx'
import { CONSOLE, PORTAL, type Way } from './nav.ts'

const Palette = lazy(() => import('./palette.tsx').then((module) => ({ default: module.Palette })))
const Proof = lazy(() => import('./proof.tsx').then((module) => ({ default: module.Proof })))

/** Around every page: where one is, where one may go, who one is. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation()
  const { pathname } = useLocation()
  const [isOpen, setOpen] = useState(false)
  const [asks, setAsks] = useState(false)
  useEffect(() => {
    if (pathname !== '') setOpen(false)
  }, [pathname])
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return
      event.preventDefault()
      setAsks((shown) => !shown)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:left-2 focus:top-2 focus:z-50 focus:bg-surface focus:p-2"
      >
        {t('app.skip')}
      </a>
      <header className="flex h-12 items-center gap-2 border-b border-border px-3 md:hidden">
        <IconButton label={t('app.menu')} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? <X size={18} aria-hidden /> : <Menu size={18} aria-hidden />}
        </IconButton>
        <Mark />
      </header>
      <nav
        aria-label={t('app.menu')}
        className={cx(
          'flex-col gap-4 overflow-y-auto border-border bg-background px-2 py-3 md:flex md:w-[216px] md:shrink-0 md:border-r',
          isOpen ? 'fixed inset-x-0 bottom-0 top-12 z-20 flex' : 'hidden',
        )}
      >
        <div className="hidden h-8 items-center px-2 md:flex">
          <Mark />
        </div>
        <button
          type="button"
          onClick={() => setAsks(true)}
          className="mx-1 flex h-8 items-center gap-2 rounded-(--radius-base) border border-border bg-surface px-2 text-muted hover:border-muted"
        >
          <Search size={14} aria-hidden />
          {t('palette.title')}
          <kbd className="ml-auto font-sans text-small">⌘K</kbd>
        </button>
        <PortalWays />
        <ConsoleWays />
        <Who />
      </nav>
      <main id="content" className="min-h-0 min-w-0 flex-1">
        {children}
      </main>
      {asks && (
        <Suspense>
          <Palette onClose={() => setAsks(false)} />
        </Suspense>
      )}
      <ProofWhenWanted />
    </div>
  )
}

/** Asks for a fresh proof when a change wants one, and lets the change go on. */
function ProofWhenWanted() {
  const [wanted, setWanted] = useState<ProofWanted>()
  useEffect(() => {
    const take = (event: Event) => {
      if (!(event instanceof ProofWanted)) return
      event.preventDefault()
      setWanted(event)
    }
    window.addEventListener(ProofWanted.type, take)
    return () => window.removeEventListener(ProofWanted.type, take)
  }, [])
  if (!wanted) return null
  const settle = (proved: boolean) => {
    setWanted(undefined)
    wanted.settle(proved)
  }
  return (
    <Suspense>
      <Proof onDone={settle} />
    </Suspense>
  )
}

function Ways({ ways, name }: { readonly ways: readonly Way[]; readonly name?: string }) {
  const { t } = useTranslation()
  return (
    <div>
      {name && <div className="px-2 pb-1 text-small text-muted">{t(`nav.${name}` as 'nav.traffic')}</div>}
      <ul>
        {ways.map(({ to, name: word, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              activeOptions={{ exact: to === '/' || to === '/console', includeSearch: false }}
              className="flex h-8 items-center gap-2.5 rounded-(--radius-base) px-2 text-muted hover:bg-text/5 hover:text-text"
              activeProps={{ className: 'bg-text/7 font-medium !text-text', 'aria-current': 'page' }}
            >
              <Icon size={16} aria-hidden />
              {t(`nav.${word}` as 'nav.chat')}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  )
}

function PortalWays() {
  const may = useMay()
  return <Ways ways={PORTAL.filter(({ needs }) => needs === undefined || may(needs))} />
}

function ConsoleWays() {
  const may = useMay()
  return CONSOLE.map(({ name, ways }) => {
    const open = ways.filter(({ needs }) => needs === undefined || may(needs))
    return open.length === 0 ? null : <Ways key={name} ways={open} name={name} />
  })
}

function Who() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { data: session } = useQuery(sessionQuery)
  if (!session) return null
  const leave = async () => {
    await signOut().catch(() => undefined)
    enterAs(queries, null)
  }
  return (
    <div className="mt-auto flex items-center gap-2 px-2 pt-2">
      <div className="min-w-0 flex-1">
        <div className="truncate font-medium">{session.user.name || session.user.email}</div>
        <div className="truncate text-small text-muted">{session.roles.join(', ') || session.user.email}</div>
      </div>
      <IconButton label={t('nav.signOut')} onClick={leave}>
        <LogOut size={16} aria-hidden />
      </IconButton>
    </div>
  )
}
