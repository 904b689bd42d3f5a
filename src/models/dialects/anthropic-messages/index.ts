export { countAnthropicTokens } from './count.ts'
export { anthropicMessages } from './dialect.ts'
export { encodeError as encodeAnthropicError } from './error-shape.ts'
export { anthropicMeter, type Meter, type Metered } from './meter.ts'
