import { z } from 'zod'
import type { Finding } from '../engine/rule.ts'
import { ALL_CHANNELS, ALL_PHASES, defineDetector } from './detector.ts'
import { postalIn } from './pii/addresses.ts'
import { birthsIn } from './pii/births.ts'
import { cardIn } from './pii/cards.ts'
import { emailsIn, SPELLED } from './pii/email.ts'
import type { Recogniser } from './pii/entity.ts'
import { forEachGroup, type Group } from './pii/groups.ts'
import { ibansIn } from './pii/iban.ts'
import { ID_FORMATS, idsOf } from './pii/ids.ts'
import { machineReadableIn, namedIn } from './pii/named.ts'
import { addressesIn } from './pii/network.ts'
import { personsIn, undecidedName } from './pii/persons.ts'
import { phoneIn } from './pii/phones.ts'
import { undecidedNumber } from './pii/undecided.ts'
import { walletsIn } from './pii/wallets.ts'
import { numbersIn } from './pii/words.ts'

/** Entities that are one kind of finding each. */
const OWN_ENTITIES = [
  'PERSON',
  'EMAIL',
  'PHONE',
  'IBAN',
  'CREDIT_CARD',
  'IP_ADDRESS',
  'MAC_ADDRESS',
  'POSTAL_ADDRESS',
  'DATE_OF_BIRTH',
  'CRYPTO_WALLET',
  'PASSPORT',
  'DRIVER_LICENCE',
  'LICENCE_PLATE',
  'HEALTH_RECORD',
  'BANK_ACCOUNT',
] as const
/** Entities that stand for the numbers of many states. */
const GROUPS = ['NATIONAL_ID', 'TAX_ID', 'HEALTH_ID'] as const

/** Everything that a check for personal data may name. */
export const PII_ENTITIES: readonly string[] = Object.freeze([
  ...OWN_ENTITIES,
  ...GROUPS,
  ...ID_FORMATS.map(({ kind }) => kind),
])

const entityField = z.enum(PII_ENTITIES)

/** Personal data: what has a form (addresses, numbers, dates of birth), and names of persons. */
export const piiDetector = defineDetector({
  name: 'pii',
  subject: 'personal data',
  options: {
    /** Only these; all when absent. `NATIONAL_ID`, `TAX_ID` and `HEALTH_ID` stand for those of every state. */
    entities: z.array(entityField).min(1).optional(),
    /** All but these. */
    except: z.array(entityField).min(1).optional(),
  },
  phases: ALL_PHASES,
  channels: ALL_CHANNELS,
  compile: ({ entities, except }, { models }) => {
    const named = (list: readonly string[], kind: string) =>
      list.includes(kind) || ID_FORMATS.some((format) => format.kind === kind && list.includes(format.group))
    const wanted = (kind: string) => (entities ? named(entities, kind) : true) && !(except && named(except, kind))
    const formed = finderOf(wanted)
    if (!wanted('PERSON')) return { rules: [], find: formed, longestMatch: 0, undecidedFrom: undecidedNumber }
    const persons = personsIn(models)
    return {
      rules: [],
      find: (text) => surest([...formed(text), ...persons(text)]),
      longestMatch: 0,
      undecidedFrom: (text) => Math.min(undecidedNumber(text), undecidedName(text)),
    }
  },
})

/** Who finds what; whoever finds nothing that is wanted is not asked. */
const RECOGNISERS: readonly { readonly finds: readonly string[]; readonly recognise: Recogniser }[] = [
  { finds: ['EMAIL'], recognise: emailsIn },
  { finds: ['IBAN'], recognise: ibansIn },
  { finds: ['IP_ADDRESS', 'MAC_ADDRESS'], recognise: addressesIn },
  { finds: ['CRYPTO_WALLET'], recognise: walletsIn },
  { finds: ['DATE_OF_BIRTH'], recognise: birthsIn },
  { finds: ['POSTAL_ADDRESS'], recognise: postalIn },
  { finds: ['PASSPORT'], recognise: ({ text }) => machineReadableIn(text) },
]
const NAMED_KINDS = ['PASSPORT', 'DRIVER_LICENCE', 'LICENCE_PLATE', 'HEALTH_RECORD', 'BANK_ACCOUNT']

type InGroup = (text: string, group: Group) => Finding | undefined

function finderOf(wanted: (kind: string) => boolean): (text: string) => readonly Finding[] {
  const formats = ID_FORMATS.filter(({ kind }) => wanted(kind))
  const inGroups: InGroup[] = [
    ...(wanted('CREDIT_CARD') ? [cardIn] : []),
    ...(formats.length > 0 ? [idsOf(formats)] : []),
    ...(wanted('PHONE') ? [phoneIn] : []),
    ...(NAMED_KINDS.some(wanted) ? [namedIn] : []),
  ]
  const recognisers = RECOGNISERS.filter(({ finds }) => finds.some(wanted)).map(({ recognise }) => recognise)
  return (text) => {
    const numbers = numbersIn(text)
    if (numbers.words.length === 0 && numbers.ats.length === 0 && numbers.colons.length === 0 && !SPELLED.test(text))
      return []
    const found = recognisers.flatMap((recognise) => recognise(numbers))
    forEachGroup(numbers, (group) => {
      for (const look of inGroups) {
        const finding = look(text, group)
        if (finding) found.push(finding)
      }
    })
    return surest(found.filter(({ kind }) => wanted(kind)))
  }
}

/** Of findings that overlap the surest; of equals the longest. */
function surest(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length < 2) return findings
  const kept: Finding[] = []
  for (const finding of findings.toSorted((a, b) => b.score - a.score || b.end - b.start - (a.end - a.start))) {
    if (!kept.some((one) => one.start < finding.end && one.end > finding.start)) kept.push(finding)
  }
  return kept.toSorted((a, b) => a.start - b.start)
}
