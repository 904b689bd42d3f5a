import { type ModelName, smallModels } from '../../src/governance/guardrails/models/small-models.ts'
import { atMost, type Figure, told } from '../bench.ts'
import { summaryOf } from '../statistics.ts'
import { traps } from './texts.ts'

const MODELS: readonly ModelName[] = ['injection', 'indirect', 'jailbreak', 'toxicity', 'harm']
const US_PER_MS = 1_000
const ROUNDS = 400
const WARM_UPS = 200

/** The time of all small models together, on texts that change from round to round. */
export function speedFigures(): readonly Figure[] {
  const models = smallModels()
  const began = performance.now()
  for (const name of MODELS) models.see(name, 'first')
  const loaded = performance.now() - began
  const [short, long] = [timesOf(2_048, ROUNDS), timesOf(102_400, ROUNDS / 8)]
  return [
    told('reading the models and the first text', loaded, { unit: ' ms', digits: 1 }),
    atMost('2 KB, p50', short.p50, { unit: ' µs', digits: 0, goal: 120 }),
    told('2 KB, p99', short.p99, { unit: ' µs', digits: 0 }),
    atMost('100 KB, p50', long.p50, { unit: ' µs', digits: 0, goal: 8_000 }),
    told('100 KB, p99', long.p99, { unit: ' µs', digits: 0 }),
  ]

  function timesOf(length: number, rounds: number) {
    const lines = traps()
    const texts = Array.from({ length: 16 }, (_, first) => {
      let text = ''
      for (let line = first; text.length < length; line++) text += `${lines[line % lines.length]}\n`
      return text.slice(0, length)
    })
    const times: number[] = []
    for (let round = -WARM_UPS; round < rounds; round++) {
      const text = texts[(round + WARM_UPS) % texts.length] ?? ''
      const from = performance.now()
      for (const name of MODELS) models.see(name, text)
      if (round >= 0) times.push((performance.now() - from) * US_PER_MS)
    }
    return summaryOf(times)
  }
}
