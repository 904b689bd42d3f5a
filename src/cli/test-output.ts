import type { TestResult } from '../policy/index.ts'

/** In which form results are told. */
export type TestFormat = 'human' | 'tap' | 'junit'

/** All forms. */
export const TEST_FORMATS: readonly TestFormat[] = ['human', 'tap', 'junit']

/** The results of tests as lines, in a form that people or programs read. */
export function testLines(results: readonly TestResult[], format: TestFormat): readonly string[] {
  if (format === 'tap') return tap(results)
  return format === 'junit' ? junit(results) : human(results)
}

const isFailed = ({ failures }: TestResult) => failures.length > 0

function human(results: readonly TestResult[]): readonly string[] {
  const failed = results.filter(isFailed)
  const lines = failed.flatMap(({ file, line, name, failures }) => [
    `${file}:${line}: ${name}`,
    ...failures.map((failure) => `    ${failure}`),
  ])
  return [...lines, `${results.length - failed.length} passed, ${failed.length} failed`]
}

/** TAP version 14 (testanything.org/tap-version-14-specification.html). */
function tap(results: readonly TestResult[]): readonly string[] {
  const lines = results.flatMap((result, index) => {
    const { file, line, name, failures } = result
    const point = `${isFailed(result) ? 'not ok' : 'ok'} ${index + 1} - ${name.replaceAll(/[#\\]/g, '\\$&').replaceAll('\n', ' ')}`
    if (!isFailed(result)) return [point]
    return [
      point,
      '  ---',
      `  at: ${JSON.stringify(`${file}:${line}`)}`,
      '  failures:',
      ...failures.map((one) => `    - ${JSON.stringify(one)}`),
      '  ...',
    ]
  })
  return ['TAP version 14', `1..${results.length}`, ...lines]
}

/** The XML that CI systems read as JUnit's. */
function junit(results: readonly TestResult[]): readonly string[] {
  const files = [...new Set(results.map(({ file }) => file))]
  const suites = files.flatMap((file) => {
    const own = results.filter((result) => result.file === file)
    return [
      `  <testsuite name="${xml(file)}" tests="${own.length}" failures="${own.filter(isFailed).length}" time="${seconds(own)}">`,
      ...own.flatMap((result) => testCase(result)),
      '  </testsuite>',
    ]
  })
  const head = `<testsuites tests="${results.length}" failures="${results.filter(isFailed).length}" time="${seconds(results)}">`
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...suites, '</testsuites>']
}

function testCase(result: TestResult): readonly string[] {
  const { file, line, name, failures } = result
  const open = `    <testcase classname="${xml(file)}" name="${xml(name)}" file="${xml(file)}" line="${line}" time="${seconds([result])}"`
  if (!isFailed(result)) return [`${open}/>`]
  return [
    `${open}>`,
    `      <failure message="${xml(failures[0] ?? '')}">${xml(failures.join('\n'))}</failure>`,
    '    </testcase>',
  ]
}

function seconds(results: readonly TestResult[]): string {
  return (results.reduce((sum, { ms }) => sum + ms, 0) / 1_000).toFixed(3)
}

function xml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    '\n': '&#10;',
  }
  // What XML 1.0 cannot hold at all is left out.
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll(/[&<>"\n]/g, (sign) => names[sign] ?? sign)
}
