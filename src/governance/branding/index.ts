export { type BrandingDocument, brandingKind } from './branding.kind.ts'
export { brandingFor } from './branding.ts'
