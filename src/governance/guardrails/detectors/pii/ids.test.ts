import { describe, expect, test } from 'bun:test'
import { ID_FORMATS, idsOf } from './ids.ts'
import { piiFindings } from './testing.ts'

/** Drawn at random with the check digits of their state; a word that says what they are. */
const NUMBERS: readonly (readonly [kind: string, word: string, value: string])[] = [
  ['DE_TAX_ID', 'steuer', '63982646506'],
  ['DE_SOCIAL_SECURITY', 'rentenversicherung', '25342018O247'],
  ['DE_HEALTH_ID', 'krankenversicher', 'V171875945'],
  ['DE_ID_CARD', 'personalausweis', 'KF92F4RK85'],
  ['AT_SOCIAL_SECURITY', 'sozialversicherung', '8614100619'],
  ['CH_AHV', 'AHV', '7563687432753'],
  ['FR_NIR', 'NIR', '713322B67511910'],
  ['FR_TAX_ID', 'fiscal', '0453890114496'],
  ['ES_DNI', 'DNI', '05415121R'],
  ['ES_NIE', 'NIE', 'X5190270K'],
  ['ES_SOCIAL_SECURITY', 'seguridad social', '106195528561'],
  ['IT_FISCAL_CODE', 'codice fiscale', 'OEIMDXN9BMQQPSTS'],
  ['IT_VAT', 'partita iva', '55904739574'],
  ['PT_NIF', 'NIF', '803852347'],
  ['NL_BSN', 'BSN', '804016987'],
  ['BE_NATIONAL_NUMBER', 'rijksregister', '15070742549'],
  ['LU_NATIONAL_ID', 'matricule', '2027032375724'],
  ['IE_PPS', 'PPS', '8035071SC'],
  ['GB_NINO', 'nino', 'YL951727A'],
  ['GB_NHS', 'NHS', '8492531649'],
  ['GB_UTR', 'UTR', '6820396719'],
  ['DK_CPR', 'CPR', '1502495511'],
  ['SE_PERSONAL_NUMBER', 'personnummer', '203903033482'],
  ['NO_FODSELSNUMMER', 'fødselsnummer', '58027461989'],
  ['FI_HETU', 'hetu', '131052-308T'],
  ['IS_KENNITALA', 'kennitala', '1110985149'],
  ['PL_PESEL', 'pesel', '84282055996'],
  ['PL_NIP', 'NIP', '5137545407'],
  ['CZ_BIRTH_NUMBER', 'rodné', '3676189320'],
  ['HU_TAX_ID', 'adóazonosító', '8653221786'],
  ['HU_HEALTH_ID', 'TAJ', '724813375'],
  ['RO_CNP', 'CNP', '4760222712771'],
  ['BG_EGN', 'EGN', '2904228680'],
  ['HR_OIB', 'OIB', '85850275510'],
  ['RS_JMBG', 'jmbg', '0709589234030'],
  ['GR_AMKA', 'amka', '11081496470'],
  ['GR_TAX_ID', 'AFM', '677171775'],
  ['EE_ISIKUKOOD', 'isikukood', '21509085224'],
  ['LV_PERSONAL_CODE', 'personas kods', '32112559097'],
  ['UA_TAX_ID', 'рнокпп', '0925022957'],
  ['RU_INN', 'ИНН', '226587041790'],
  ['RU_SNILS', 'снилс', '65832554423'],
  ['US_SSN', 'SSN', '651838759'],
  ['US_EIN', 'EIN', '781855469'],
  ['US_MEDICARE', 'medicare', '4GF5Y46AA74'],
  ['US_NPI', 'NPI', '2703880320'],
  ['CA_SIN', 'SIN', '594753964'],
  ['MX_CURP', 'curp', 'LUYJ736951MGBFVBS5'],
  ['MX_RFC', 'RFC', 'BAXI861230577'],
  ['BR_CPF', 'CPF', '34414164303'],
  ['BR_CNPJ', 'cnpj', '88489201367952'],
  ['AR_CUIT', 'cuit', '33883101001'],
  ['CL_RUT', 'RUT', '209544032'],
  ['CO_NIT', 'NIT', '3517490508'],
  ['PE_RUC', 'RUC', '15588933595'],
  ['IN_AADHAAR', 'aadhaar', '975821830378'],
  ['IN_PAN', 'PAN', 'RTMBO1650F'],
  ['CN_RESIDENT_ID', '身份证', '917825202706121195'],
  ['HK_ID', 'hkid', 'R3515337'],
  ['TW_ID', '身分證', 'C231443183'],
  ['KR_RRN', '주민등록', '0810051173353'],
  ['JP_MY_NUMBER', 'マイナンバー', '364053899287'],
  ['SG_NRIC', 'nric', 'G8968456R'],
  ['MY_NRIC', 'mykad', '750916573480'],
  ['TH_ID', 'บัตรประชาชน', '8054740311963'],
  ['ID_NIK', 'NIK', '7286096711359251'],
  ['PH_TIN', 'TIN', '929784003301'],
  ['PK_CNIC', 'cnic', '1278903644528'],
  ['AU_TFN', 'TFN', '485804547'],
  ['AU_MEDICARE', 'medicare', '58683306913'],
  ['NZ_IRD', 'IRD', '454030361'],
  ['IL_ID', 'teudat zehut', '367796448'],
  ['TR_TCKN', 'tckn', '10927919446'],
  ['ZA_ID', 'south african', '6904062597114'],
  ['AE_EMIRATES_ID', 'emirates id', '784313214827390'],
  ['SA_ID', 'iqama', '1954494611'],
  ['EG_ID', 'الرقم القومي', '37203113454423'],
  ['NG_NIN', 'NIN', '81498093877'],
  ['KE_KRA_PIN', 'KRA', 'A695511289D'],
]

