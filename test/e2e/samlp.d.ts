declare module 'samlp' {
  interface SamlConfig {
    readonly issuer: string
    readonly cert: string
    readonly key: string
    readonly audience: string
    readonly recipient: string
    readonly destination: string
    readonly inResponseTo: string
    readonly signatureAlgorithm: string
    readonly digestAlgorithm: string
    readonly signResponse?: boolean
  }
  interface SamlUser {
    readonly id: string
    readonly displayName: string
    readonly name: { readonly givenName: string; readonly familyName: string }
    readonly emails: readonly { readonly value: string }[]
    readonly groups?: readonly string[]
  }
  interface ParsedRequest {
    readonly id: string
    readonly issuer: string
    readonly assertionConsumerServiceURL: string
    readonly destination: string
  }
  const samlp: {
    getSamlResponse(config: SamlConfig, user: SamlUser, callback: (error: Error | null, xml: string) => void): void
    parseRequest(
      request: { readonly query: { readonly SAMLRequest: string } },
      callback: (error: Error | null, parsed: ParsedRequest) => void,
    ): void
  }
  export = samlp
}
