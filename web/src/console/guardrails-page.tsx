import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { DocumentAnswer } from '../../../src/contract/documents.ts'
import { ask } from '../api/client.ts'
import { reads } from '../api/reads.ts'
import { useMay } from '../api/session.ts'
import { Badge } from '../design/badge.tsx'
import { Button } from '../design/button.tsx'
import { TextArea } from '../design/field.tsx'
import { Page, Section } from '../design/page.tsx'
import { Empty, Failure, Skeleton } from '../design/states.tsx'
import { ModeDialog } from './mode-dialog.tsx'

interface Finding {
  readonly detector: string
  readonly kind: string
  readonly start: number
  readonly end: number
  readonly score: number
  readonly view?: string
  readonly microseconds?: number
}
interface GuardrailSpec {
  readonly mode?: 'enforce' | 'monitor' | 'off'
  readonly appliesTo?: readonly string[]
  readonly checks?: readonly { readonly detector: string; readonly action: string }[]
}

/** What may not pass, whether it is enforced or only watched, and a bench to try a text. */
export function GuardrailsPage() {
  const { t } = useTranslation()
  const { data, error, isPending, refetch } = useQuery(reads.documents({ kind: 'Guardrail' }))
  return (
    <Page title={t('guardrails.title')}>
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : isPending ? (
        <Skeleton />
      ) : (
        <div className="grid max-w-6xl gap-x-10 lg:grid-cols-2">
          <div>
            {data.items.length === 0 && <Empty title={t('guardrails.empty')}>{t('guardrails.emptyHint')}</Empty>}
            <ul>
              {data.items.map((document) => (
                <GuardrailRow key={document.metadata.name} document={document} />
              ))}
            </ul>
          </div>
          <Bench documents={data.items} />
        </div>
      )}
    </Page>
  )
}

function GuardrailRow({ document }: { readonly document: DocumentAnswer }) {
  const { t } = useTranslation()
  const may = useMay()
  const [turns, setTurns] = useState(false)
  const spec = document.spec as GuardrailSpec
  const mode = spec.mode ?? 'enforce'
  const next = mode === 'enforce' ? 'monitor' : 'enforce'
  const canTurn = document.owner === 'console' && may('guardrails:write')
  return (
    <li className="border-b border-border py-3">
      <div className="flex items-center gap-3">
        <h2 className="min-w-0 flex-1 truncate text-read">{document.metadata.name}</h2>
        <Badge tone={mode === 'enforce' ? 'good' : mode === 'monitor' ? 'info' : 'plain'}>
          {t(`guardrails.${mode}`)}
        </Badge>
        {canTurn && (
          <Button onClick={() => setTurns(true)}>
            {next === 'enforce' ? t('guardrails.toEnforce') : t('guardrails.toMonitor')}
          </Button>
        )}
      </div>
      <p className="text-muted">{spec.appliesTo?.join(', ')}</p>
      <p>{spec.checks?.map(({ detector, action }) => `${detector} → ${action}`).join(' · ')}</p>
      {turns && <ModeDialog document={document} next={next} onClose={() => setTurns(false)} />}
    </li>
  )
}

function Bench({ documents }: { readonly documents: readonly DocumentAnswer[] }) {
  const { t } = useTranslation()
  const may = useMay()
  const [text, setText] = useState('')
  const look = useMutation({
    mutationFn: () => {
      const checks = documents.flatMap(({ spec }) => (spec as GuardrailSpec).checks ?? [])
      const usual = [{ detector: 'secrets', action: 'flag' }]
      return ask<{ findings: readonly Finding[] }>('/api/v1/guardrails/test', {
        method: 'POST',
        body: { text, phase: 'input', checks: checks.length > 0 ? checks : usual },
      })
    },
  })
  if (!may('guardrails:test')) return null
  const findings = look.data?.findings
  return (
    <Section title={t('guardrails.bench')}>
      <TextArea
        label={t('guardrails.text')}
        hiddenLabel
        rows={8}
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder={t('guardrails.text')}
      />
      <div className="my-2 flex justify-end">
        <Button weight="primary" disabled={text === ''} busy={look.isPending} onClick={() => look.mutate()}>
          {t('guardrails.run')}
        </Button>
      </div>
      {look.error && <Failure error={look.error} />}
      {findings?.length === 0 && <p className="text-muted">{t('guardrails.nothing')}</p>}
      {findings && findings.length > 0 && (
        <>
          <Marked text={text} findings={findings} />
          <ul className="mt-3">
            {findings.map((finding) => (
              <li
                key={`${finding.detector} ${finding.kind} ${String(finding.start)}`}
                className="numbers flex min-h-8 items-center gap-4 border-b border-border/60"
              >
                <span className="min-w-0 flex-1 truncate">
                  {finding.detector} · {finding.kind}
                  {finding.view && finding.view !== 'text' && <span className="text-muted"> · {finding.view}</span>}
                </span>
                <span>{finding.score.toFixed(2)}</span>
                {finding.microseconds !== undefined && (
                  <span className="w-20 text-right text-muted">
                    {t('guardrails.time', { us: finding.microseconds })}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  )
}

/** The text with what was found marked in its place. */
function Marked({ text, findings }: { readonly text: string; readonly findings: readonly Finding[] }) {
  const parts: { readonly at: number; readonly words: string; readonly found: boolean }[] = []
  let at = 0
  for (const { start, end } of findings.toSorted((a, b) => a.start - b.start)) {
    if (start < at) continue
    parts.push(
      { at, words: text.slice(at, start), found: false },
      { at: start, words: text.slice(start, end), found: true },
    )
    at = end
  }
  parts.push({ at, words: text.slice(at), found: false })
  return (
    <p className="whitespace-pre-wrap rounded-(--radius-base) border border-border bg-surface p-3 [overflow-wrap:anywhere]">
      {parts.map(({ at: place, words, found }) =>
        found ? (
          <mark
            key={`found ${String(place)}`}
            className="rounded-sm bg-bad/15 text-text underline decoration-bad decoration-2 underline-offset-2"
          >
            {words}
          </mark>
        ) : (
          <span key={`plain ${String(place)}`}>{words}</span>
        ),
      )}
    </p>
  )
}
