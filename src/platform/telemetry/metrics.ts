/** Counts upwards. */
export interface Counter {
  readonly add: (amount?: number) => void
}

/** Goes up and down. */
export interface Gauge {
  readonly set: (value: number) => void
  readonly add: (amount: number) => void
}

/** Sorts observations into buckets. */
export interface Histogram {
  readonly observe: (value: number) => void
}

/** A metric with its label names fixed; `labels` gives the child of one set of values. Resolve children once, then use them. */
export interface Family<M> {
  /** The values in the order of the names. Beyond the family's bound every new set shares one child, all values `other`. */
  readonly labels: (...values: readonly string[]) => M
}

/** What a family is declared with. */
export interface FamilyOptions {
  /** `snake_case`, unit and, for counters, `_total` at the end. */
  readonly name: string
  readonly help: string
  /** Label names; default none. */
  readonly labels?: readonly string[]
  /** Sets of label values kept apart; default 1,000. */
  readonly maxChildren?: number
}

/** All metrics of the process, written in Prometheus's text format 0.0.4. */
export interface MetricsRegistry {
  readonly counter: (options: FamilyOptions) => Family<Counter>
  readonly gauge: (options: FamilyOptions) => Family<Gauge>
  /** `buckets`: upper bounds, ascending; default {@link SECONDS_BUCKETS}. */
  readonly histogram: (options: FamilyOptions & { readonly buckets?: readonly number[] }) => Family<Histogram>
  /** Runs `read` each time the metrics are written: for values that are looked at rather than counted. */
  readonly onScrape: (read: () => void) => void
  /** The text for `/metrics`. */
  readonly expose: () => string
}

/** Bounds for durations in seconds, from half a millisecond to two minutes. */
export const SECONDS_BUCKETS: readonly number[] = Object.freeze([
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120,
])

const DEFAULT_MAX_CHILDREN = 1_000
const SEPARATOR = '\u0000'

interface Child<M> {
  readonly metric: M
  readonly lines: (name: string, labels: string) => string
}

/** Makes an empty {@link MetricsRegistry}. Throws `Error` when a name is taken or malformed. */
export function metricsRegistry(): MetricsRegistry {
  const families = new Map<string, () => string>()
  const readers: (() => void)[] = []
  const declare = <M>(type: string, options: FamilyOptions, make: () => Child<M>): Family<M> => {
    const { name, help, labels = [] } = options
    const names = [name, ...labels]
    if (names.some((part) => !/^[a-z_][a-z0-9_]*$/.test(part)))
      throw new Error(`"${names.join(' ')}" cannot name a metric and its labels`)
    if (families.has(name)) throw new Error(`the metric ${name} is declared twice`)
    const { family, children } = makeFamily(options, make)
    families.set(name, () => {
      let out = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`
      for (const [key, child] of children) out += child.lines(name, labelText(labels, key))
      return out
    })
    return family
  }
  return {
    counter: (options) => declare('counter', options, counterChild),
    gauge: (options) => declare('gauge', options, gaugeChild),
    histogram: (options) => declare('histogram', options, () => histogramChild(options.buckets ?? SECONDS_BUCKETS)),
    onScrape: (read) => {
      readers.push(read)
    },
    expose: () => {
      for (const read of readers) read()
      return [...families.values()].map((write) => write()).join('')
    },
  }
}

function makeFamily<M>(options: FamilyOptions, make: () => Child<M>) {
  const { labels = [], maxChildren = DEFAULT_MAX_CHILDREN } = options
  const children = new Map<string, Child<M>>()
  const other = labels.map(() => 'other').join(SEPARATOR)
  const childOf = (key: string): M => {
    const found = children.get(key)
    if (found) return found.metric
    if (children.size >= maxChildren && key !== other) return childOf(other)
    const made = make()
    children.set(key, made)
    return made.metric
  }
  const family: Family<M> = {
    labels: (...values) => {
      if (values.length !== labels.length) throw new Error(`${options.name} has ${labels.length} labels`)
      const key = values.join(SEPARATOR)
      // A value may come from outside: a separator in it would put its rest in the place of the next label.
      const isPlain = key.split(SEPARATOR, values.length + 1).length <= values.length
      return childOf(isPlain ? key : values.map((value) => value.replaceAll(SEPARATOR, ' ')).join(SEPARATOR))
    },
  }
  if (labels.length === 0) childOf('')
  return { family, children }
}

function counterChild(): Child<Counter> {
  let value = 0
  return {
    metric: {
      add: (amount = 1) => {
        if (amount > 0) value += amount
      },
    },
    lines: (name, labels) => `${name}${braces(labels)} ${numberText(value)}\n`,
  }
}

function gaugeChild(): Child<Gauge> {
  let value = 0
  return {
    metric: {
      set: (next) => {
        value = next
      },
      add: (amount) => {
        value += amount
      },
    },
    lines: (name, labels) => `${name}${braces(labels)} ${numberText(value)}\n`,
  }
}

function histogramChild(bounds: readonly number[]): Child<Histogram> {
  const counts = new Float64Array(bounds.length + 1)
  let sum = 0
  const observe = (value: number) => {
    let bucket = 0
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++
    counts[bucket] = (counts[bucket] ?? 0) + 1
    sum += value
  }
  const lines = (name: string, labels: string) => {
    const before = labels === '' ? '' : `${labels},`
    let running = 0
    let out = ''
    for (const [index, count] of counts.entries()) {
      running += count
      const bound = bounds[index]
      out += `${name}_bucket{${before}le="${bound === undefined ? '+Inf' : numberText(bound)}"} ${running}\n`
    }
    return `${out}${name}_sum${braces(labels)} ${numberText(sum)}\n${name}_count${braces(labels)} ${running}\n`
  }
  return { metric: { observe }, lines }
}

function labelText(names: readonly string[], key: string): string {
  if (names.length === 0) return ''
  const values = key.split(SEPARATOR)
  return names.map((name, index) => `${name}="${escapeLabel(values[index] ?? '')}"`).join(',')
}

function braces(labels: string): string {
  return labels === '' ? '' : `{${labels}}`
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}