describe('numbers that states give to people', () => {
  test.each(NUMBERS)('%s behind "%s"', (kind, word, value) => {
    const text = `The ${word} of the person is ${value}, as we were told.`
    const found = piiFindings(text, [kind])
    expect(found).toEqual([{ kind, value }])
  })

  test('every kind stands in the table', () => {
    expect(NUMBERS.map(([kind]) => kind)).toEqual(ID_FORMATS.map(({ kind }) => kind))
    expect(new Set(ID_FORMATS.map(({ kind }) => kind.slice(0, 2))).size).toBeGreaterThanOrEqual(50)
  })

  test('a wrong check digit makes them none', () => {
    const checked = ID_FORMATS.filter(({ check }) => check !== undefined)
    const survivors = NUMBERS.filter(([kind, word, value]) => {
      if (!checked.some((format) => format.kind === kind)) return false
      const place = value.search(/\d(?=\D*$)/)
      const wrong = value.slice(0, place) + ((Number(value.charAt(place)) + 1) % 10) + value.slice(place + 1)
      return piiFindings(`The ${word} is ${wrong}.`, [kind]).length > 0
    })
    // Their last digit is none that checks.
    expect(survivors.map(([kind]) => kind)).toEqual([
      'DK_CPR',
      'IS_KENNITALA',
      'LV_PERSONAL_CODE',
      'US_SSN',
      'MY_NRIC',
      'AU_MEDICARE',
      'EG_ID',
    ])
  })

  test.each([
    ['US_SSN', '514-69-0360'],
    ['CH_AHV', '756.1234.5678.97'],
    ['GB_NINO', 'AB 12 34 56 C'],
    ['ES_DNI', '12.345.678-Z'],
    ['IT_FISCAL_CODE', 'RSSMRA85T10A562S'],
    ['BR_CPF', '123.456.789-09'],
    ['FI_HETU', '131052-308T'],
    ['CZ_BIRTH_NUMBER', '710319/2745'],
  ])('%s as it is written on paper needs no word', (kind, value) => {
    if (kind === 'FI_HETU') return expect(piiFindings(`hetu ${value}`, [kind])).toEqual([{ kind, value }])
    expect(piiFindings(`Please see ${value} for more.`, [kind])).toEqual([{ kind, value }])
  })
})

test('of kinds that fit the surest is told', () => {
  const look = idsOf(ID_FORMATS)
  const text = 'Her PESEL is 30272760623 and that is that'
  const start = text.indexOf('3')
  const group = { start, end: start + 11, compact: '30272760623', signs: [], digitsOnly: true }
  expect(look(text, group)?.kind).toBe('PL_PESEL')
})
