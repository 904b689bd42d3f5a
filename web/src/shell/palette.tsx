import { useNavigate } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { useTranslation } from 'react-i18next'
import { useMay } from '../api/session.ts'
import { CONSOLE, PORTAL } from './nav.ts'

/** Goes anywhere by a few letters. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation()
  const may = useMay()
  const navigate = useNavigate()
  const ways = [...PORTAL, ...CONSOLE.flatMap((group) => group.ways)].filter(
    ({ needs }) => needs === undefined || may(needs),
  )
  return (
    <Command.Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      label={t('palette.title')}
      overlayClassName="fixed inset-0 z-40 bg-black/35"
      contentClassName="fixed left-1/2 top-[15vh] z-50 w-[min(520px,calc(100vw-24px))] -translate-x-1/2 overflow-hidden rounded-(--radius-base) border border-border bg-surface shadow-(--shadow)"
    >
      <Command.Input
        placeholder={t('palette.placeholder')}
        className="h-11 w-full border-b border-border bg-transparent px-4 text-read outline-none placeholder:text-muted"
      />
      <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
        <Command.Empty className="p-4 text-center text-muted">{t('palette.nothing')}</Command.Empty>
        {ways.map(({ to, name, icon: Icon }) => (
          <Command.Item
            key={to}
            value={`${t(`nav.${name}` as 'nav.chat')} ${to}`}
            onSelect={() => {
              onClose()
              void navigate({ to })
            }}
            className="flex h-9 items-center gap-2.5 rounded-(--radius-base) px-2.5 data-[selected=true]:bg-text/7"
          >
            <Icon size={16} aria-hidden className="text-muted" />
            {t(`nav.${name}` as 'nav.chat')}
            <span className="ml-auto font-mono text-small text-muted">{to}</span>
          </Command.Item>
        ))}
      </Command.List>
    </Command.Dialog>
  )
}
