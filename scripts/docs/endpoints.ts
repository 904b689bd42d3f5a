import { globSync } from 'node:fs'
import { join } from 'node:path'
import { operationId } from '../../src/control/index.ts'

const FOLDER = 'src/contract'
const OWN = 'endpoints.ts'

/** What of a route a client needs to know. */
interface Endpoint {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: unknown
  readonly body?: unknown
  readonly answer: unknown
}

interface Named {
  readonly file: string
  readonly name: string
}

const HEAD = `// Written by \`npm run docs -- --write\` from the routes of the control plane; change those.
// biome-ignore-all format: one line an endpoint
// biome-ignore-all assist/source/organizeImports: in the order in which they are written
`

/** The module that tells clients of every route: its address, and by their names in \`src/contract\` its schemas. */
export async function endpointsModule(root: string, routes: readonly Endpoint[]): Promise<string> {
  const names = await schemaNames(root)
  const used = new Map<string, Set<string>>()
  const use = ({ file, name }: Named): string => {
    used.set(file, (used.get(file) ?? new Set<string>()).add(name))
    return name
  }
  const written = (route: Endpoint, field: 'query' | 'body' | 'answer'): readonly string[] => {
    const schema = route[field]
    if (schema === undefined || schema === 'nothing') return []
    if (typeof schema === 'string') return [`${field}: '${schema}'`]
    const known = names.get(schema)
    if (known) return [`${field}: ${use(known)}`]
    const item = names.get(itemOf(schema))
    if (item) return [`${field}: ${use({ file: 'list.ts', name: 'listOf' })}(${use(item)})`]
    throw new Error(`the ${field} of ${route.method} ${route.path} is no schema that ${FOLDER} exports`)
  }
  const lines = routes.map((route) => {
    const fields = (['query', 'body', 'answer'] as const).flatMap((field) => written(route, field))
    const all = [`method: '${route.method}'`, `path: '${route.path}'`, ...fields]
    return `  ${operationId(route)}: { ${all.join(', ')} },`
  })
  const imports = [...used]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, wanted]) => `import { ${[...wanted].sort().join(', ')} } from './${file}'`)
  return `${HEAD}${imports.join('\n')}

/** Every address of the control plane, with what it takes and answers. */
export const ENDPOINTS = {
${lines.join('\n')}
} as const
`
}

async function schemaNames(root: string): Promise<ReadonlyMap<unknown, Named>> {
  const names = new Map<unknown, Named>()
  for (const file of globSync('*.ts', { cwd: join(root, FOLDER) }).sort()) {
    if (file === OWN || file.endsWith('.test.ts') || file === 'client.ts') continue
    const exported: Readonly<Record<string, unknown>> = await import(join(root, FOLDER, file))
    for (const [name, value] of Object.entries(exported)) {
      if (typeof value === 'object' && value !== null && !names.has(value)) names.set(value, { file, name })
    }
  }
  return names
}

/** The schema of a list's items; undefined when it is no list. */
function itemOf(schema: unknown): unknown {
  const { shape } = schema as {
    readonly shape?: { readonly items?: { readonly element?: unknown }; readonly nextCursor?: unknown }
  }
  return shape?.nextCursor === undefined ? undefined : shape.items?.element
}
