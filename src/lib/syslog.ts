/** One message for a log server. */
export interface SyslogMessage {
  /** Epoch milliseconds. */
  readonly at: number
  readonly host: string
  readonly app: string
  /** What kind of message it is: `audit`, `checkpoint`. */
  readonly id: string
  /** 0 (emergency) to 7 (debug), RFC 5424 table 2. */
  readonly severity: number
  readonly text: string
}

/** "log audit", RFC 5424 table 1. */
const FACILITY = 13

/** The message as RFC 5424 writes it, without framing; line feeds in the text become spaces. */
export function syslogLine({ at, host, app, id, severity, text }: SyslogMessage): string {
  const time = new Date(at).toISOString()
  const head = `<${FACILITY * 8 + severity}>1 ${time} ${word(host, 255)} ${word(app, 48)} - ${word(id, 32)} -`
  return `${head} \u{feff}${text.replace(/[\r\n]+/g, ' ')}`
}

/** A header field: printable ASCII without spaces, `-` for none. */
function word(text: string, longest: number): string {
  return text.replace(/[^\x21-\x7e]/g, '_').slice(0, longest) || '-'
}
