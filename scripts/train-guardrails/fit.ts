import { BUCKETS, type FeatureReader } from '../../src/governance/guardrails/models/features.ts'
import { forEachStretch, lengthScale } from '../../src/governance/guardrails/models/windows.ts'
import { seededRandom } from '../../src/lib/random.ts'

/** A text made ready for learning. */
export interface Example {
  readonly ids: Int32Array
  /** Per token, where its ids end. */
  readonly until: Int32Array
  readonly label: 0 | 1
  /** How much it counts. */
  readonly weight: number
}

/** How a model learns. */
export interface Learning {
  readonly epochs: number
  readonly rate: number
  /** Pull towards zero at every touch. */
  readonly decay: number
  /** Tokens of the windows that a text is read in, besides the whole. */
  readonly windows: readonly number[]
}

/** What was learned. */
export interface Learned {
  readonly weights: Float32Array
  bias: number
}

/** Later tokens of a text are not learned from. */
const MOST_TOKENS = 4_000
const SEED = 1
const FIRST_SQUARES = 0.1

/** Reads a text into an example. */
export function exampleOf(read: FeatureReader, text: string, known: Pick<Example, 'label' | 'weight'>): Example {
  const features = read(text)
  const count = Math.min(features.tokens.count, MOST_TOKENS)
  const end = count === 0 ? 0 : (features.until[count - 1] as number)
  return { ids: features.ids.slice(0, end), until: features.until.slice(0, count), ...known }
}

interface Best {
  score: number
  from: number
  to: number
}

/** Finds the stretch with the highest score; the score has the bias in it. */
export function bestStretch({ ids, until }: Example, model: Learned, windows: readonly number[]): Best {
  const count = until.length
  const sums = new Float64Array(count + 1)
  let sum = 0
  let at = 0
  for (let token = 0; token < count; token++) {
    const end = until[token] as number
    for (; at < end; at++) sum += model.weights[ids[at] as number] as number
    sums[token + 1] = sum
  }
  const best: Best = { score: count === 0 ? 0 : -Infinity, from: 0, to: count }
  forEachStretch(sums, { count, windows }, (from, to, score) => {
    if (score > best.score) Object.assign(best, { score, from, to })
  })
  best.score += model.bias
  return best
}

/** Learns by logistic regression over the best stretch of each text (AdaGrad; the same examples give the same weights). */
export function fit(examples: readonly Example[], how: Learning): Learned {
  const model: Learned = { weights: new Float32Array(BUCKETS), bias: -1 }
  const squares = new Float32Array(BUCKETS).fill(FIRST_SQUARES)
  const random = seededRandom(SEED)
  const order = [...examples]
  let biasSquares = 1
  for (let epoch = 0; epoch < how.epochs; epoch++) {
    shuffle(order, random.fraction)
    for (const example of order) {
      if (example.until.length === 0) continue
      const best = bestStretch(example, model, how.windows)
      const error = (1 / (1 + Math.exp(-best.score)) - example.label) * example.weight
      if (Math.abs(error) < 1e-4) continue
      biasSquares += error * error
      model.bias -= (how.rate * error) / Math.sqrt(biasSquares)
      descend(model.weights, squares, { example, best, slope: error * lengthScale(best.to - best.from), how })
    }
  }
  return model
}

interface Step {
  readonly example: Example
  readonly best: Best
  readonly slope: number
  readonly how: Learning
}

function descend(weights: Float32Array, squares: Float32Array, { example, best, slope, how }: Step): void {
  const first = best.from === 0 ? 0 : (example.until[best.from - 1] as number)
  const last = example.until[best.to - 1] as number
  for (let at = first; at < last; at++) {
    const id = example.ids[at] as number
    const weight = weights[id] as number
    const gradient = slope + how.decay * weight
    const square = (squares[id] as number) + gradient * gradient
    squares[id] = square
    weights[id] = weight - (how.rate * gradient) / Math.sqrt(square)
  }
}

function shuffle<Item>(items: Item[], fraction: () => number): void {
  for (let at = items.length - 1; at > 0; at--) {
    const other = Math.floor(fraction() * (at + 1))
    const own = items[at] as Item
    items[at] = items[other] as Item
    items[other] = own
  }
}

const LARGEST = 127

/** Weights as signed bytes and what they are to be multiplied by. */
export function rounded(weights: Float32Array): { readonly values: Int8Array; readonly scale: number } {
  const sizes = weights
    .map(Math.abs)
    .filter((size) => size > 0)
    .toSorted()
  // The few largest are cut: a scale made for them would leave most of the others at zero.
  const largest = sizes[Math.floor(sizes.length * 0.9995)] ?? 1
  const scale = largest / LARGEST
  const values = Int8Array.from(weights, (weight) => Math.max(-LARGEST, Math.min(LARGEST, Math.round(weight / scale))))
  return { values, scale }
}
