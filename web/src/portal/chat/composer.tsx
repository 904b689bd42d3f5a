import { ArrowUp, Paperclip, Square, X } from 'lucide-react'
import { type ChangeEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useBrand } from '../../brand/brand.ts'
import { IconButton } from '../../design/button.tsx'
import type { Attachment } from './conversation.ts'

/** What the composer is given. */
export interface ComposerProps {
  readonly chatId: string
  readonly disabled: boolean
  readonly isRunning: boolean
  readonly onSend: (text: string, attachments: readonly Attachment[]) => void
  readonly onStop: () => void
}

const LARGEST_BYTES = 5 * 1_048_576
const MAX_HEIGHT_PX = 240
const LINE_PX = 24
const TEXT_NAME =
  /\.(?:txt|md|csv|tsv|json|ya?ml|xml|html|css|js|ts|tsx|py|go|rs|java|c|h|cpp|cs|rb|sh|sql|log|toml|ini)$/i

function attachmentOf(file: File): Promise<Attachment | undefined> {
  const kind = file.type.startsWith('image/')
    ? 'image'
    : file.type.startsWith('text/') || TEXT_NAME.test(file.name)
      ? 'text'
      : undefined
  if (kind === undefined) return Promise.resolve(undefined)
  if (kind === 'text') return file.text().then((value) => ({ name: file.name, kind, value }))
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve({ name: file.name, kind, value: String(reader.result) })
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })
}

/** The files that go along: chosen, looked at, and taken away again. */
function useAttachments() {
  const { t } = useTranslation()
  const [attachments, setAttachments] = useState<readonly Attachment[]>([])
  const [problem, setProblem] = useState<string>()
  const attach = async (event: ChangeEvent<HTMLInputElement>) => {
    setProblem(undefined)
    for (const file of event.target.files ?? []) {
      const isTooBig = file.size > LARGEST_BYTES
      const added = isTooBig ? undefined : await attachmentOf(file)
      if (added) setAttachments((before) => [...before, added])
      else if (isTooBig) setProblem(t('chat.attachTooBig', { name: file.name, size: '5 MB' }))
      else setProblem(t('chat.attachKind', { name: file.name }))
    }
    event.target.value = ''
  }
  return { attachments, problem, attach, setAttachments }
}

function AttachmentList(props: {
  readonly attachments: readonly Attachment[]
  readonly onRemove: (attachment: Attachment) => void
}) {
  const { t } = useTranslation()
  if (props.attachments.length === 0) return null
  return (
    <ul className="mb-2 flex flex-wrap gap-2">
      {props.attachments.map((attachment) => (
        <li
          key={`${attachment.name}-${String(attachment.value.length)}`}
          className="flex items-center gap-1 rounded-(--radius-base) border border-border pl-2"
        >
          {attachment.kind === 'image' && (
            <img src={attachment.value} alt="" className="h-6 w-6 rounded object-cover" />
          )}
          <span className="max-w-40 truncate text-small">{attachment.name}</span>
          <IconButton label={t('app.remove')} className="h-7" onClick={() => props.onRemove(attachment)}>
            <X size={12} aria-hidden />
          </IconButton>
        </li>
      ))}
    </ul>
  )
}

/** Where one writes. Enter sends, Shift+Enter is a new line, Escape stops the answer. */
export function Composer({ chatId, disabled, isRunning, onSend, onStop }: ComposerProps) {
  const { t } = useTranslation()
  const { assistant } = useBrand()
  const [text, setText] = useState('')
  const { attachments, problem, attach, setAttachments } = useAttachments()
  const area = useGrowingArea(chatId, text)
  const files = useRef<HTMLInputElement>(null)
  const canSend = !disabled && !isRunning && (text.trim() !== '' || attachments.length > 0)
  const send = () => {
    if (!canSend) return
    onSend(text.trim(), attachments)
    setText('')
    setAttachments([])
  }
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && isRunning) onStop()
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }
  return (
    <div className="mx-auto w-full max-w-[720px] px-4 pb-4">
      <p role="alert" className={problem ? 'mb-2 text-bad' : 'hidden'}>
        {problem}
      </p>
      <div className="rounded-[calc(var(--radius-base)+6px)] border border-border bg-surface p-2 focus-within:border-muted">
        <AttachmentList
          attachments={attachments}
          onRemove={(gone) => setAttachments(attachments.filter((one) => one !== gone))}
        />
        <div className="flex items-end gap-1">
          <input ref={files} type="file" multiple hidden onChange={attach} />
          <IconButton label={t('chat.attach')} disabled={disabled} onClick={() => files.current?.click()}>
            <Paperclip size={16} aria-hidden />
          </IconButton>
          <textarea
            ref={area}
            rows={1}
            value={text}
            disabled={disabled}
            aria-label={t('chat.placeholder', { assistant })}
            placeholder={t('chat.placeholder', { assistant })}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={keys}
            className="my-1 max-h-60 min-w-0 flex-1 resize-none bg-transparent text-read leading-6 outline-none placeholder:text-muted"
          />
          <IconButton
            label={isRunning ? t('chat.stop') : t('chat.send')}
            weight={isRunning ? 'plain' : 'primary'}
            disabled={!isRunning && !canSend}
            onClick={isRunning ? onStop : send}
          >
            {isRunning ? <Square size={14} aria-hidden fill="currentColor" /> : <ArrowUp size={16} aria-hidden />}
          </IconButton>
        </div>
      </div>
    </div>
  )
}

/** A text area that grows with its text, and is where one writes as soon as a chat is opened. */
function useGrowingArea(chatId: string, text: string) {
  const area = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (chatId && matchMedia('(pointer: fine)').matches) area.current?.focus()
  }, [chatId])
  useEffect(() => {
    const element = area.current
    if (!element) return
    element.style.height = 'auto'
    element.style.height = `${text === '' ? LINE_PX : Math.min(element.scrollHeight, MAX_HEIGHT_PX)}px`
  }, [text])
  return area
}
