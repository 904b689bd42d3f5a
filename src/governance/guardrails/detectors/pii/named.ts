import type { Finding } from '../../engine/rule.ts'
import { type Context, contextOf, followsContext } from './context.ts'
import type { Group } from './groups.ts'

/** A number that only the words before it tell from others. */
interface Named {
  readonly kind: string
  readonly shape: RegExp
  readonly context: Context
  readonly reach: number
  readonly score: number
}

const NAMED: readonly Named[] = [
  {
    kind: 'PASSPORT',
    shape: /^(?=(?:.*\d){5})[0-9A-Z]{6,12}$/,
    context: contextOf(
      'passport|passports|reisepass|passnummer|pass-nr|passeport|pasaporte|passaporto|passaporte|paspoort|paszport|pasaport|паспорт|护照|旅券|여권',
    ),
    reach: 40,
    score: 0.85,
  },
  {
    kind: 'DRIVER_LICENCE',
    shape: /^(?=(?:.*\d){4})[0-9A-Z]{6,18}$/,
    context: contextOf(
      "driver's licen|driver licen|drivers licen|driving licen|licence no|license no|license number|licence number|dl no|dl number|dl|führerschein|permis de conduire|carnet de conducir|permiso de conducir|patente|rijbewijs|prawo jazdy",
    ),
    reach: 36,
    score: 0.75,
  },
  {
    kind: 'LICENCE_PLATE',
    shape: /^(?=.*\d)(?=.*[A-Z])[0-9A-Z]{4,8}$/,
    context: contextOf(
      'plate|plates|licence plate|license plate|number plate|registration|kennzeichen|nummernschild|plaque|immatriculation|matrícula|matricula|targa|kenteken|rejestracy|vehicle reg',
    ),
    reach: 32,
    score: 0.75,
  },
  {
    kind: 'HEALTH_RECORD',
    shape: /^(?=(?:.*\d){4})[0-9A-Z]{5,14}$/,
    context: contextOf(
      'mrn|medical record|patient id|patient number|patientennummer|health card|health insurance|insurance id|member id|policyholder|versichertennummer|dossier médical|historia clínica',
    ),
    reach: 32,
    score: 0.7,
  },
  {
    kind: 'BANK_ACCOUNT',
    shape: /^\d{6,18}[A-Z]?$/,
    context: contextOf(
      'account number|account no|acct|bank account|kontonummer|konto-nr|konto|blz|bankleitzahl|numéro de compte|compte bancaire|número de cuenta|cuenta bancaria|conto corrente|numero di conto|routing|aba|sort code|bsb|clabe|cbu|ifsc',
    ),
    reach: 36,
    score: 0.75,
  },
]

/** Plates in which letters and digits stand apart: `M-AB 1234`, `AB12 CDE`, `AB-123-CD`. */
const PLATE =
  /^(?:[A-ZÄÖÜ]{1,3}[- ][A-Z]{1,2}[ -]?\d{1,4}[EH]?|[A-Z]{2}\d{2} ?[A-Z]{3}|[A-Z]{2}-\d{3}-[A-Z]{2}|\d{4}[ -]?[B-DF-HJ-NP-TV-Z]{3}|[A-Z]{2} ?\d{3} ?[A-Z]{2})/

/** Numbers that their names give away: passports, driver's licences, plates, records of patients, bank accounts. */
export function namedIn(text: string, group: Group): Finding | undefined {
  const { compact, start, end } = group
  if (compact.length < 3 || compact.length > 18) return undefined
  for (const { kind, shape, context, reach, score } of NAMED) {
    const isLike = shape.test(compact)
    // Reading the words around it costs most.
    if (!isLike && kind !== 'LICENCE_PLATE') continue
    if (!followsContext({ text, start, end }, context, reach)) continue
    if (kind === 'LICENCE_PLATE') {
      const plate = plateAround(text, start)
      if (plate) return { ...plate, kind, score }
    }
    if (isLike) return { start, end, kind, score }
  }
  return undefined
}

/** A plate begins with letters, which are no word with a digit: it is looked for a few places before. */
function plateAround(text: string, start: number): { readonly start: number; readonly end: number } | undefined {
  for (let from = Math.max(0, start - 7); from <= start; from++) {
    if (/[0-9A-Za-zÄÖÜ]/.test(text.charAt(from - 1))) continue
    const match = PLATE.exec(text.slice(from, from + 14))
    if (match && !/[0-9A-Za-z]/.test(text.charAt(from + match[0].length)) && from + match[0].length > start)
      return { start: from, end: from + match[0].length }
  }
  return undefined
}

const MRZ = /[PIACV][A-Z<][A-Z]{3}[A-Z0-9<]{25,39}(?:\r?\n[A-Z0-9<]{30,44}){1,2}/g

/** The two or three lines at the foot of a passport or an identity card. */
export function machineReadableIn(text: string): readonly Finding[] {
  if (!text.includes('<<')) return []
  return [...text.matchAll(MRZ)].map(({ 0: match, index }) => ({
    start: index,
    end: index + match.length,
    kind: 'PASSPORT',
    score: 0.95,
  }))
}
