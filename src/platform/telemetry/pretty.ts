const COLOURS: Readonly<Record<string, number>> = { debug: 90, info: 32, warn: 33, error: 31 }

/** A JSON log line for people: time, level, message, then the fields as `name=value`. What is not JSON stays as it is. */
export function prettyLine(line: string): string {
  const parsed = parse(line)
  if (!parsed) return line
  const { level, time, msg, ...fields } = parsed
  const clock = new Date(Number(time)).toISOString().slice(11, 23)
  const name = String(level)
  const rest = Object.entries(fields).map(([key, value]) => `\u001b[90m${key}=\u001b[0m${plain(value)}`)
  return `${clock} \u001b[${COLOURS[name] ?? 0}m${name.padEnd(5)}\u001b[0m ${[plain(msg), ...rest].join(' ')}\n`
}

/** Text from outside must not steer the terminal. */
function plain(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return (text ?? '').replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
