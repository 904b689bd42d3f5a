import { readFileSync } from 'node:fs'
import { type Features, featureReader } from './features.ts'
import harmFile from './harm.model' with { type: 'file' }
import indirectFile from './indirect.model' with { type: 'file' }
import injectionFile from './injection.model' with { type: 'file' }
import jailbreakFile from './jailbreak.model' with { type: 'file' }
import personFile from './person.model' with { type: 'file' }
import { readPersonModel } from './persons/person-model.ts'
import { type PersonSpan, type PersonTagger, personTagger } from './persons/person-tagger.ts'
import { type ScoredSpan, type TextModel, textModel } from './text-model.ts'
import toxicityFile from './toxicity.model' with { type: 'file' }
import { readWeights } from './weights.ts'

/** The trained models that ship with the product, by name. */
export const MODEL_FILES: Readonly<Record<ModelName, string>> = Object.freeze({
  injection: injectionFile,
  indirect: indirectFile,
  jailbreak: jailbreakFile,
  toxicity: toxicityFile,
  harm: harmFile,
})

/** The tagger of names. */
export const PERSON_FILE: string = personFile

/** What there is a model for. */
export type ModelName = 'injection' | 'indirect' | 'jailbreak' | 'toxicity' | 'harm'

/** Small trained models, each read from its file when it is first asked. */
export interface SmallModels {
  /** What a model sees in a text: its most suspicious stretch. Undefined for a text without words. */
  readonly see: (name: ModelName, text: string) => ScoredSpan | undefined
  /** Names of persons in a text. */
  readonly persons: (text: string) => readonly PersonSpan[]
}

/** The models that ship with the product. What the last text was read into is kept for the next model. */
export function smallModels(): SmallModels {
  const ready = new Map<ModelName, TextModel>()
  let tag: PersonTagger | undefined
  let read: ((text: string) => Features) | undefined
  let lastText: string | undefined
  let lastFeatures: Features | undefined
  const featuresOf = (text: string): Features => {
    if (lastFeatures && text === lastText) return lastFeatures
    read ??= featureReader()
    lastFeatures = read(text)
    lastText = text
    return lastFeatures
  }
  const modelOf = (name: ModelName): TextModel => {
    const known = ready.get(name)
    if (known) return known
    const model = textModel(readWeights(readFileSync(MODEL_FILES[name])))
    ready.set(name, model)
    return model
  }
  return {
    see: (name, text) => modelOf(name).best(featuresOf(text)),
    persons: (text) => {
      tag ??= personTagger(readPersonModel(readFileSync(PERSON_FILE)))
      return tag(text, featuresOf(text).tokens)
    },
  }
}
