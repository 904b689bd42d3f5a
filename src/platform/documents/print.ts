import { Document as YamlDocument } from 'yaml'
import { API_VERSION } from './json-schema.ts'

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Documents as one YAML text that reads back to the same documents: `apiVersion` once, then one document after another.
 * `written` are whole documents as JSON.
 */
export function printYaml(written: readonly unknown[]): string {
  return written
    .map((document, index) => {
      if (!isRecord(document)) return printValue(document)
      const { apiVersion: _, ...rest } = document
      return printValue(index === 0 ? { apiVersion: API_VERSION, ...rest } : rest)
    })
    .join('---\n')
}

function printValue(value: unknown): string {
  return new YamlDocument(value, { aliasDuplicateObjects: false }).toString({ lineWidth: 120 })
}
