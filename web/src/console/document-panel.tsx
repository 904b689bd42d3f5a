import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Lock } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { DocumentAnswer, ForesightAnswer, PlanAnswer } from '../../../src/contract/documents.ts'
import { ask } from '../api/client.ts'
import { useMay } from '../api/session.ts'
import { Badge, type Tone } from '../design/badge.tsx'
import { Button } from '../design/button.tsx'
import { CodeBlock } from '../design/copy.tsx'
import { SidePanel } from '../design/dialog.tsx'
import { TextArea } from '../design/field.tsx'
import { Section } from '../design/page.tsx'
import { Effects, Replay } from './foresight.tsx'
import { Problems } from './problems.tsx'
import { yamlOf } from './yaml.ts'

const TEMPLATE = `apiVersion: gatehouse/v1
kind: Grant
metadata: {name: claims-may-use}
spec:
  to: ['team:claims']
  effect: allow
  actions: [use]
  on: ['model:*']
`
/** How far back a plan looks at what was recorded. */
const LOOK_BACK = '7d'
const YAML = { 'content-type': 'application/yaml' }

function textOf({ apiVersion, kind, metadata, spec }: DocumentAnswer): string {
  return yamlOf({ apiVersion, kind, metadata, spec })
}

/** A document as YAML: read, changed, planned, applied. What Git owns is shown with where it comes from, and not changed here. */
export function DocumentPanel({
  document,
  onClose,
}: {
  readonly document?: DocumentAnswer
  readonly onClose: () => void
}) {
  const { t } = useTranslation()
  const may = useMay()
  const isOurs = document === undefined || document.owner === 'console'
  const title = document ? `${document.kind} ${document.metadata.name}` : t('policy.new')
  const text = document ? textOf(document) : TEMPLATE
  if (isOurs && may('documents:write')) return <Editor title={title} given={text} onClose={onClose} />
  return (
    <SidePanel open wide onClose={onClose} title={title}>
      {!isOurs && (
        <p className="mb-3 flex items-start gap-2 text-muted">
          <Lock size={14} aria-hidden className="mt-0.5 shrink-0" />
          {t('policy.gitHint', { file: document.origin.file ?? document.owner })}
        </p>
      )}
      <CodeBlock code={text} />
    </SidePanel>
  )
}

interface EditorProps {
  readonly title: string
  readonly given: string
  readonly onClose: () => void
}

/** First the plan, then its doing: only what was planned is applied, and only if nothing else has changed meanwhile. */
function Editor({ title, given, onClose }: EditorProps) {
  const { t } = useTranslation()
  const may = useMay()
  const queries = useQueryClient()
  const [text, setText] = useState(given)
  const sent = { method: 'POST', body: text } as const
  const look = may('operations:read') ? `?replay=${LOOK_BACK}` : ''
  const plan = useMutation({
    mutationFn: () => ask<ForesightAnswer>(`/api/v1/documents:plan${look}`, { ...sent, headers: YAML }),
  })
  const apply = useMutation({
    mutationFn: (number: number) =>
      ask('/api/v1/documents:apply', { ...sent, headers: { ...YAML, 'if-match': `"${String(number)}"` } }),
    onSuccess: async () => {
      await queries.invalidateQueries()
      onClose()
    },
  })
  const planned = plan.data
  return (
    <SidePanel
      open
      wide
      onClose={onClose}
      title={title}
      says={t('policy.planFirst')}
      actions={
        <>
          <Button busy={plan.isPending} onClick={() => plan.mutate()}>
            {t('policy.plan')}
          </Button>
          <Button
            weight="primary"
            disabled={!planned || planned.changes.length === 0}
            busy={apply.isPending}
            onClick={() => planned && apply.mutate(planned.number)}
          >
            {t('policy.apply')}
          </Button>
        </>
      }
    >
      <TextArea
        label={t('policy.edit')}
        hiddenLabel
        spellCheck={false}
        rows={Math.min(28, Math.max(12, text.split('\n').length + 1))}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          plan.reset()
        }}
        className="font-mono text-small leading-5"
      />
      <Problems error={plan.error ?? apply.error} />
      {planned && <Plan plan={planned} />}
    </SidePanel>
  )
}

const TONES: Readonly<Record<PlanAnswer['changes'][number]['action'], Tone>> = {
  create: 'good',
  change: 'warn',
  delete: 'bad',
}

/** What would change, field by field. */
function Plan({ plan }: { readonly plan: ForesightAnswer }) {
  const { t } = useTranslation()
  return (
    <>
      <Section title={t('policy.plan')}>
        {plan.changes.length === 0 && <p className="text-muted">{t('policy.nothing')}</p>}
        {plan.changes.map(({ action, kind, name, fields }) => (
          <div key={`${kind}/${name}`} className="border-b border-border/60 py-2">
            <Badge tone={TONES[action]}>{t(`policy.${action}`)}</Badge>
            <span className="ml-3 font-medium">
              {kind} {name}
            </span>
            {fields.map(({ path, before, after }) => (
              <div key={path} className="mt-1 font-mono text-small leading-5 [overflow-wrap:anywhere]">
                <div className="text-muted">{path}</div>
                {before !== undefined && <div className="bg-bad/10 px-2 text-bad">− {JSON.stringify(before)}</div>}
                {after !== undefined && <div className="bg-good/10 px-2 text-good">+ {JSON.stringify(after)}</div>}
              </div>
            ))}
          </div>
        ))}
      </Section>
      {plan.effects.length > 0 && (
        <Section title={t('foresight.effects')}>
          <Effects effects={plan.effects} />
        </Section>
      )}
      {plan.replay && plan.changes.length > 0 && (
        <Section title={t('foresight.replay')}>
          <Replay replay={plan.replay} />
        </Section>
      )}
    </>
  )
}
