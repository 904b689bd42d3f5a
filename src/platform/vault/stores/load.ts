import type { ExternalStore, StoreTools } from './store.ts'

/** The stores outside of the gateway, by the name that references use. */
export const STORE_NAMES = ['hashicorp', 'aws', 'gcp', 'azure', 'kubernetes'] as const
/** One of {@link STORE_NAMES}. */
export type StoreName = (typeof STORE_NAMES)[number]

/** Gives a store; its code is loaded, and the store made, when a reference first asks for it. */
export function storeLoader(tools: StoreTools): (name: StoreName) => Promise<ExternalStore> {
  const loaded = new Map<StoreName, Promise<ExternalStore>>()
  return (name) => {
    const known = loaded.get(name) ?? load(name, tools)
    loaded.set(name, known)
    return known
  }
}

async function load(name: StoreName, tools: StoreTools): Promise<ExternalStore> {
  switch (name) {
    case 'hashicorp':
      return (await import('./hashicorp.ts')).hashicorpStore(tools)
    case 'aws':
      return (await import('./aws.ts')).awsStore(tools)
    case 'gcp':
      return (await import('./gcp.ts')).gcpStore(tools)
    case 'azure':
      return (await import('./azure.ts')).azureStore(tools)
    case 'kubernetes':
      return (await import('./kubernetes.ts')).kubernetesStore(tools)
  }
}
