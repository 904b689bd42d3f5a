import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Problem, Sources } from '../../platform/documents/index.ts'
import { readPolicy, testFiles } from '../directory.ts'
import { runTests, type TestResult, type TestTools } from './run-tests.ts'
import { readTestFile, type TestFile } from './test-file.ts'

/** What the tests of directories came to. */
export interface TestReport {
  readonly results: readonly TestResult[]
  /** What is wrong with the test files themselves, and with documents that are not YAML. */
  readonly problems: readonly Problem[]
}

/**
 * Runs every `*.test.yaml` under some paths. A test file that names no documents is about all documents under the path
 * (of a single file: of its directory). Throws what the file system throws.
 */
export async function testPolicy(paths: readonly string[], tools: TestTools): Promise<TestReport> {
  const results: TestResult[] = []
  const problems: Problem[] = []
  for (const path of paths) {
    const whole = onceRead((await stat(path)).isDirectory() ? path : dirname(path))
    for (const { name, path: at } of await testFiles(path)) {
      const read = readTestFile(name, await readFile(at, 'utf8'))
      if (read.kind === 'problems') {
        problems.push(...read.problems)
        continue
      }
      const sources = await sourcesOf(read.tests, at, whole)
      problems.push(...sources.problems)
      if (sources.problems.length === 0) results.push(...(await runTests(read.tests, sources, tools)))
    }
  }
  return { results, problems }
}

type Read = () => Promise<Sources>

function onceRead(path: string): Read {
  let read: Promise<Sources> | undefined
  return () => {
    read ??= readPolicy(path, (file) => `git:${file}`)
    return read
  }
}

async function sourcesOf({ policy, documents }: TestFile, at: string, whole: Read): Promise<Sources> {
  if (policy === undefined) return documents ? { documents, problems: [] } : whole()
  const named = await Promise.all(policy.map((file) => readPolicy(join(dirname(at), file), (name) => `git:${name}`)))
  return {
    documents: [...named.flatMap((sources) => sources.documents), ...(documents ?? [])],
    problems: named.flatMap((sources) => sources.problems),
  }
}
