import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from './button.tsx'
import { cx } from './class-names.ts'

/** What opens over the page: a question in the middle, or a panel at its side. */
export interface OverlayProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  /** A sentence below the title. */
  readonly says?: ReactNode
  readonly children?: ReactNode
  /** Buttons, the one that is meant last. */
  readonly actions?: ReactNode
}

function Head({ title, says }: Pick<OverlayProps, 'title' | 'says'>) {
  const { t } = useTranslation()
  return (
    <div className="flex items-start gap-2">
      <div className="min-w-0 flex-1">
        <Radix.Title className="text-read font-semibold [overflow-wrap:anywhere]">{title}</Radix.Title>
        <Radix.Description className={says ? 'mt-1 text-muted' : 'sr-only'}>{says ?? title}</Radix.Description>
      </div>
      <Radix.Close asChild>
        <IconButton label={t('app.close')} className="-mr-2 -mt-1">
          <X size={16} aria-hidden />
        </IconButton>
      </Radix.Close>
    </div>
  )
}

/** A question that must be answered before anything else. */
export function Dialog({ open, onClose, title, says, children, actions }: OverlayProps) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/35" />
        <Radix.Content className="fixed left-1/2 top-[12vh] z-50 flex max-h-[80vh] w-[min(480px,calc(100vw-24px))] -translate-x-1/2 flex-col gap-4 overflow-y-auto rounded-(--radius-base) border border-border bg-surface p-5 shadow-(--shadow)">
          <Head title={title} says={says} />
          {children}
          {actions && <div className="flex justify-end gap-2">{actions}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** A panel at the side, for one row of a table; the page stays where it is. */
export function SidePanel({
  open,
  onClose,
  title,
  says,
  children,
  actions,
  wide,
}: OverlayProps & { readonly wide?: boolean }) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()} modal={false}>
      <Radix.Portal>
        <Radix.Content
          onInteractOutside={(event) => event.preventDefault()}
          className={cx(
            'fixed inset-y-0 right-0 z-30 flex w-full flex-col border-l border-border bg-surface shadow-(--shadow)',
            wide ? 'sm:w-[720px]' : 'sm:w-[480px]',
          )}
        >
          <div className="border-b border-border px-5 py-3">
            <Head title={title} says={says} />
          </div>
          <div className="flex-1 overflow-y-auto px-5 py-4">{children}</div>
          {actions && <div className="flex justify-end gap-2 border-t border-border px-5 py-3">{actions}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
