import { Check, Copy as CopyIcon } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, IconButton } from './button.tsx'

const SAID_FOR_MS = 1_500

/** Copies a text and says so. With `label` a button of words, else a picture alone. */
export function CopyButton({ text, label }: { readonly text: string; readonly label?: string }) {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), SAID_FOR_MS)
  }
  const icon = copied ? <Check size={14} aria-hidden /> : <CopyIcon size={14} aria-hidden />
  if (label === undefined) {
    return (
      <IconButton label={copied ? t('app.copied') : t('app.copy')} onClick={copy} className="h-7">
        {icon}
      </IconButton>
    )
  }
  return (
    <Button icon={icon} onClick={copy}>
      {copied ? t('app.copied') : label}
    </Button>
  )
}

/** Code as it is, to be copied. */
export function CodeBlock({ code, label }: { readonly code: string; readonly label?: string }) {
  return (
    <div className="relative min-w-0 overflow-hidden rounded-(--radius-base) border border-border bg-text/3">
      {label && <div className="border-b border-border px-3 py-1 text-small text-muted">{label}</div>}
      <pre tabIndex={0} className="overflow-x-auto p-3 pr-12 font-mono text-small leading-5">
        <code>{code}</code>
      </pre>
      <div className="absolute right-1.5 top-1.5">
        <CopyButton text={code} />
      </div>
    </div>
  )
}
