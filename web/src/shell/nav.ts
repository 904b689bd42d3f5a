import {
  Activity,
  BookCheck,
  ChartNoAxesColumn,
  CircleGauge,
  Coins,
  FileCode2,
  HandHelping,
  KeyRound,
  type LucideIcon,
  MessageSquare,
  Palette,
  Settings,
  ShieldCheck,
  UserCheck,
  Users,
  Waypoints,
  Wrench,
} from 'lucide-react'
import type { Permission } from '../../../src/contract/permissions.ts'

/** One way to a page. */
export interface Way {
  readonly to: string
  /** Its key among the texts: `nav.<name>`. */
  readonly name: string
  readonly icon: LucideIcon
  /** Shown to those alone who have it. */
  readonly needs?: Permission
}

/** A group of ways under a word. */
export interface WayGroup {
  readonly name: string
  readonly ways: readonly Way[]
}

/** For everybody. */
export const PORTAL: readonly Way[] = [
  { to: '/', name: 'chat', icon: MessageSquare },
  { to: '/usage', name: 'usage', icon: ChartNoAxesColumn },
  { to: '/keys', name: 'keys', icon: KeyRound },
  { to: '/approvals', name: 'approvals', icon: HandHelping, needs: 'requests:read' },
  { to: '/settings', name: 'settings', icon: Settings },
]

/** For those who run the gateway. */
export const CONSOLE: readonly WayGroup[] = [
  {
    name: 'traffic',
    ways: [
      { to: '/console', name: 'overview', icon: CircleGauge, needs: 'overview:read' },
      { to: '/console/requests', name: 'requests', icon: Activity, needs: 'operations:read' },
      { to: '/console/models', name: 'models', icon: Waypoints, needs: 'models:read' },
      { to: '/console/cost', name: 'cost', icon: Coins, needs: 'usage:read' },
    ],
  },
  {
    name: 'govern',
    ways: [
      { to: '/console/people', name: 'people', icon: Users, needs: 'users:read' },
      { to: '/console/access', name: 'access', icon: UserCheck, needs: 'access:explain' },
      { to: '/console/keys', name: 'allKeys', icon: KeyRound, needs: 'keys:read' },
      { to: '/console/guardrails', name: 'guardrails', icon: ShieldCheck, needs: 'documents:read' },
      { to: '/console/policy', name: 'policy', icon: FileCode2, needs: 'documents:read' },
    ],
  },
  {
    name: 'prove',
    ways: [
      { to: '/console/audit', name: 'audit', icon: BookCheck, needs: 'audit:read' },
      { to: '/console/branding', name: 'branding', icon: Palette, needs: 'documents:write' },
      { to: '/console/system', name: 'system', icon: Wrench, needs: 'documents:read' },
    ],
  },
]
