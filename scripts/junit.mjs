/**
 * Sums of a JUnit report, given the exit code of the run that wrote it. A file that does not load and a crash stand in
 * no report, so a run that ended badly or ran nothing counts as at least one failure.
 */
export function countsOf(xml, exitCode) {
  const head = /<testsuites\b[^>]*>/.exec(xml)?.[0] ?? ''
  const number = (name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(head)?.[1] ?? 0)
  const failed = number('failures') + number('errors')
  const skipped = number('skipped')
  const passed = Math.max(0, number('tests') - failed - skipped)
  const ranNothing = passed + failed + skipped === 0
  return { passed, failed: failed === 0 && (exitCode !== 0 || ranNothing) ? 1 : failed, skipped }
}
