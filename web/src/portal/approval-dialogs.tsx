import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AccessRequestAnswer } from '../../../src/contract/requests.ts'
import { ask } from '../api/client.ts'
import { meQuery } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { Dialog } from '../design/dialog.tsx'
import { Field, Select, TextArea } from '../design/field.tsx'

const PATH = '/api/v1/access/requests'
const MOST_DAYS = 366

/** Asks for access to something; `on` is what was meant by whoever came here, or empty. */
export function AskDialog({ on: given, onClose }: { readonly on: string; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { data: me } = useQuery(meQuery)
  const [on, setOn] = useState(given)
  const [days, setDays] = useState('30')
  const [reason, setReason] = useState('')
  const send = useMutation({
    mutationFn: () => ask(PATH, { method: 'POST', body: { on, days: Number(days), reason } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [PATH] })
      onClose()
    },
  })
  const closed = me?.resources.filter(({ may }) => !may).map(({ resource }) => resource) ?? []
  const choices = given && !closed.includes(given) ? [given, ...closed] : closed
  const grantedBy = me?.resources.find(({ resource }) => resource === on)?.grantedBy
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate()
  }
  return (
    <Dialog open onClose={onClose} title={t('approvals.ask')} says={t('approvals.askSays')}>
      {me && choices.length === 0 ? (
        <p>{t('approvals.allOpen')}</p>
      ) : (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <Select
            label={t('approvals.what')}
            required
            value={on}
            hint={grantedBy && t('approvals.goesTo', { who: grantedBy })}
            onChange={(event) => setOn(event.target.value)}
          >
            <option value="" disabled>
              {t('approvals.choose')}
            </option>
            {choices.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </Select>
          <Days value={days} onChange={setDays} />
          <TextArea
            label={t('approvals.why')}
            required
            maxLength={1_000}
            rows={3}
            value={reason}
            error={send.error?.message}
            onChange={(event) => setReason(event.target.value)}
          />
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>{t('app.cancel')}</Button>
            <Button type="submit" weight="primary" busy={send.isPending}>
              {t('approvals.send')}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  )
}

function Days({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const { t } = useTranslation()
  return (
    <Field
      label={t('approvals.days')}
      type="number"
      min={1}
      max={MOST_DAYS}
      required
      value={value}
      className="numbers"
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

/** A request, and what is to become of it. */
export interface Deciding {
  readonly request: AccessRequestAnswer
  readonly verb: 'approve' | 'decline' | 'withdraw'
}

/** The last question before a request ends. */
export function DecideDialog({ request, verb, onClose }: Deciding & { readonly onClose: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [days, setDays] = useState(String(request.days))
  const [note, setNote] = useState('')
  const decide = useMutation({
    mutationFn: () => ask(`${PATH}/${request.id}:${verb}`, { method: 'POST', body: bodyOf(verb, days, note) }),
    onSuccess: async () => {
      await queries.invalidateQueries()
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    decide.mutate()
  }
  const { principal, on } = request
  return (
    <Dialog open onClose={onClose} title={t(`approvals.${verb}`)} says={t(`approvals.${verb}Says`, { principal, on })}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {verb === 'approve' && <Days value={days} onChange={setDays} />}
        {verb !== 'withdraw' && (
          <TextArea
            label={t('approvals.note')}
            required={verb === 'decline'}
            maxLength={1_000}
            rows={3}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        )}
        {decide.error && (
          <p role="alert" className="text-bad">
            {decide.error.message}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t('app.cancel')}</Button>
          <Button type="submit" weight={verb === 'approve' ? 'primary' : 'danger'} busy={decide.isPending}>
            {t(`approvals.${verb}`)}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function bodyOf(verb: Deciding['verb'], days: string, note: string): object | undefined {
  if (verb === 'withdraw') return undefined
  return { ...(verb === 'approve' ? { days: Number(days) } : {}), ...(note.trim() ? { note: note.trim() } : {}) }
}
