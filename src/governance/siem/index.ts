export { type SiemExport, siemExport } from './export.ts'
export { siemMigrations } from './siem.store.ts'
export { readDestination, type SinkTools, sinkOf } from './sink.ts'
