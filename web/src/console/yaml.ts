/** Values as YAML, for documents to be read and written: what needs no quotes has none. */

const PLAIN = /^[A-Za-z_/.$][\w/.$@+-]*(?: [\w/.$@+-]+)*$/
const WORDS = new Set(['true', 'false', 'null', 'yes', 'no', 'on', 'off', '~'])

function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value) ?? 'null'
  return PLAIN.test(value) && !WORDS.has(value.toLowerCase()) ? value : JSON.stringify(value)
}

function isEmpty(value: object): boolean {
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0
}

function lines(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [scalar(value)]
  if (isEmpty(value)) return [Array.isArray(value) ? '[]' : '{}']
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== 'object')) return [`[${value.map(scalar).join(', ')}]`]
    return value.flatMap((item) => lines(item).map((line, index) => `${index === 0 ? '- ' : '  '}${line}`))
  }
  return Object.entries(value).flatMap(([name, member]) => {
    const inner = lines(member)
    const isBlock = typeof member === 'object' && member !== null && !isEmpty(member) && !inner[0]?.startsWith('[')
    return isBlock ? [`${scalar(name)}:`, ...inner.map((line) => `  ${line}`)] : [`${scalar(name)}: ${inner[0] ?? ''}`]
  })
}

/** A document as YAML. */
export function yamlOf(value: unknown): string {
  return `${lines(value).join('\n')}\n`
}
