package kit

import "strconv"

// Slot is where a cell stands when a row becomes a two-line card on a phone. A row has at most one cell per slot, any number
// of Wide ones.
type Slot string

// The slots.
//
//	mark  title sub   side
//	mark  note        end
const (
	SlotMark  Slot = "s-mark"
	SlotTitle Slot = "s-title"
	SlotSide  Slot = "s-side"
	SlotSub   Slot = "s-sub"
	SlotEnd   Slot = "s-end"
	SlotNote  Slot = "s-note"
	Wide      Slot = "s-wide" // not shown on a phone
)

// Column describes a column once, for its head and its cells.
type Column struct {
	Head  string // in the reader's language; may be empty for a mark
	Slot  Slot
	Right bool // numbers
	Clip  bool // takes the spare width and cuts its text with "…"; one per table
}

func (c Column) class() string {
	return classes(string(c.Slot), when(c.Right, "r"), when(c.Clip, "clip"))
}

// TableData describes a list.
type TableData struct {
	ID      string // of the fragment: "orders-list"
	Caption string // read to those who do not see the page
	Columns []Column
	// URL answers with this fragment again, Topics say when to ask; empty: not live.
	URL    string
	Topics []string
}

// RowData describes a row.
type RowData struct {
	ID  string // stable: "order-10482"
	On  bool   // its card is open
	New bool   // nobody has looked at it
}

// Stage is a tab over a list.
type Stage struct {
	ID   string // stable, so that focus survives a refresh; optional
	Text string
	Href string
	On   bool
	N    int
	More bool // N is a bound: "1000+"
	// Age is the share of the allowed time that the oldest entry has used, 0 to 1; AgeText says it in words.
	Age     float64
	AgeText string
	Tone    Tone
}

// Chip is a filter of a list.
type Chip struct {
	ID   string // stable, so that focus survives a refresh; optional
	Text string
	Href string
	On   bool
	N    int // 0 shows nothing
}

// PagerData holds the addresses of the neighbours of a keyset page; empty where there is none.
type PagerData struct {
	Newer, Older string
}

// px writes a coordinate with at most one decimal.
func px(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// percent writes a share of 0 to 1.
func percent(share float64) string { return px(100*min(1, max(0, share))) + "%" }

// boolean is the value of an aria attribute.
func boolean(b bool) string { return strconv.FormatBool(b) }
