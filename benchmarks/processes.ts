import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** A process that a benchmark started. */
export interface Child {
  readonly pid: number
  /** User and system time of it and its descendants since they began, seconds; in steps of a clock tick. */
  readonly cpuSeconds: () => number
  /** The same of the process alone, by the names of its threads. */
  readonly threadSeconds: () => ReadonlyMap<string, number>
  /** Resident memory of it and its descendants, bytes. */
  readonly residentBytes: () => number
  readonly isRunning: () => boolean
  /** Asks it to end, and ends it when it has not within five seconds. */
  readonly stop: () => Promise<void>
}

/** A Bun program of ours that answers questions. */
export interface Program<Question, Answer> extends Child {
  /** Rejects when the program fails or ends. */
  readonly ask: (question: Question) => Promise<Answer>
}

const STOP_WITHIN_MS = 5_000
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
const BYTES_PER_KIB = 1_024

/** Starts any command. Its output goes to `output`, a file. */
export function startCommand(
  command: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly output: string; readonly cwd?: string },
): Child {
  const output = Bun.file(options.output)
  const started = Bun.spawn([...command], {
    env: { ...options.env },
    cwd: options.cwd,
    stdin: 'ignore',
    stdout: output,
    stderr: output,
  })
  return childOf(started)
}

interface Told<Answer> {
  readonly id: number
  readonly answer?: Answer
  readonly failure?: string
}

/** Starts one of `benchmarks/programs` in the runtime that runs this. */
export function startProgram<Question, Answer>(file: string, args: readonly string[] = []): Program<Question, Answer> {
  const waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (cause: Error) => void }>()
  let lastId = 0
  const started = Bun.spawn([process.execPath, file, ...args], {
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
    env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: '65535' },
    ipc: (message: Told<Answer>) => {
      const asked = waiting.get(message.id)
      waiting.delete(message.id)
      if (message.failure !== undefined) asked?.reject(new Error(message.failure))
      else asked?.resolve(message.answer as Answer)
    },
    onExit: () => {
      for (const { reject } of waiting.values()) reject(new Error(`${file} has ended`))
    },
  })
  return {
    ...childOf(started),
    ask: (question) =>
      new Promise((resolve, reject) => {
        waiting.set(++lastId, { resolve, reject })
        started.send({ id: lastId, question })
      }),
  }
}

function childOf(started: Pick<Bun.Subprocess, 'pid' | 'exited' | 'exitCode' | 'signalCode' | 'kill'>): Child {
  const { pid } = started
  const isRunning = () => started.exitCode === null && started.signalCode === null
  return {
    pid,
    isRunning,
    cpuSeconds: () => familyOf(pid).reduce((sum, member) => sum + cpuTicks(member), 0) / TICKS_PER_SECOND,
    threadSeconds: () => threadSeconds(pid),
    residentBytes: () => familyOf(pid).reduce((sum, member) => sum + residentKib(member), 0) * BYTES_PER_KIB,
    stop: async () => {
      const family = familyOf(pid).map((member) => ({ pid: member, startedAt: startTick(member) }))
      if (isRunning()) started.kill('SIGTERM')
      const ended = await Promise.race([started.exited.then(() => true), Bun.sleep(STOP_WITHIN_MS).then(() => false)])
      if (!ended) started.kill('SIGKILL')
      await started.exited
      for (const member of family)
        if (member.startedAt !== 'gone' && startTick(member.pid) === member.startedAt) endOrphan(member.pid)
    },
  }
}

/** Ends a descendant that outlived its parent. */
function endOrphan(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function familyOf(pid: number): readonly number[] {
  const family = [pid]
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const id = Number(name)
    if (!Number.isInteger(id)) continue
    const parent = parentOf(id)
    children.set(parent, [...(children.get(parent) ?? []), id])
  }
  for (const member of family) family.push(...(children.get(member) ?? []))
  return family
}

function threadSeconds(pid: number): ReadonlyMap<string, number> {
  const seconds = new Map<string, number>()
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const { name, fields } = statOf(`${pid}/task/${thread}`)
    const ticks = Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
    seconds.set(name, (seconds.get(name) ?? 0) + ticks / TICKS_PER_SECOND)
  }
  return seconds
}

/** The name in `/proc/<task>/stat`, which may itself hold blanks, and the fields behind it; none when the task is gone. */
function statOf(task: string): { readonly name: string; readonly fields: readonly string[] } {
  try {
    const text = readFileSync(`/proc/${task}/stat`, 'latin1')
    const end = text.lastIndexOf(')')
    return { name: text.slice(text.indexOf('(') + 1, end), fields: text.slice(end + 2).split(' ') }
  } catch {
    return { name: '', fields: [] }
  }
}

const statFields = (pid: number) => statOf(String(pid)).fields

const parentOf = (pid: number) => Number(statFields(pid)[1] ?? -1)

/** When a process began, in ticks since the machine did: with its id, it names one process. */
const startTick = (pid: number) => statFields(pid)[19] ?? 'gone'

function cpuTicks(pid: number): number {
  const fields = statFields(pid)
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
}

function residentKib(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

const LOOK_EVERY_MS = 100
const QUIET_LOOKS = 2
const QUIET_WITHIN_MS = 5_000

/** Waits until a process does nothing any more, so that work it puts off is counted with what caused it. */
export async function untilQuiet(child: Child): Promise<void> {
  const least = 1 / TICKS_PER_SECOND
  let quiet = 0
  let before = child.cpuSeconds()
  for (let waited = 0; waited < QUIET_WITHIN_MS && quiet < QUIET_LOOKS; waited += LOOK_EVERY_MS) {
    await Bun.sleep(LOOK_EVERY_MS)
    const after = child.cpuSeconds()
    quiet = after - before <= least ? quiet + 1 : 0
    before = after
  }
}
