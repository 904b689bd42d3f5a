import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../api/client.ts'
import { type OwnKey, reads } from '../api/reads.ts'
import { meQuery } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { CodeBlock, CopyButton } from '../design/copy.tsx'
import { Dialog } from '../design/dialog.tsx'
import { Field, Select } from '../design/field.tsx'
import { day } from '../design/format.ts'
import { Page, Section, Segments } from '../design/page.tsx'
import { Empty, Failure, Skeleton } from '../design/states.tsx'

/** One's own virtual keys, and how to use them. */
export function KeysPage() {
  const { t } = useTranslation()
  const { data, error, isPending, refetch } = useQuery(reads.ownKeys())
  const [makes, setMakes] = useState(false)
  const [made, setMade] = useState<string>()
  const [revoked, setRevoked] = useState<OwnKey>()
  const keys = data?.items ?? []
  const create = (
    <Button weight="primary" onClick={() => setMakes(true)}>
      {t('keys.new')}
    </Button>
  )
  return (
    <Page title={t('keys.title')} actions={keys.length > 0 && create}>
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : isPending ? (
        <Skeleton />
      ) : (
        <div className="max-w-3xl">
          {keys.length === 0 ? (
            <Empty title={t('keys.empty')} action={create} />
          ) : (
            <KeyList keys={keys} onRevoke={setRevoked} />
          )}
          <Section title={t('keys.use')}>
            <Snippets apiKey={made ?? '$GATEHOUSE_KEY'} />
          </Section>
        </div>
      )}
      {makes && <NewKey onClose={() => setMakes(false)} onMade={setMade} />}
      {made && (
        <Dialog
          open
          onClose={() => setMade(undefined)}
          title={t('keys.shown')}
          says={t('keys.shownHint')}
          actions={<CopyButton text={made} label={t('app.copy')} />}
        >
          <code className="rounded-(--radius-base) border border-border bg-text/4 p-3 font-mono [overflow-wrap:anywhere]">
            {made}
          </code>
        </Dialog>
      )}
      {revoked && <Revoke apiKey={revoked} onClose={() => setRevoked(undefined)} />}
    </Page>
  )
}

function KeyList({ keys, onRevoke }: { readonly keys: readonly OwnKey[]; readonly onRevoke: (key: OwnKey) => void }) {
  const { t } = useTranslation()
  return (
    <ul className="divide-y divide-border border-y border-border">
      {keys.map((key) => (
        <li key={key.id} className="flex min-h-12 flex-wrap items-center gap-x-4 py-1.5">
          <div className="min-w-0 flex-1">
            <div className="truncate font-medium">{key.name}</div>
            <div className="truncate text-small text-muted">
              {key.narrowTo ? key.narrowTo.join(', ') : t('keys.anyModel')}
              {' · '}
              {t('keys.expires')}: {key.expires ? day(key.expires) : t('keys.never')}
              {key.disabled && ` · ${t('keys.disabled')}`}
            </div>
          </div>
          <Button weight="danger" onClick={() => onRevoke(key)}>
            {t('keys.revoke')}
          </Button>
        </li>
      ))}
    </ul>
  )
}

function NewKey({ onClose, onMade }: { readonly onClose: () => void; readonly onMade: (key: string) => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { data: me } = useQuery(meQuery)
  const [name, setName] = useState('')
  const [expires, setExpires] = useState('')
  const [model, setModel] = useState('')
  const make = useMutation({
    mutationFn: () =>
      ask<{ key: string }>('/api/v1/me/keys', {
        method: 'POST',
        body: { name, ...(expires ? { expires } : {}), ...(model ? { narrowTo: [model] } : {}) },
      }),
    onSuccess: async ({ key }) => {
      await queries.invalidateQueries({ queryKey: ['/api/v1/me/keys'] })
      onMade(key)
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    make.mutate()
  }
  const models = me?.resources.filter(({ kind, may }) => kind === 'model' && may) ?? []
  return (
    <Dialog open onClose={onClose} title={t('keys.new')}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label={t('keys.name')}
          hint={t('keys.nameHint')}
          required
          pattern="[a-z0-9]([a-z0-9\-]*[a-z0-9])?"
          maxLength={64}
          autoFocus
          value={name}
          error={make.error?.message}
          onChange={(event) => setName(event.target.value)}
        />
        <Field
          label={t('keys.expires')}
          type="date"
          value={expires}
          onChange={(event) => setExpires(event.target.value)}
        />
        <Select label={t('keys.narrow')} value={model} onChange={(event) => setModel(event.target.value)}>
          <option value="">{t('keys.anyModel')}</option>
          {models.map(({ resource, name: title }) => (
            <option key={resource} value={resource}>
              {title}
            </option>
          ))}
        </Select>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t('app.cancel')}</Button>
          <Button type="submit" weight="primary" busy={make.isPending}>
            {t('keys.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Revoke({ apiKey, onClose }: { readonly apiKey: OwnKey; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => ask(`/api/v1/me/keys/${encodeURIComponent(apiKey.name)}`, { method: 'DELETE' }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['/api/v1/me/keys'] })
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('keys.revoke')}
      says={t('keys.revokeAsk', { name: apiKey.name })}
      actions={
        <>
          <Button onClick={onClose}>{t('app.cancel')}</Button>
          <Button weight="danger" busy={revoke.isPending} onClick={() => revoke.mutate()}>
            {t('keys.revoke')}
          </Button>
        </>
      }
    >
      {revoke.error && (
        <p role="alert" className="text-bad">
          {revoke.error.message}
        </p>
      )}
    </Dialog>
  )
}

const CLIENTS = ['curl', 'openai', 'anthropic', 'google'] as const
type Client = (typeof CLIENTS)[number]

function snippetOf(client: Client, origin: string, key: string): string {
  switch (client) {
    case 'curl':
      return `curl ${origin}/v1/chat/completions \\\n  -H "authorization: Bearer ${key}" -H 'content-type: application/json' \\\n  -d '{"model": "sandbox", "messages": [{"role": "user", "content": "Hello"}]}'`
    case 'openai':
      return `from openai import OpenAI\n\nclient = OpenAI(base_url="${origin}/v1", api_key="${key}")`
    case 'anthropic':
      return `from anthropic import Anthropic\n\nclient = Anthropic(base_url="${origin}", api_key="${key}")`
    case 'google':
      return `from google import genai\n\nclient = genai.Client(api_key="${key}", http_options={"base_url": "${origin}"})`
  }
}

function Snippets({ apiKey }: { readonly apiKey: string }) {
  const { t } = useTranslation()
  const [client, setClient] = useState<Client>('curl')
  return (
    <div className="flex flex-col items-start gap-3">
      <Segments
        label={t('keys.use')}
        value={client}
        onChange={setClient}
        options={CLIENTS.map((name) => [name, name] as const)}
      />
      <div className="w-full">
        <CodeBlock code={snippetOf(client, location.origin, apiKey)} />
      </div>
    </div>
  )
}
