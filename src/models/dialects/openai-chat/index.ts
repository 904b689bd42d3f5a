export { openaiChat } from './dialect.ts'
export { type MeterReading, openaiChatMeter, type StreamMeter } from './meter.ts'
export { withoutUsage } from './rewrite-frame.ts'
