// `npm run bench`: see docs/reference/benchmarks.md.
import { startBare } from './bare.ts'
import { type Bench, type Section, unmeasured } from './bench.ts'
import { capacity } from './figures/capacity.ts'
import { hangUp } from './figures/hang-up.ts'
import { latency } from './figures/latency.ts'
import { memory } from './figures/memory.ts'
import { policy } from './figures/policy.ts'
import { requests } from './figures/requests.ts'
import { start } from './figures/start.ts'
import { streams } from './figures/streams.ts'
import { threads } from './figures/threads.ts'
import { tokens } from './figures/tokens.ts'
import { gatewaySite } from './gateway.ts'
import { startLoad } from './load.ts'
import { describeMachine } from './machine.ts'
import { type BenchOptions, readOptions, USAGE } from './options.ts'
import { PEERS } from './peers/index.ts'
import { type StartedPeer, startPeer } from './peers/peer.ts'
import { headOf, type SectionResult, sumOf, tableOf, writeReport } from './report.ts'
import { plainSubject } from './subject.ts'
import { startUpstream } from './upstream.ts'

const SECTIONS: readonly Section[] = [requests, streams, latency, tokens, hangUp, policy, start, capacity, memory]
const MS_PER_SECOND = 1_000

/** Run only when asked for by name: they explain figures and have no goals. */
const EXPLAINING: readonly Section[] = [threads]

interface Opened {
  readonly bench: Bench
  readonly notes: readonly string[]
}

/** What has to be undone, last first. */
type Undo = (() => Promise<void> | void)[]

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') return console.log(USAGE)
  const named = [...SECTIONS, ...EXPLAINING].filter(({ name }) => options.only.includes(name))
  const chosen = options.only.length === 0 ? SECTIONS : named
  if (chosen.length === 0) throw new Error(`no such section: ${options.only.join(', ')}\n\n${USAGE}`)
  const undo: Undo = []
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void close().then(() => process.exit(1)))
  try {
    const machine = describeMachine()
    const { bench, notes } = await open(options, undo)
    for (const line of headOf({ machine, notes })) console.log(line)
    const sections: SectionResult[] = []
    for (const section of chosen) {
      const result = await measure(section, bench)
      sections.push(result)
      for (const line of tableOf(result)) console.log(line)
    }
    const path = writeReport({ machine, sizes: options.sizes, notes, sections })
    console.log(`\n${sumOf(sections)}\n${path}`)
  } finally {
    await close()
  }
}

async function open(options: BenchOptions, undo: Undo): Promise<Opened> {
  const { sizes } = options
  const startedAt = performance.now()
  const upstream = await startUpstream()
  undo.push(upstream.stop)
  const load = startLoad()
  undo.push(load.stop)
  const bare = await startBare(upstream.origin)
  undo.push(bare.stop)
  const site = gatewaySite(upstream.origin)
  undo.push(site.remove)
  const gateway = await site.start()
  undo.push(gateway.stop)
  const peers: { readonly name: string; readonly started: StartedPeer }[] = []
  for (const peer of options.peers ? PEERS : []) {
    const started = await startPeer(peer, { upstream: upstream.origin, directory: site.directory })
    if (started.kind === 'running') undo.push(started.stop)
    peers.push({ name: peer.name, started })
  }
  const { inspectedBy } = site.policy
  const bench: Bench = {
    sizes,
    upstream,
    load,
    site,
    gateway,
    direct: plainSubject('direct', upstream.origin, undefined),
    bare: bare.subject,
    governed: gateway.subject('governed'),
    inspected: inspectedBy === undefined ? undefined : gateway.subject('inspected'),
    peers: peers.flatMap(({ started }) => (started.kind === 'running' ? [started.subject] : [])),
    timeLeft: () => startedAt + sizes.seconds * MS_PER_SECOND - performance.now(),
  }
  const peerNotes = peers.map(
    ({ name, started }) => `${name}: ${started.kind === 'running' ? 'measured' : started.why}`,
  )
  return {
    bench,
    notes: [
      `size ${sizes.name}; inspected by: ${inspectedBy ?? 'nothing, this build has no guardrails'}`,
      ...peerNotes,
    ],
  }
}

async function measure(section: Section, bench: Bench): Promise<SectionResult> {
  const from = performance.now()
  const run = async () => {
    if (bench.timeLeft() <= 0) return [unmeasured(section.name, 'skipped: the time is up')]
    try {
      return await section.run(bench)
    } catch (cause) {
      return [unmeasured(section.name, `failed: ${cause instanceof Error ? cause.message : String(cause)}`)]
    }
  }
  const figures = await run()
  const seconds = (performance.now() - from) / MS_PER_SECOND
  return { name: section.name, title: section.title, seconds, figures }
}

await main()
