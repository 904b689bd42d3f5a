export { digestOf, documentSetOf } from './document-set.ts'
export { documentsJsonSchema, type JsonSchema, kindJsonSchema } from './json-schema.ts'
export {
  type Document,
  type DocumentSet,
  defineKind,
  type Kind,
  type KindDeclaration,
  type NameRule,
  type Origin,
  type Path,
  type ProblemAt,
  type Reference,
} from './kind.ts'
export { printYaml } from './print.ts'
export { formatProblem, inReadingOrder, type Problem } from './problem.ts'
export { documentSet, InvalidDocuments } from './reading.ts'
export {
  DOCUMENT_BOUNDS,
  fromJson,
  type Place,
  readYaml,
  type SourceDocument,
  type Sources,
  type YamlText,
} from './source.ts'
export { didYouMean } from './suggest.ts'
export { duration, instant, modeField, money, rate, resourcePattern, scopeRef, secretRef } from './unit-types.ts'
export {
  parseDuration,
  parseMoney,
  parseRate,
  parseSize,
  printDuration,
  printMoney,
  printRate,
  printSize,
  type Rate,
} from './units.ts'
export { type Validation, type ValidationOptions, validate } from './validate.ts'
