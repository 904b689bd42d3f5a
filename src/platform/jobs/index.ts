export { jobsMigrations } from './jobs.store.ts'
export { type JobHandler, type Jobs, type JobsOptions, jobs, type NewJob } from './jobs.ts'
