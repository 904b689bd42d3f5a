/** Whether an address is well formed and of one of the domains. */
export function isOfDomains(email: string, domains: readonly string[]): boolean {
  const [, domain = ''] = /^[^\s@:,;<>"()]{1,64}@([^\s@:,;<>"()]+)$/.exec(email) ?? []
  return domains.includes(domain.toLowerCase())
}
