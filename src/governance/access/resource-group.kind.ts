import { z } from 'zod'
import { type Document, type DocumentSet, defineKind, type Kind } from '../../platform/documents/index.ts'
import type { Groups } from './pattern.ts'

/** One line of a ResourceGroup: documents of a kind, all or those with these names or these labels. */
export interface ResourceSelection {
  readonly kind: SelectableKind
  /** Every label named here must have this value. */
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly names?: readonly string[] | undefined
}

/** What a ResourceGroup says. */
export interface ResourceGroupSpec {
  readonly select: readonly ResourceSelection[]
}

/** The kinds of documents that are resources, and the resources that a document of the kind is. */
const RESOURCES = {
  Model: (name: string) => [`model:${name}`],
  McpServer: (name: string) => [`tool:${name}/*`],
  Toolset: (name: string) => [`toolset:${name}`],
  Connector: (name: string) => [`connector:${name}`, `connector:${name}/*`],
  Command: (name: string) => [`command:${name}`],
  Skill: (name: string) => [`skill:${name}`],
  KnowledgeBase: (name: string) => [`knowledge:${name}`],
  Agent: (name: string) => [`agent:${name}`],
} as const satisfies Readonly<Record<string, (name: string) => readonly string[]>>

type SelectableKind = keyof typeof RESOURCES

function isSelectable(kind: string): kind is SelectableKind {
  return Object.hasOwn(RESOURCES, kind)
}

/** Resources under one name, chosen by kind, name or label. */
export const resourceGroupKind: Kind<ResourceGroupSpec> = defineKind<ResourceGroupSpec>({
  kind: 'ResourceGroup',
  summary: 'Resources under one name, chosen by their kind, names or labels; policies say `group:<name>`.',
  schema: z.strictObject({
    select: z
      .array(
        z.strictObject({
          kind: z.enum(['Model', 'McpServer', 'Toolset', 'Connector', 'Command', 'Skill', 'KnowledgeBase', 'Agent']),
          labels: z.record(z.string().max(128), z.string().max(256)).optional(),
          names: z.array(z.string().min(1).max(128)).max(1_000).optional(),
        }),
      )
      .min(1)
      .max(100),
  }),
  example: `apiVersion: gatehouse/v1
kind: ResourceGroup
metadata: {name: sensitive}
spec:
  select:
    - {kind: Model, labels: {data: internal}}
`,
})

/** The patterns of every group's members, by the documents there are now. Linear in the documents. */
export function compileGroups(documents: DocumentSet): Groups {
  const byKind = new Map<string, Document[]>()
  for (const document of documents.documents) {
    if (!isSelectable(document.kind)) continue
    const known = byKind.get(document.kind)
    if (known) known.push(document)
    else byKind.set(document.kind, [document])
  }
  return new Map(
    documents
      .all(resourceGroupKind)
      .map((group) => [
        group.name,
        group.spec.select.flatMap((selection) =>
          (byKind.get(selection.kind) ?? [])
            .filter((document) => isSelected(document, selection))
            .flatMap((document) => RESOURCES[selection.kind](document.name)),
        ),
      ]),
  )
}

function isSelected(document: Document, { names, labels }: ResourceSelection): boolean {
  if (names !== undefined && !names.includes(document.name)) return false
  return Object.entries(labels ?? {}).every(([key, value]) => document.labels[key] === value)
}

/** The labels of every document that is a resource, by the resource's key; documents without labels are left out. */
export function resourceLabels(documents: DocumentSet): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const labels = new Map<string, Readonly<Record<string, string>>>()
  for (const document of documents.documents) {
    if (!isSelectable(document.kind) || Object.keys(document.labels).length === 0) continue
    for (const key of RESOURCES[document.kind](document.name)) labels.set(key, document.labels)
  }
  return labels
}

/** A resource that a document is. */
export interface KnownResource {
  readonly kind: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** Every resource that the documents hold by a name of its own, ordered by kind and name; tools of a server are not among them. */
export function resourcesIn(documents: DocumentSet): readonly KnownResource[] {
  return documents.documents.flatMap(({ kind, name, labels }) => {
    if (!isSelectable(kind)) return []
    const [key = ''] = RESOURCES[kind](name)
    return key.includes('*') ? [] : [{ kind: key.slice(0, key.indexOf(':')), name, labels }]
  })
}
