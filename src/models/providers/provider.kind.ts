import { z } from 'zod'
import { type Document, defineKind, type ProblemAt, secretRef } from '../../platform/documents/index.ts'
import type { ProviderSettings } from './provider.ts'
import { PROVIDER_TYPES, providerType } from './registry.ts'

const schema = z.strictObject({
  type: z.enum(PROVIDER_TYPES.map((provider) => provider.type)),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .optional(),
  credential: secretRef().optional(),
  network: z.enum(['public', 'private']).optional(),
  headers: z.record(z.string().regex(/^[a-z0-9-]{1,64}$/), z.string().max(1_024)).default({}),
  options: z.record(z.string().max(64), z.string().max(1_024)).default({}),
})

/** The `spec` of a Provider document. */
export type ProviderSpec = z.infer<typeof schema>

/** Headers that carry credentials belong into `credential`, where they are kept secret. */
const SECRET_HEADERS = new Set(['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie', 'host'])

/** An upstream and how it is reached. */
export const providerKind = defineKind<ProviderSpec>({
  kind: 'Provider',
  summary: 'An upstream that serves models: its type, its address, and the credential to use.',
  schema,
  problems: ({ spec }: Document<ProviderSpec>) => [
    ...addressProblems(spec),
    ...optionProblems(spec),
    ...headerProblems(spec),
  ],
  example: `apiVersion: gatehouse/v1
kind: Provider
metadata: {name: openai}
spec:
  type: openai
  credential: secret://env/OPENAI_API_KEY
`,
})

function addressProblems(spec: ProviderSpec): ProblemAt[] {
  const type = providerType(spec.type)
  const problems: ProblemAt[] = []
  if (!spec.baseUrl && type && !type.baseUrl && !type.transport) {
    problems.push({ at: ['type'], message: `a provider of type ${spec.type} needs a baseUrl` })
  }
  if (spec.baseUrl?.startsWith('http:') && networkOf(spec) !== 'private') {
    problems.push({
      at: ['baseUrl'],
      message: 'http is allowed only for upstreams in your own network',
      hint: 'Write https, or add network: private.',
    })
  }
  if (type?.needsCredential && !spec.credential) {
    problems.push({
      at: ['type'],
      message: `a provider of type ${spec.type} needs a credential`,
      hint: `For example credential: secret://env/${type.environment ?? 'API_KEY'}`,
    })
  }
  return problems
}

function optionProblems(spec: ProviderSpec): ProblemAt[] {
  const declared = providerType(spec.type)?.options ?? {}
  const problems: ProblemAt[] = []
  for (const [name, option] of Object.entries(declared)) {
    if (option.required && !spec.options[name]) {
      problems.push({
        at: ['options'],
        message: `a provider of type ${spec.type} needs the option ${name}`,
        hint: option.about,
      })
    }
  }
  for (const [name, value] of Object.entries(spec.options)) {
    if (!declared[name])
      problems.push({ at: ['options', name], message: `a provider of type ${spec.type} has no option ${name}` })
    // Options become part of a host name and a path.
    else if (!/^[a-zA-Z0-9][a-zA-Z0-9:._-]*$/.test(value))
      problems.push({
        at: ['options', name],
        message: `the option ${name} is no plain name`,
        hint: declared[name].about,
      })
  }
  return problems
}

function headerProblems(spec: ProviderSpec): ProblemAt[] {
  return Object.keys(spec.headers)
    .filter((header) => SECRET_HEADERS.has(header))
    .map((header) => ({ at: ['headers', header], message: `${header} may not be set here`, hint: 'Use credential.' }))
}

function networkOf(spec: ProviderSpec): 'public' | 'private' {
  return spec.network ?? providerType(spec.type)?.network ?? 'public'
}

/** A Provider document as the code needs it. */
export function providerSettings(document: Document<ProviderSpec>): ProviderSettings {
  const { spec } = document
  const type = providerType(spec.type)
  const options: Record<string, string> = { ...spec.options }
  for (const [name, { fallback }] of Object.entries(type?.options ?? {})) {
    if (fallback !== undefined) options[name] ??= fallback
  }
  const baseUrl = spec.baseUrl ?? (type?.baseUrl ?? '').replace(/\{(\w+)\}/g, (_, name: string) => options[name] ?? '')
  return Object.freeze({
    name: document.name,
    type: spec.type,
    baseUrl: baseUrl.replace(/\/+$/, ''),
    network: networkOf(spec),
    credential: spec.credential,
    headers: spec.headers,
    options,
  })
}
