import type { Around, SecretDeclaration } from './secret-rule.ts'
import { base64, END, hex, urlSafe } from './token-language.ts'
import { entropy, isPlaceholder, looksLikeDigest, looksRandom } from './value.ts'

const PASSWORD_NAMES = ['password', 'passwd', 'passphrase', 'passwort', 'passcode', 'pwd', 'passw0rd']
const SECRET_NAMES = [
  'secret',
  'token',
  'api_key',
  'apikey',
  'api-key',
  'api key',
  'access_key',
  'access-key',
  'accesskey',
  'private_key',
  'privatekey',
  'encryption_key',
  'encryptionkey',
  'signing_key',
  'signingkey',
  'auth_key',
  'authkey',
  'app_key',
  'appkey',
  'user_auth',
  'credential',
]
/** What ends a name that stands for something about a secret, and is none. */
const ABOUT =
  /(?:id|name|url|uri|path|file|type|length|len|size|version|label|hash|selector|field|header|prefix|suffix|format|endpoint|expir\w*|policy|hint|error|message|placeholder|index|count|ttl|algorithm|digest|checksum|pattern|regex|class|title|text|input|link|page)["'`\])]*\s*(?:[:=]|$)/i
const PUBLIC =
  /(?:public|csrf|xsrf|next|page|continuation|sync|cache|primary|foreign|partition|sort|idempotency|cancel\w*|max|min|num|count)[_-]?$/i

const anyOf = (names: readonly string[]) => `(?:${names.join('|')})`
/** What may stand between a name and its value: `": "`, ` = '`, `=>`, ` for db01 is "`, `','`, `" value="`. */
const ASSIGNED = `[0-9A-Za-z_.-]{0,30}?[\\\\"'\`\\])]{0,3}(?: for [^\\n:="']{1,40}?)?[ \\t]{0,16}(?:[:?]{0,3}={1,3}>?|:|,|>|is|was|value=)`
const QUOTED = `[\\s(]{0,12}\\\\{0,3}["'\`](?:\\\\{0,3}["'\`])?([^\\s"'\`<>\\\\]{6,1000}(?=[\\\\"'\`]))`
const BARE = `[ \\t]{0,8}([^\\s"'\`<>\\\\,;()|]{8,1000}(?![^\\s"'\`<>\\\\,;|]))`

function isQuoted({ text, start, end }: Around): boolean {
  return /["'`]/.test(text.charAt(start - 1)) && /["'`\\]/.test(text.charAt(end))
}

/** Letters mixed with digits or signs, as people choose them, and no piece of code. */
function looksChosen(value: string, around: Around): number {
  if (ABOUT.test(around.text.slice(around.at, around.start))) return 0
  const quoted = isQuoted(around)
  const signs = /[^0-9A-Za-z_.:/-]/.test(value)
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(value)).length + Number(signs)
  if (/^[,;:)\]}]/.test(value)) return 0
  // A quoted word may be a password; whoever wants those lowers the threshold.
  if (quoted && /^[A-Za-z]{6,}$/.test(value) && !isWeak(value)) return 0.4
  if (kinds < 2 || !(/\d/.test(value) || signs) || /^[#.@][A-Za-z_-]+$|^[a-z_/]+#[a-z_]+$|^urn:/.test(value)) return 0
  if (/^[$%{[(&]|\$\{|\{\{|::|=>|->|\(\)|^\d+$|^[A-Z0-9_]+$|^https?:|^[./~]|^process\.|^env[.(]/.test(value)) return 0
  if (!quoted && /^[A-Za-z_$][\w$]*(?:[.!?]+[A-Za-z_$][\w$]*)*[.!?:;]*$/.test(value) && !isDrawnWord(value)) return 0
  if ((!quoted && /^[\w-]+[=&]/.test(value)) || /^[A-Za-z_$]+(?:\.[A-Za-z_$*]+)+$/.test(value)) return 0
  return quoted ? 0.8 : 0.65
}

/** A word without signs that is still no identifier: digits stand in its middle, or many. */
function isDrawnWord(value: string): boolean {
  const bare = value.replace(/[.!?:;]+$/, '')
  if (bare.includes('.')) return false
  if (/[a-z]/.test(bare) && /[A-Z]/.test(bare) && /\d!+$/.test(value)) return true
  return (bare.match(/\d/g)?.length ?? 0) >= 2 && /\d[A-Za-z]|[A-Za-z]\d/.test(bare) && entropy(bare) > 2.5
}

/** Drawn at random, long, and named as a secret. */
function looksDrawn(value: string, around: Around): number {
  const name = around.text.slice(around.at, around.start)
  if (ABOUT.test(name) || PUBLIC.test(around.text.slice(Math.max(0, around.at - 14), around.at))) return 0
  if (value.length < 10 || /^[$%{[(&]|\$\{|\{\{|::|\w\(|^https?:|^[./~]|^process\.|^(?:arn|urn):/.test(value)) return 0
  if (/\d\.\d+\.\d+$/.test(value) || (!isQuoted(around) && /[[\]]|=[^=]/.test(value))) return 0
  if (/^[\w$]+(?:\.[A-Za-z_$][\w$]*)+$/.test(value) && !/[0-9]{2}/.test(value)) return 0
  if (!looksRandom(value, value.length >= 20 ? 3.2 : 3)) return 0
  if (wordsIn(value) > 0.6) return 0
  if (looksLikeDigest(value)) return isQuoted(around) || /[:=]/.test(name) ? 0.7 : 0
  return isQuoted(around) ? 0.8 : value.length >= 16 ? 0.7 : 0
}

/** The share of a value that consists of runs of four and more small letters: names of things, not drawn ones. */
function wordsIn(value: string): number {
  const words = value.match(/[A-Z]?[a-z]{4,}/g) ?? []
  return words.reduce((sum, word) => sum + word.length, 0) / value.length
}

const COMMAND_LINE = /(?:curl|wget|http|httpie)[^\n]{0,250}$/

function isCredentialPair(value: string, { text, at }: Around): boolean {
  const before = text.slice(Math.max(0, at - 260), at).replaceAll('\\\n', '  ')
  return COMMAND_LINE.test(before) && !isWeak(value)
}

/** A word, or the name again, is what manuals and test set-ups write: not enough to act upon unasked. */
function urlPasswordScore(value: string, { text, at, start }: Around): number {
  if (isWeak(value)) return 0
  const name = text.slice(at + 3, start - 1)
  return value === name || /^[a-z]{1,9}$/.test(value) ? 0.4 : 0.9
}

const WEAK =
  /^(?:pass|password|passwd|pwd|secret|token|test|user|admin|none|\$.*|%.*|\[.*|y{3,}|x-oauth-basic|api_?key)$/i

/** A word that stands for a password in every manual. */
function isWeak(value: string): boolean {
  return WEAK.test(value) || isPlaceholder(value)
}

/** Secrets that their surroundings give away. */
export const CONTEXT_SECRETS: readonly SecretDeclaration[] = [
  {
    kind: 'JWT',
    keywords: ['eyj'],
    pattern: `eyJ${urlSafe(10, 2000)}\\.(?:eyJ|ZXlK)?${urlSafe(8, 6000)}\\.${urlSafe(0, 1000)}(?:\\.${urlSafe(10, 2000)}\\.${urlSafe(10, 200)})?`,
    check: (value) => /^eyJ[0-9A-Za-z_-]+\.(?:eyJ|ZXlK|[0-9A-Za-z_-]{20})/.test(value),
  },
  {
    kind: 'JWT',
    keywords: ['eyj'],
    pattern: `eyJ${urlSafe(10, 2000)}\\.\\.${urlSafe(10, 100)}\\.${urlSafe(10, 6000)}\\.${urlSafe(10, 100)}`,
  },
  {
    kind: 'URL_PASSWORD',
    keywords: ['://'],
    pattern: `://[^\\s:@/"'\`<>\\\\]{0,100}:([^\\s/"'\`<>\\\\]{3,128}(?=@[0-9A-Za-z[%_.-]))`,
    begins: 'anywhere',
    check: urlPasswordScore,
  },
  {
    kind: 'BASIC_CREDENTIALS',
    keywords: ['basic '],
    pattern: `[Bb]asic (${base64(12, 400)}={0,2})`,
    check: decodesToPair,
  },
  {
    kind: 'BEARER_TOKEN',
    keywords: ['bearer '],
    pattern: `bearer {1,2}([0-9A-Za-z._~+/=-]{16,2000})`,
    flags: 'i',
    check: (value) => looksRandom(value, 3) && wordsIn(value) < 0.6,
    score: 0.8,
  },
  {
    kind: 'AUTHORIZATION',
    keywords: ['authorization', 'api-token', 'x-token', 'auth-token', 'x-auth'],
    pattern: `(?:authorization|(?:api|x|auth)-token|x-auth[a-z-]{0,20})["']?\\s{0,2}:\\s{0,3}["']?(?:[A-Za-z-]{1,20} {1,2})?((?:sha256~)?[0-9A-Za-z._~+/=@-]{10,2000})`,
    flags: 'i',
    begins: 'anywhere',
    check: (value) => looksRandom(value, 3) && wordsIn(value) < 0.6,
    score: 0.75,
  },
  {
    kind: 'COMMAND_LINE_PASSWORD',
    keywords: ['-u ', '--user ', '--user=', '-u"', "-u'"],
    pattern: `-(?:u|-user)[ =]{0,3}["']?[^\\s:"']{0,80}["']?:["']?([^\\s"'\\\\]{3,100})`,
    begins: 'anywhere',
    check: isCredentialPair,
    score: 0.8,
  },
  {
    kind: 'COMMAND_LINE_PASSWORD',
    keywords: [
      '-password ',
      '-password=',
      '-passwd ',
      '-token ',
      '-token=',
      '-secret ',
      '-api-key ',
      '-api-key=',
      'token "',
    ],
    pattern: `-[A-Za-z-]{0,20}?(?:password|passwd|token|secret|api-key)[ =]{1,2}["']?([^\\s"'\`\\\\<>$%{(]{6,200})`,
    flags: 'i',
    begins: 'anywhere',
    check: (value, around) =>
      /(?:^|\s)-{0,2}[A-Za-z-]{0,20}$/.test(around.text.slice(Math.max(0, around.at - 24), around.at)) &&
      (looksChosen(value, around) > 0 || /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d).*$/.test(value))
        ? 0.75
        : 0,
  },
  {
    kind: 'PASSWORD',
    keywords: PASSWORD_NAMES,
    pattern: `${anyOf(PASSWORD_NAMES)}${ASSIGNED}${QUOTED}`,
    flags: 'i',
    begins: 'anywhere',
    check: looksChosen,
  },
  {
    kind: 'PASSWORD',
    keywords: PASSWORD_NAMES,
    pattern: `${anyOf(PASSWORD_NAMES)}${ASSIGNED}${BARE}`,
    flags: 'i',
    begins: 'anywhere',
    check: looksChosen,
  },
  {
    kind: 'SECRET',
    keywords: SECRET_NAMES,
    pattern: `${anyOf(SECRET_NAMES)}${ASSIGNED}${QUOTED}`,
    flags: 'i',
    begins: 'anywhere',
    check: looksDrawn,
  },
  {
    kind: 'SECRET',
    keywords: SECRET_NAMES,
    pattern: `${anyOf(SECRET_NAMES)}${ASSIGNED}${BARE}`,
    flags: 'i',
    begins: 'anywhere',
    check: looksDrawn,
  },
  {
    kind: 'NET_CREDENTIAL',
    keywords: ['networkcredential(', 'directoryentry('],
    pattern: `(?:networkcredential|directoryentry)\\((?:[^"\\n]{0,20}"[^"\\n]{1,120}",\\s{0,40}){1}(?:"[^"\\n]{1,80}",\\s{0,40})?"([^"\\s]{6,100}(?="))`,
    flags: 'i',
    begins: 'anywhere',
    score: 0.85,
  },
  {
    kind: 'PASSWORD_HASH',
    keywords: ['$2a$', '$2b$', '$2y$'],
    pattern: `\\$2[aby]\\$[0-9]{2}\\$[./0-9A-Za-z]{53}`,
    begins: 'anywhere',
  },
  {
    kind: 'PASSWORD_HASH',
    keywords: ['$1$', '$5$', '$6$', '$y$'],
    pattern: `\\$[156y]\\$(?:rounds=[0-9]{1,9}\\$)?[./0-9A-Za-z]{1,16}\\$[./0-9A-Za-z]{22,86}`,
    begins: 'anywhere',
  },
  {
    kind: 'PASSWORD_HASH',
    keywords: ['$argon2'],
    pattern: `\\$argon2(?:id|i|d)\\$v=[0-9]{1,3}\\$m=[0-9]{1,8},t=[0-9]{1,4},p=[0-9]{1,3}\\$[0-9A-Za-z+/]{8,64}\\$[0-9A-Za-z+/]{20,128}`,
    begins: 'anywhere',
  },
  {
    kind: 'PASSWORD_HASH',
    keywords: ['$krb5'],
    pattern: `\\$krb5(?:asrep|tgs)\\$(?:[0-9]{1,2}\\$)?[^\\s$:]{0,120}[$:]?\\*?[^\\s$]{0,120}\\$?${hex(32)}\\$[0-9a-f]{64,4000}`,
    begins: 'anywhere',
  },
  {
    kind: 'ETHEREUM_PRIVATE_KEY',
    keywords: ['private'],
    pattern: `private[_ -]?key[^0-9A-Za-z\\n]{1,10}(0x${hex(64)}${END})`,
    flags: 'i',
    begins: 'anywhere',
  },
]

function decodesToPair(value: string): boolean {
  const decoded = Buffer.from(value, 'base64').toString('latin1')
  return /^[^\u0000-\u001f\u007f-\uffff]{1,200}:[^\u0000-\u001f\u007f-\uffff]{1,300}$/.test(decoded)
}
