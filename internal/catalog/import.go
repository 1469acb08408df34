package catalog

import (
	"io"
	"slices"
	"time"

	"github.com/lad-hub/lad/internal/platform/errs"
)

// ImportKind says what a table holds.
type ImportKind string

// The kinds.
const (
	ImportProducts ImportKind = "products" // SKUs with prices, barcodes, parts
	ImportStock    ImportKind = "stock"    // counted quantities per warehouse
)

// ImportState is where an import stands.
type ImportState string

// The states. reading → preview → running ⇄ stopped → done → undoing → undone; failed can be run again.
const (
	StateReading ImportState = "reading" // the file is being read, or was when the program stopped
	StatePreview ImportState = "preview" // nothing applied yet
	StateRunning ImportState = "running"
	StateStopped ImportState = "stopped"
	StateDone    ImportState = "done"
	StateFailed  ImportState = "failed" // see Report.Error
	StateUndoing ImportState = "undoing"
	StateUndone  ImportState = "undone"
)

// Action is what a row does.
type Action string

// The actions.
const (
	ActionCreated   Action = "created"
	ActionChanged   Action = "changed"
	ActionUnchanged Action = "unchanged"
	ActionFailed    Action = "failed" // Notes say why; the row is never applied
)

// Upload is a file to be previewed.
type Upload struct {
	Kind     ImportKind
	FileName string
	Body     io.Reader
	// Mapping overrides the recognised columns: heading as it stands in the file → field, FieldIgnore for none.
	Mapping map[string]Field
	// AsOf is when the quantities of a stock table were counted; zero means now.
	AsOf time.Time
}

// Validate reports every fault at once.
func (u Upload) Validate() error {
	var c errs.Check
	c.That(u.Kind == ImportProducts || u.Kind == ImportStock, "kind", "error.import.kind")
	c.That(fits(u.FileName, maxName), "file", "error.catalog.too_long")
	c.That(u.Body != nil, "file", "error.import.empty")
	for heading, field := range u.Mapping {
		c.That(field == FieldIgnore || slices.Contains(fieldsOf(u.Kind), field), "mapping", "error.import.field", "heading", heading, "field", string(field))
	}
	return c.Err()
}

// Import is one import with its progress. Rows that failed are not applied; Created, Changed and Unchanged are predictions
// in the preview and facts afterwards.
type Import struct {
	ID        int64
	Kind      ImportKind
	FileName  string
	State     ImportState
	Rows      int64
	RowsDone  int64
	Created   int64
	Changed   int64
	Unchanged int64
	Failed    int64
	// Warned counts rows that are applied but deserve a look.
	Warned int64
	// Refused counts rows that Undo left alone because they have changed since.
	Refused    int64
	AsOf       time.Time
	Report     Report
	CreatedBy  string
	CreatedAt  time.Time
	FinishedAt time.Time

	cursorPhase, cursorRow int64
}

// Report says how the file was understood.
type Report struct {
	Format    string   `json:"format"`
	Encoding  string   `json:"encoding,omitempty"`
	Delimiter string   `json:"delimiter,omitempty"`
	HeaderRow int      `json:"header_row"`
	Columns   []Column `json:"columns"`
	// Error is the message key of what made the import fail, with its arguments.
	Error     string   `json:"error,omitempty"`
	ErrorArgs []string `json:"error_args,omitempty"`
}

// Column is a column of the file; Field is FieldIgnore for one that is not used.
type Column struct {
	Heading string `json:"heading"`
	Field   Field  `json:"field"`
}

// ImportRow is one row of an import.
type ImportRow struct {
	// No is the line or row in the file.
	No     int64
	Action Action
	Code   string
	SKUID  int64 // 0 for one that does not exist yet
	Fields []FieldChange
	Notes  []Note
	// Applied says that the row was applied and not undone since.
	Applied bool
	// Refused says why Undo left the row alone; nil otherwise.
	Refused *Note
}

// Level is how grave a note is.
type Level string

// The levels.
const (
	LevelError   Level = "error"   // the row fails
	LevelWarning Level = "warning" // the row is applied
)

// Note is a remark on a row: a message key with arguments (name, value, …).
type Note struct {
	Level Level    `json:"level"`
	Field Field    `json:"field,omitempty"`
	Key   string   `json:"key"`
	Args  []string `json:"args,omitempty"`
}

// TextArgs are the arguments as the catalogue of texts takes them.
func (n Note) TextArgs() []any {
	out := make([]any, len(n.Args))
	for i, a := range n.Args {
		out[i] = a
	}
	return out
}

// RowFilter chooses rows of an import, in order of their numbers.
type RowFilter struct {
	ImportID int64
	// Action is empty for all.
	Action Action
	// After is the number of the last row of the page before.
	After int64
	// Limit is the size of the page; 0 means 50.
	Limit int
	// Refused chooses rows that Undo left alone.
	Refused bool
}

func fault(f Field, key string, args ...string) Note {
	return Note{Level: LevelError, Field: f, Key: key, Args: args}
}

func warning(f Field, key string, args ...string) Note {
	return Note{Level: LevelWarning, Field: f, Key: key, Args: args}
}

func failed(notes []Note) bool {
	return slices.ContainsFunc(notes, func(n Note) bool { return n.Level == LevelError })
}
