import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { OperationAnswer } from '../../../src/contract/operations.ts'
import { reads } from '../api/reads.ts'
import { Badge } from '../design/badge.tsx'
import { CodeBlock, CopyButton } from '../design/copy.tsx'
import { SidePanel } from '../design/dialog.tsx'
import { count, duration, exact, usd } from '../design/format.ts'
import { Facts, Section } from '../design/page.tsx'
import { Failure, Skeleton } from '../design/states.tsx'
import { OutcomeBadge } from './outcome.tsx'

/** What a record says besides what the list shows. */
type Whole = OperationAnswer & {
  readonly timings?: Readonly<Record<string, number>>
  readonly attempts?: readonly {
    readonly provider: string
    readonly model: string
    readonly durationMs: number
    readonly status?: number
    readonly error?: string
    readonly costNanoUsd: number
  }[]
  readonly verdicts?: readonly {
    readonly guardrail: string
    readonly detector: string
    readonly action: string
    readonly mode?: string
    readonly phase?: string
    readonly count?: number
  }[]
  readonly warnings?: readonly string[]
  readonly wouldHave?: readonly string[]
  readonly error?: { readonly code: string; readonly message: string; readonly detail?: string }
  readonly decision?: { readonly effect: string; readonly rules: readonly string[]; readonly reason?: string }
  readonly content?: { readonly request?: string; readonly answer?: string }
}

