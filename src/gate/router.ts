import type { Params, Surface, SurfaceRoute } from './surfaces/surface.ts'

/** What an address leads to. */
export type Routed =
  | { readonly kind: 'found'; readonly route: SurfaceRoute; readonly params: Params; readonly surface: Surface }
  /** The address is there, but not for this method. */
  | { readonly kind: 'wrong-method'; readonly surface: Surface; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown'; readonly surface: Surface | undefined }

/** Finds the route of a request. */
export type Router = (method: string, path: string) => Routed

interface Pattern {
  readonly route: SurfaceRoute
  readonly surface: Surface
  readonly expression: RegExp
}

/** Makes a router: fixed addresses by one look-up, the few that vary by their patterns. */
export function routerOf(surfaces: readonly Surface[]): Router {
  const fixed = new Map<string, { route: SurfaceRoute; surface: Surface }[]>()
  const patterns: Pattern[] = []
  for (const surface of surfaces) {
    for (const route of surface.routes) {
      if (/[:*]/.test(route.path)) patterns.push({ route, surface, expression: expressionOf(route.path) })
      else fixed.set(route.path, [...(fixed.get(route.path) ?? []), { route, surface }])
    }
  }
  const prefixes = surfaces
    .flatMap((surface) => surface.prefixes.map((prefix) => ({ prefix, surface })))
    .sort((a, b) => b.prefix.length - a.prefix.length)
  return (method, path) => {
    const candidates = fixed.get(path) ?? matching(patterns, path)
    const found = candidates.find(({ route }) => route.method === method)
    if (found) return { kind: 'found', params: {}, ...found }
    const [first] = candidates
    const surface = prefixes.find(({ prefix }) => path.startsWith(prefix))?.surface
    if (!first) return { kind: 'unknown', surface }
    const allowed = candidates.map(({ route }) => route.method)
    return { kind: 'wrong-method', surface: surface ?? first.surface, allowed }
  }
}

function matching(patterns: readonly Pattern[], path: string) {
  return patterns.flatMap(({ route, surface, expression }) => {
    const match = expression.exec(path)
    return match ? [{ route, surface, params: decoded(match.groups ?? {}) }] : []
  })
}

/** `/:name` is a segment, `*name` anything; both end at a literal that follows, such as Gemini's `:generateContent`. */
function expressionOf(path: string): RegExp {
  const source = path
    .split(/((?<=\/):[a-zA-Z]+|\*[a-zA-Z]+)/)
    .map((part, index) => {
      // What the split has captured stands at the odd places.
      if (index % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      if (part.startsWith('*')) return `(?<${part.slice(1)}>.{1,512})`
      return `(?<${part.slice(1)}>[^/]{1,512})`
    })
    .join('')
  return new RegExp(`^${source}$`)
}

function decoded(groups: Readonly<Record<string, string>>): Params {
  const params: Record<string, string> = {}
  for (const [name, value] of Object.entries(groups)) {
    try {
      params[name] = decodeURIComponent(value)
    } catch {
      params[name] = value
    }
  }
  return params
}
