import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type KeyboardEvent, type ReactNode, useRef } from 'react'
import { cx } from './class-names.ts'

/** One column of a {@link Table}. */
export interface Column<Row> {
  readonly id: string
  readonly title: string
  readonly cell: (row: Row) => ReactNode
  /** As CSS grid takes it: `120px`, `minmax(160px, 1fr)`. */
  readonly width: string
  /** Numbers stand at the right. */
  readonly right?: boolean
}

/** What a {@link Table} shows. */
export interface TableProps<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  readonly onOpen?: (row: Row) => void
  /** The key of the row that is open. */
  readonly openKey?: string | undefined
  /** Below the last row: a button for more. */
  readonly foot?: ReactNode
}

const ROW_PX = 32

/**
 * The console's main instrument: rows of 32 pixels under a head that stays, of which only those in sight are in the page, so
 * that tens of thousands scroll as one does. A row opens by click, Enter or space; arrows walk from row to row.
 */
export function Table<Row>(props: TableProps<Row>) {
  const { label, columns, rows, keyOf, onOpen, openKey, foot } = props
  const frame = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  })
  const grid = { gridTemplateColumns: columns.map((column) => column.width).join(' ') }
  const step = (to: number) => {
    virtual.scrollToIndex(Math.max(0, Math.min(rows.length - 1, to)))
    requestAnimationFrame(() => frame.current?.querySelector<HTMLElement>(`[data-index="${String(to)}"]`)?.focus())
  }
  return (
    <div
      ref={frame}
      className="h-full overflow-auto"
      tabIndex={0}
      role="table"
      aria-label={label}
      aria-rowcount={rows.length + 1}
    >
      <div className="min-w-max">
        <Head columns={columns} grid={grid} />
        <div role="rowgroup" style={{ height: virtual.getTotalSize() }} className="relative">
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index]
            if (row === undefined) return null
            const key = keyOf(row)
            const style = { ...grid, transform: `translateY(${String(start)}px)` }
            return (
              <Line
                key={key}
                row={row}
                index={index}
                columns={columns}
                style={style}
                isOpen={openKey === key}
                onOpen={onOpen}
                onStep={(by) => step(index + by)}
              />
            )
          })}
        </div>
        {foot && <div className="flex justify-center p-3">{foot}</div>}
      </div>
    </div>
  )
}

function cellClass<Row>(column: Column<Row>): string {
  return cx('truncate px-3', column.right && 'numbers text-right')
}

interface HeadProps<Row> {
  readonly columns: readonly Column<Row>[]
  readonly grid: CSSProperties
}

function Head<Row>({ columns, grid }: HeadProps<Row>) {
  return (
    <div
      role="row"
      tabIndex={-1}
      style={grid}
      className="sticky top-0 z-10 grid h-8 items-center border-b border-border bg-background text-small text-muted"
    >
      {columns.map((column) => (
        <div key={column.id} role="columnheader" tabIndex={-1} className={cellClass(column)}>
          {column.title}
        </div>
      ))}
    </div>
  )
}

interface LineProps<Row> {
  readonly row: Row
  readonly index: number
  readonly columns: readonly Column<Row>[]
  readonly style: CSSProperties
  readonly isOpen: boolean
  readonly onOpen: ((row: Row) => void) | undefined
  /** To the row so many below. */
  readonly onStep: (by: number) => void
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 }

function Line<Row>({ row, index, columns, style, isOpen, onOpen, onStep }: LineProps<Row>) {
  const keys = (event: KeyboardEvent) => {
    const by = STEPS[event.key]
    const opens = event.key === 'Enter' || event.key === ' '
    if (by === undefined && !opens) return
    event.preventDefault()
    if (by === undefined) onOpen?.(row)
    else onStep(by)
  }
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isOpen}
      data-index={index}
      tabIndex={onOpen ? 0 : -1}
      onClick={() => onOpen?.(row)}
      onKeyDown={keys}
      style={style}
      className={cx(
        'absolute inset-x-0 top-0 grid h-8 items-center border-b border-border/60 -outline-offset-2',
        onOpen && 'cursor-pointer hover:bg-text/4',
        isOpen && 'bg-accent/10',
      )}
    >
      {columns.map((column) => (
        <div key={column.id} role="cell" className={cellClass(column)}>
          {column.cell(row)}
        </div>
      ))}
    </div>
  )
}
