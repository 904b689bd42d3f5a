import pino from 'pino'
import type { Clock } from '../../lib/clock.ts'
import { lineWriter } from './line-writer.ts'
import { prettyLine } from './pretty.ts'
import { withoutSecrets } from './redact.ts'

/** What may stand in a log line besides its message. */
export type LogFields = object

/** The log. Lines are JSON with `level`, `time` (epoch milliseconds), `msg` and the fields. */
export interface Logger {
  readonly debug: (message: string, fields?: LogFields) => void
  readonly info: (message: string, fields?: LogFields) => void
  readonly warn: (message: string, fields?: LogFields) => void
  readonly error: (message: string, fields?: LogFields) => void
  /**
   * A line of level `info` that is written for every exchange, and looks as {@link Logger.info} would make it. `fields` is
   * asked only when the level lets the line through. It goes straight to the line writer, without pino and without the
   * search for secrets, because both cost more than the rest of closing an exchange: so give it one literal of always the
   * same members, none of them a secret. The values are escaped here; whatever stands in them, it stays one line of JSON.
   */
  readonly event: (message: string, fields: () => LogFields) => void
  /** A log whose lines all carry these fields. */
  readonly with: (fields: LogFields) => Logger
  /** Writes out what is buffered, now. Call it last. */
  readonly flush: () => void
}

/** Where lines go: a file descriptor by its number, or a function. */
export type LogSink = number | ((line: string) => void)

/** What {@link createLogger} needs. */
export interface LoggerOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** `auto` = pretty on a terminal. */
  readonly format: 'auto' | 'json' | 'pretty'
  readonly clock: Clock
  /** Default standard output. */
  readonly sink?: LogSink
}

const NO_FIELDS: LogFields = Object.freeze({})
/** Makes the {@link Logger}. */
export function createLogger(options: LoggerOptions): Logger {
  const sink = options.sink ?? 1
  const isPretty =
    options.format === 'pretty' || (options.format === 'auto' && sink === 1 && process.stdout.isTTY === true)
  const { stream, flush } = destination(sink, isPretty, options.clock)
  const log = pino(
    {
      level: options.level,
      base: undefined,
      timestamp: () => `,"time":${options.clock.now()}`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  )
  return wrap({ log, write: stream.write, flush, now: options.clock.now, bound: '' })
}

interface Wrapped {
  readonly log: pino.Logger
  readonly write: (line: string) => void
  readonly flush: () => void
  readonly now: () => number
  /** The fields of {@link Logger.with} as JSON members, each with a comma before it. */
  readonly bound: string
}

function wrap(wrapped: Wrapped): Logger {
  const { log, write, flush, now, bound } = wrapped
  const takesEvents = log.isLevelEnabled('info')
  return {
    debug: (message, fields) => log.debug(fields ? withoutSecrets(fields) : NO_FIELDS, message),
    info: (message, fields) => log.info(fields ? withoutSecrets(fields) : NO_FIELDS, message),
    warn: (message, fields) => log.warn(fields ? withoutSecrets(fields) : NO_FIELDS, message),
    error: (message, fields) => log.error(fields ? withoutSecrets(fields) : NO_FIELDS, message),
    event: (message, fields) => {
      if (!takesEvents) return
      write(`{"level":"info","time":${now()}${bound}${membersOf(fields())},"msg":${JSON.stringify(message)}}\n`)
    },
    with: (fields) => {
      const safe = withoutSecrets(fields)
      return wrap({ ...wrapped, log: log.child(safe), bound: bound + membersOf(safe) })
    },
    flush,
  }
}

/** `,"name":value` for each field; nothing for none. */
function membersOf(fields: LogFields): string {
  const text = JSON.stringify(fields)
  return text.length > 2 ? `,${text.slice(1, -1)}` : ''
}

interface Destination {
  readonly stream: pino.DestinationStream
  readonly flush: () => void
}

function destination(sink: LogSink, isPretty: boolean, clock: Clock): Destination {
  const writer = typeof sink === 'function' ? { write: sink, flush: () => undefined } : lineWriter(sink, clock)
  if (!isPretty) return { stream: writer, flush: writer.flush }
  return { stream: { write: (line) => writer.write(prettyLine(line)) }, flush: writer.flush }
}