/** One request, whole: why it was decided so, where its time went, what it cost. */
export function OperationPanel({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { data, error, isPending } = useQuery(reads.operation(id))
  const operation = data as Whole | undefined
  return (
    <SidePanel
      open
      wide
      onClose={onClose}
      title={operation?.modelAsked ?? t('requests.title')}
      says={operation && exact(operation.at)}
    >
      {error ? <Failure error={error} /> : isPending || !operation ? <Skeleton /> : <Operation operation={operation} />}
    </SidePanel>
  )
}

function Operation({ operation }: { readonly operation: Whole }) {
  const { t } = useTranslation()
  const { tokens, error, warnings = [], wouldHave = [], verdicts = [], content } = operation
  return (
    <>
      <Facts
        items={[
          [t('requests.outcome'), <OutcomeBadge key="outcome" outcome={operation.outcome} />],
          ...(error
            ? ([[t('error.title'), `${error.message}${error.detail ? ` (${error.detail})` : ''}`]] as const)
            : []),
          [t('requests.who'), operation.principal ?? '–'],
          [t('requests.team'), operation.team ?? '–'],
          [
            t('requests.model'),
            [operation.modelAsked, operation.modelServed]
              .filter((name, index, all) => name && all.indexOf(name) === index)
              .join(' → ') || '–',
          ],
          [t('requests.provider'), operation.provider ?? '–'],
          [
            t('requests.tokens'),
            `${t('chat.tokens', { input: count(tokens.input), output: count(tokens.output) })}${tokens.partial ? ` · ${t('requests.partial')}` : ''}`,
          ],
          [t('requests.cost'), operation.priceKnown ? usd(operation.costNanoUsd) : '?'],
          [t('requests.duration'), duration(operation.durationMs)],
          [t('requests.surface'), operation.surface],
        ]}
      />
      <Waterfall operation={operation} />
      <Decision operation={operation} />
      <Verdicts verdicts={verdicts} />
      {wouldHave.length > 0 && <Words title={t('requests.wouldHave')} words={wouldHave} />}
      {warnings.length > 0 && <Words title={t('requests.warnings')} words={warnings} />}
      {content?.request !== undefined && (
        <Section title={t('requests.content')}>
          <div className="flex flex-col gap-2">
            <CodeBlock code={content.request} />
            {content.answer !== undefined && <CodeBlock code={content.answer} />}
          </div>
        </Section>
      )}
      <Section title={t('requests.identity')}>
        {[operation.id, operation.requestId, operation.decisionId, operation.traceId].map((id) => (
          <div key={id} className="flex h-8 items-center gap-1 font-mono text-small text-muted">
            <span className="truncate">{id}</span>
            <CopyButton text={id} />
          </div>
        ))}
      </Section>
    </>
  )
}

/** What guardrails found. */
function Verdicts({ verdicts }: { readonly verdicts: NonNullable<Whole['verdicts']> }) {
  const { t } = useTranslation()
  if (verdicts.length === 0) return null
  return (
    <Section title={t('requests.verdicts')}>
      <ul>
        {verdicts.map((verdict) => (
          <li
            key={JSON.stringify(verdict)}
            className="flex min-h-8 items-center justify-between gap-4 border-b border-border/60"
          >
            <span className="truncate">
              {verdict.guardrail} · {verdict.detector}
            </span>
            <Badge tone={verdict.action === 'block' ? 'bad' : verdict.action === 'mask' ? 'warn' : 'info'}>
              {verdict.action}
              {verdict.mode === 'monitor' ? ` (${t('guardrails.monitor')})` : ''}
            </Badge>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Words({ title, words }: { readonly title: string; readonly words: readonly string[] }) {
  return (
    <Section title={title}>
      <ul className="list-disc pl-4">
        {words.map((word) => (
          <li key={word}>{word}</li>
        ))}
      </ul>
    </Section>
  )
}

const STEPS = ['authenticate', 'receive', 'decode', 'authorize', 'reserve', 'inspect', 'perform', 'answer']

/** The steps of the gate, one under the other, each as long as it took. */
function Waterfall({ operation }: { readonly operation: Whole }) {
  const { t } = useTranslation()
  const { timings = {}, attempts = [] } = operation
  const steps = STEPS.filter((name) => timings[name] !== undefined).map((name) => ({ name, ms: timings[name] ?? 0 }))
  const total = Math.max(
    operation.durationMs,
    steps.reduce((sum, { ms }) => sum + ms, 0),
    0.001,
  )
  let at = 0
  return (
    <Section title={t('requests.waterfall')}>
      <ul className="numbers">
        {steps.map(({ name, ms }) => {
          const left = at
          at += ms
          return (
            <li key={name} className="grid h-7 grid-cols-[96px_1fr_72px] items-center gap-3">
              <span className="text-muted">{name}</span>
              <span className="relative h-2 rounded-sm bg-text/5">
                <span
                  className="absolute inset-y-0 min-w-0.5 rounded-sm bg-accent"
                  style={{ left: `${(left / total) * 100}%`, width: `${(ms / total) * 100}%` }}
                />
              </span>
              <span className="text-right">{duration(ms)}</span>
            </li>
          )
        })}
      </ul>
      {attempts.length > 0 && (
        <ul className="mt-3 border-t border-border">
          {attempts.map((attempt, index) => (
            <li
              key={`${attempt.provider}-${attempt.model}-${String(index)}`}
              className="numbers flex min-h-8 flex-wrap items-center gap-x-4 border-b border-border/60"
            >
              <span className="min-w-0 flex-1 truncate">
                {index + 1}. {attempt.provider} / {attempt.model}
              </span>
              <Badge tone={attempt.error ? 'bad' : 'good'}>{attempt.error ?? attempt.status ?? 'ok'}</Badge>
              <span className="w-16 text-right">{duration(attempt.durationMs)}</span>
              <span className="w-20 text-right">{usd(attempt.costNanoUsd)}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

/** Which rule decided, and where it is written. */
function Decision({ operation }: { readonly operation: Whole }) {
  const { t } = useTranslation()
  const { data } = useQuery(reads.decision(operation.decisionId))
  const reason = data?.reason ?? operation.decision?.reason
  const grants = data?.grants ?? []
  return (
    <Section title={t('requests.decision')}>
      {reason && <p>{reason}</p>}
      <ul className="mt-1">
        {grants.map(({ rule, effect, at, when }) => (
          <li key={rule} className="flex min-h-8 flex-wrap items-center gap-x-3 border-b border-border/60">
            <Badge tone={effect === 'allow' ? 'good' : 'bad'}>{effect}</Badge>
            <span>{rule}</span>
            {when && <code className="font-mono text-small text-muted">{when}</code>}
            {at && <code className="ml-auto font-mono text-small text-muted">{at}</code>}
          </li>
        ))}
      </ul>
      <p className="mt-1 font-mono text-small text-muted [overflow-wrap:anywhere]">
        {t('system.revision')} {data?.revisionNumber ?? ''} {data?.revision.slice(0, 12)}
      </p>
    </Section>
  )
}
