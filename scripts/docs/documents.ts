import { type Kind, readYaml, validate } from '../../src/platform/documents/index.ts'
import type { Page, Untruth } from './page.ts'

/**
 * What is wrong with the policy documents that a page shows: all its `yaml` blocks together must be a valid policy.
 * A block that is only a sketch, or an example of its own that is tested with its kind, says so: ```` ```yaml sketch ````.
 */
export function untrueDocuments(page: Page, kinds: readonly Kind[]): readonly Untruth[] {
  const text = yamlOf(page)
  if (text.trim() === '') return []
  const sources = readYaml({ file: page.path, text, owner: 'console' })
  const result = validate(kinds, sources, { apiVersion: 'optional' })
  if (result.valid) return []
  return result.problems.map(({ line, message }) => ({ path: page.path, line, message }))
}

/** The page with everything but its YAML blocks blank, so that lines keep their numbers; fences become `---`. */
function yamlOf(page: Page): string {
  let inside = false
  const lines = page.text.split('\n').map((line) => {
    if (!inside && line === '```yaml') {
      inside = true
      return '---'
    }
    if (line.startsWith('```')) inside = false
    return inside ? line : ''
  })
  return lines.join('\n')
}
