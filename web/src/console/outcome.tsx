import { useTranslation } from 'react-i18next'
import type { OperationAnswer } from '../../../src/contract/operations.ts'
import { Badge, type Tone } from '../design/badge.tsx'

type Outcome = OperationAnswer['outcome']

const TONES: Readonly<Record<Outcome, Tone>> = {
  succeeded: 'good',
  failed: 'bad',
  interrupted: 'bad',
  client_closed: 'plain',
  denied: 'warn',
  limited: 'warn',
  blocked: 'warn',
  rejected: 'warn',
}

/** All outcomes. */
export const OUTCOMES = Object.keys(TONES) as readonly Outcome[]

/** How an operation ended. */
export function OutcomeBadge({ outcome }: { readonly outcome: Outcome }) {
  const { t } = useTranslation()
  return <Badge tone={TONES[outcome]}>{t(`outcome.${outcome}`)}</Badge>
}
