import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { DocumentAnswer } from '../../../src/contract/documents.ts'
import { reads } from '../api/reads.ts'
import { Select } from '../design/field.tsx'
import { Page } from '../design/page.tsx'
import { Failure, Skeleton } from '../design/states.tsx'
import { useAddress } from '../shell/search.ts'
import { BrandingForm } from './branding-form.tsx'

const scopesOf = ({ spec }: DocumentAnswer): readonly string[] =>
  (spec as { readonly appliesTo?: readonly string[] }).appliesTo ?? ['org']

/** How the product looks and speaks: for everybody, or for a team of its own. */
export function BrandingPage() {
  const { t } = useTranslation()
  const [search, change] = useAddress()
  const scope = search.for ?? 'org'
  const brandings = useQuery(reads.documents({ kind: 'Branding' }))
  const teams = useQuery(reads.documents({ kind: 'Team' }))
  const error = brandings.error ?? teams.error
  const document = brandings.data?.items.find((one) => scopesOf(one).includes(scope))
  const names = teams.data?.items.map(({ metadata }) => metadata.name) ?? []
  return (
    <Page
      title={t('branding.title')}
      actions={
        names.length > 0 && (
          <div className="w-52">
            <Select
              label={t('branding.for')}
              hiddenLabel
              value={scope}
              onChange={(event) => change({ for: event.target.value === 'org' ? undefined : event.target.value })}
            >
              <option value="org">{t('branding.everybody')}</option>
              {names.map((name) => (
                <option key={name} value={`team:${name}`}>
                  {name}
                </option>
              ))}
            </Select>
          </div>
        )
      }
    >
      {error ? (
        <Failure error={error} retry={() => void brandings.refetch()} />
      ) : brandings.isPending || teams.isPending ? (
        <Skeleton />
      ) : (
        <BrandingForm key={`${scope} ${document?.etag ?? ''}`} scope={scope} document={document} />
      )}
    </Page>
  )
}
