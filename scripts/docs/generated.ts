import { join } from 'node:path'
import { endpointsModule } from './endpoints.ts'

/** A table that is written from code into a page, between two marks. */
export interface Generated {
  /** The page that holds it. */
  readonly path: string
  /** Its name in the mark: `<!-- generated: error codes -->`; a file that is generated as a whole has no marks. */
  readonly name: string
  readonly whole?: true
  /** Markdown, from the code as it is now. */
  readonly table: () => Promise<string>
}

const END = '<!-- end of generated -->'

/** Every generated table. Each loads only the code it tells of, so that one that does not load spoils no other. */
export const GENERATED: readonly Generated[] = [
  { path: 'docs/reference/errors.md', name: 'error codes', table: errors },
  { path: 'docs/reference/configuration.md', name: 'variables', table: variables },
  { path: 'docs/reference/endpoints.md', name: 'surfaces', table: surfaces },
  { path: 'docs/reference/endpoints.md', name: 'control plane', table: controlPlane },
  { path: 'docs/reference/permissions.md', name: 'permissions', table: permissions },
  { path: 'docs/reference/permissions.md', name: 'roles', table: roles },
  { path: 'docs/reference/providers.md', name: 'provider types', table: providers },
  { path: 'docs/reference/documents.md', name: 'kinds', table: kinds },
  { path: 'src/contract/endpoints.ts', name: 'endpoints', whole: true, table: endpoints },
  { path: 'docs/reference/cli.md', name: 'commands', table: commands },
]

/** The page with the text between the table's marks replaced. Throws when the page has no such marks. */
export function withTable(page: string, name: string, table: string): string {
  const begin = `<!-- generated: ${name} -->`
  const from = page.indexOf(begin)
  const to = page.indexOf(END, from)
  if (from < 0 || to < 0) throw new Error(`the page has no \`${begin}\` … \`${END}\``)
  return `${page.slice(0, from + begin.length)}\n\n${table}\n\n${page.slice(to)}`
}

/** A Markdown table; `|` inside a cell is escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

async function errors(): Promise<string> {
  const { ERROR_CODES } = await import('../../src/lib/errors.ts')
  const rows = Object.entries(ERROR_CODES).map(([code, { status, message }]) => [
    `\`${code}\``,
    String(status),
    message,
  ])
  return markdownTable(['code', 'status', 'the client reads'], rows)
}

async function variables(): Promise<string> {
  const { VARIABLES } = await import('../../src/platform/config/index.ts')
  const rows = Object.values(VARIABLES).map(({ name, fallback, summary }) => {
    const value = fallback === undefined ? 'none' : `\`${fallback.replace('{DATA_DIR}', '<data dir>')}\``
    return [`\`${name}\``, value, summary]
  })
  return markdownTable(['variable', 'default', 'what'], rows)
}

async function surfaces(): Promise<string> {
  const { SURFACES } = await import('../../src/gate/surfaces/index.ts')
  const rows = SURFACES.flatMap((surface) =>
    surface.routes.map((route) => [`\`${route.method} ${route.path.replace(/[:*](\w+)/g, named)}\``, surface.name]),
  )
  return markdownTable(['address', 'surface'], rows)
}

async function controlPlane(): Promise<string> {
  const { CONTROL_ROUTES, OPEN_ROUTES } = await import('../../src/control/index.ts')
  const rows = CONTROL_ROUTES.map(({ method, path, permission, summary }) => [
    `\`${method} ${path.replace(/[:*](\w+)/g, named)}\``,
    summary ?? '',
    [permission]
      .flat()
      .map((one) => `\`${one}\``)
      .join(' or '),
  ])
  const open = OPEN_ROUTES.map(({ method, path, summary }) => [
    `\`${method} ${path.replace(/[:*](\w+)/g, named)}\``,
    summary,
    'none: anybody may ask',
  ])
  return markdownTable(['address', 'what', 'permission'], [...open, ...rows])
}

async function endpoints(): Promise<string> {
  const { CONTROL_ROUTES, OPEN_ROUTES } = await import('../../src/control/index.ts')
  return endpointsModule(join(import.meta.dir, '../..'), [...OPEN_ROUTES, ...CONTROL_ROUTES])
}

async function permissions(): Promise<string> {
  const { PERMISSIONS } = await import('../../src/contract/permissions.ts')
  const rows = Object.entries(PERMISSIONS).map(([name, what]) => [`\`${name}\``, what])
  return markdownTable(['permission', 'lets one'], rows)
}

const REACH_WORDS = { everything: 'all', managed: 'teams', self: 'own' } as const

async function roles(): Promise<string> {
  const { PERMISSION_NAMES } = await import('../../src/contract/permissions.ts')
  const { BUILT_IN_ROLES } = await import('../../src/governance/access/index.ts')
  const entries = Object.entries(BUILT_IN_ROLES)
  const summaries = entries.map(([name, { summary }]) => `- \`${name}\`: ${summary}`).join('\n')
  const rows = PERMISSION_NAMES.filter((permission) => permission !== 'self:read').map((permission) => [
    `\`${permission}\``,
    ...entries.map(([, role]) => (role.permissions.some((one) => one === permission) ? REACH_WORDS[role.reach] : '')),
  ])
  return `${summaries}\n\n${markdownTable(['permission', ...entries.map(([name]) => name)], rows)}`
}

/** `/:id` and `/*model` as readers know them; a literal after a colon (`:generateContent`) stays. */
function named(whole: string, name: string, at: number, path: string): string {
  return path[at - 1] === '/' || whole.startsWith('*') ? `{${name}}` : whole
}

async function providers(): Promise<string> {
  const { PROVIDER_TYPES } = await import('../../src/models/providers/registry.ts')
  const rows = PROVIDER_TYPES.map((provider) => [
    `\`${provider.type}\``,
    provider.title,
    provider.baseUrl === undefined ? 'named by the document' : `\`${provider.baseUrl}\``,
    provider.needsCredential ? 'needed' : 'optional',
    Object.entries(provider.options ?? {})
      .map(([option, { required }]) => `\`${option}\`${required ? '' : ' (optional)'}`)
      .join(', ') || 'none',
  ])
  return markdownTable(['type', 'what', '`baseUrl` when absent', 'credential', 'options'], rows)
}

async function kinds(): Promise<string> {
  const { POLICY_KINDS } = await import('../../src/policy/kinds.ts')
  const { kindJsonSchema } = await import('../../src/platform/documents/index.ts')
  const { fieldsOf } = await import('./fields.ts')
  return POLICY_KINDS.map((kind) => {
    const rows = fieldsOf(kindJsonSchema(kind))
    const table = markdownTable(['field of `spec`', 'what it takes', 'when absent'], rows)
    return `## ${kind.kind}\n\n${kind.summary}\n\n\`\`\`yaml example\n${kind.example.trim()}\n\`\`\`\n\n${table}`
  }).join('\n\n')
}

async function commands(): Promise<string> {
  const { COMMANDS } = await import('../../src/cli/index.ts')
  const sections = COMMANDS.map(
    ({ name, summary, usage }) => `## ${name}\n\nTo ${summary}.\n\n\`\`\`text\n${usage}\n\`\`\``,
  )
  return sections.join('\n\n')
}
