import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { ModelAnswer, ProviderAnswer } from '../../../src/contract/inventory.ts'
import { reads } from '../api/reads.ts'
import { Badge, type Tone } from '../design/badge.tsx'
import { count, duration, usd } from '../design/format.ts'
import { Page, Section } from '../design/page.tsx'
import { Empty, Failure, Skeleton } from '../design/states.tsx'

const STATES: Readonly<Record<ProviderAnswer['state'], Tone>> = {
  healthy: 'good',
  degraded: 'warn',
  cooling: 'bad',
  unknown: 'plain',
}

/** Models as callers name them, where their calls go, what they cost there and how it fares. */
export function ModelsPage() {
  const { t } = useTranslation()
  const models = useQuery({ ...reads.models(), refetchInterval: 15_000 })
  const providers = useQuery({ ...reads.providers(), refetchInterval: 15_000 })
  const error = models.error ?? providers.error
  return (
    <Page title={t('models.title')}>
      {error ? (
        <Failure error={error} retry={() => void models.refetch()} />
      ) : !models.data ? (
        <Skeleton lines={10} />
      ) : models.data.items.length === 0 ? (
        <Empty title={t('models.empty')}>{t('models.emptyHint')}</Empty>
      ) : (
        <div className="max-w-6xl">
          <ul>
            {models.data.items.map((model) => (
              <ModelRow key={model.name} model={model} />
            ))}
          </ul>
          <Section title={t('models.providers')}>
            <ul>
              {providers.data?.items.map((provider) => (
                <li
                  key={provider.name}
                  className="numbers grid min-h-10 grid-cols-[1fr_auto] items-center gap-x-4 border-b border-border/60 md:grid-cols-[200px_140px_1fr_120px_100px]"
                >
                  <span className="font-medium">{provider.name}</span>
                  <span className="text-muted">{provider.type}</span>
                  <span className="hidden truncate font-mono text-small text-muted md:block">{provider.baseUrl}</span>
                  <Badge tone={STATES[provider.state]}>{provider.state}</Badge>
                  <span className="hidden text-right md:block">{usd(provider.spend.costNanoUsd)}</span>
                </li>
              ))}
            </ul>
          </Section>
        </div>
      )}
    </Page>
  )
}

function ModelRow({ model }: { readonly model: ModelAnswer }) {
  const { t } = useTranslation()
  return (
    <li className="border-b border-border py-3">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <h2 className="text-read">{model.name}</h2>
        <span className="text-muted">{model.strategy}</span>
        {model.fallbackTo.length > 0 && (
          <span className="text-muted">
            {t('models.fallback')} {model.fallbackTo.join(', ')}
          </span>
        )}
        <span className="numbers ml-auto text-muted">
          {count(model.spend.operations)} · {usd(model.spend.costNanoUsd)}
        </span>
      </div>
      <ul className="mt-1">
        {model.targets.map((target) => (
          <li
            key={`${target.provider}/${target.model}`}
            className="numbers grid min-h-7 grid-cols-[1fr_auto] items-center gap-x-4 md:grid-cols-[minmax(220px,1fr)_220px_110px_90px]"
          >
            <span className="truncate">
              <span className="text-muted">{target.provider} / </span>
              {target.model}
            </span>
            <span className="hidden text-muted md:block">
              {target.price
                ? `$${target.price.inputUsdPerMillion} / $${target.price.outputUsdPerMillion} · 1M`
                : t('app.unknown')}
            </span>
            <Badge tone={target.health?.state === 'cooling' ? 'bad' : target.health ? 'good' : 'plain'}>
              {target.health?.state ?? t('app.unknown')}
            </Badge>
            <span className="hidden text-right text-muted md:block">
              {target.health ? duration(target.health.latencyMs) : '–'}
            </span>
          </li>
        ))}
      </ul>
    </li>
  )
}
