import type { Json } from './openapi.ts'

/** The style of {@link referencePage}. */
export const REFERENCE_STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 65%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; display: grid; grid-template-columns: 15rem minmax(0, 60rem); gap: 2rem; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.5rem; box-sizing: border-box; border-right: 1px solid var(--line); }
nav a { display: block; padding: .15rem 0; color: inherit; }
main { padding: 1.5rem 1.5rem 6rem; }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; }
summary { padding: .6rem .8rem; cursor: pointer; overflow-wrap: anywhere; }
summary b { display: inline-block; min-width: 4rem; }
details > div { padding: 0 .8rem .8rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
pre { overflow: auto; padding: .8rem; border: 1px solid var(--line); border-radius: .5rem; font-size: .85rem; }
p, td, small { color: inherit; } small { color: var(--soft); }
:focus-visible { outline: 2px solid; outline-offset: 2px; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; } }
`.trim()

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema: Schema
}

interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly anyOf?: readonly Schema[]
  readonly format?: string
  readonly default?: unknown
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>

interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: Content }>>
}

interface Placed extends Operation {
  readonly method: string
  readonly path: string
}

/** The description of the API as a page: no script, nothing from elsewhere, everything in it escaped. */
export function referencePage(description: Json): string {
  const paths = description.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>
  const { title, description: about } = description.info as { readonly title: string; readonly description: string }
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]): Placed => ({ ...operation, method: method.toUpperCase(), path }),
    ),
  )
  const tags = [...new Set(operations.flatMap(({ tags: [tag = ''] }) => tag))].sort()
  const sections = tags.map((tag) => {
    const own = operations.filter(({ tags: [first] }) => first === tag)
    return `<section id="${text(tag)}"><h2>${text(tag)}</h2>${own.map(operationHtml).join('')}</section>`
  })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title><link rel="stylesheet" href="/api/docs/style.css"></head>
<body><nav aria-label="Resources"><strong>${text(title)}</strong>${tags
    .map((tag) => `<a href="#${text(tag)}">${text(tag)}</a>`)
    .join('')}<p><a href="/api/openapi.json">openapi.json</a></p></nav>
<main><h1>${text(title)}</h1><p>${text(about)}</p>${sections.join('\n')}</main></body></html>
`
}

function operationHtml(operation: Placed): string {
  const { method, path, operationId, summary, description = '', parameters, requestBody, responses } = operation
  const [success] = Object.entries(responses)
  return `<details id="${text(operationId)}"><summary><b>${text(method)}</b> <code>${text(path)}</code><br><small>${text(summary)}</small></summary><div>
<p>${text(description).replace(/`([^`]+)`/g, '<code>$1</code>')}</p>${parametersHtml(parameters)}${contentHtml('Sent', requestBody?.content)}${
    success ? contentHtml(`Answered with ${success[0]}`, success[1].content) : ''
  }<pre>${text(curlOf(operation))}</pre></div></details>`
}

function parametersHtml(parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return ''
  const rows = parameters.map(
    ({ name, in: place, required, description = '', schema }) =>
      `<tr><td><code>${text(name)}</code>${required ? ' *' : ''}</td><td>${text(place)}</td><td>${text(typeOf(schema))}</td><td>${text(description)}</td></tr>`,
  )
  return `<table><thead><tr><th>parameter</th><th>in</th><th>takes</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}

function contentHtml(title: string, content: Content | undefined): string {
  return Object.entries(content ?? {})
    .map(([type, { schema }]) => {
      const rows = fieldsOf(schema, '').map(
        ({ name, takes, required }) =>
          `<tr><td><code>${text(name)}</code>${required ? ' *' : ''}</td><td>${text(takes)}</td></tr>`,
      )
      const table = rows.length === 0 ? '' : `<table><tbody>${rows.join('')}</tbody></table>`
      return `<h4>${text(title)} <small>${text(type)}</small></h4>${table}`
    })
    .join('')
}

interface Field {
  readonly name: string
  readonly takes: string
  readonly required: boolean
}

const DEEPEST = 3

/** The fields of an object, those of objects and lists in it below them, three levels deep. */
function fieldsOf(schema: Schema, prefix: string): readonly Field[] {
  if (prefix.split(/[.[]/).length > DEEPEST + 1) return []
  if (schema.items) return fieldsOf(schema.items, `${prefix}[]`)
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`
    const own = { name: path, takes: typeOf(field), required: schema.required?.includes(name) ?? false }
    return [own, ...fieldsOf(field, path)]
  })
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(' | ')
  if (schema.items) return `list of ${typeOf(schema.items)}`
  const type = [schema.type ?? 'anything'].flat().join(' | ')
  const known = schema.default === undefined ? '' : `, ${JSON.stringify(schema.default)} when absent`
  return `${type}${schema.format ? ` (${schema.format})` : ''}${known}`
}

function curlOf({ method, path, requestBody }: Placed): string {
  const verb = method === 'GET' ? '' : ` -X ${method}`
  const body = requestBody ? " \\\n  -H 'content-type: application/json' -d @body.json" : ''
  return `curl${verb} "$GATEHOUSE_URL${path}" \\\n  -H "authorization: Bearer $GATEHOUSE_TOKEN"${body}`
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function text(value: string): string {
  return value.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character)
}
