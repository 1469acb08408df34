package shopify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lad-hub/lad/internal/sim"
)

// bulkPerObject is how long a bulk query takes for one object.
const bulkPerObject = 50 * time.Microsecond

// bulkKept is how many files stay: enough for a reading under way.
const bulkKept = 3

// bulkRun is a bulk query and its file, one JSON object a line.
type bulkRun struct {
	id    int64
	ready time.Time
	lines int
	file  []byte
}

// bulkOperationRunQuery takes a query of one connection of variants, written without variables and without a page size. The
// file shows the shop as it is at this moment.
func (s *Shop) bulkOperationRunQuery(c *sim.Call) field {
	return func(a args) (any, error) {
		refuse := func(code, text string) (any, error) {
			return payload("BulkOperationRunQuery", map[string]any{"bulkOperation": (*object)(nil)}, userError(code, text, "query")), nil
		}
		for _, b := range s.bulk {
			if c.At.Before(b.ready) {
				return refuse("OPERATION_IN_PROGRESS", "A bulk query operation for this app and shop is already in progress: "+gid("BulkOperation", b.id)+".")
			}
		}
		doc, err := parse(a.text("query"))
		if err != nil || doc.mutation || len(doc.variables) > 0 || len(doc.fields) != 1 || doc.fields[0].name != "productVariants" {
			return refuse("INVALID", "Invalid bulk query: one connection of productVariants is expected")
		}
		node, ok := bulkNode(doc.fields[0])
		if !ok {
			return refuse("INVALID", "Invalid bulk query: expected edges{node{…}}")
		}
		b, err := s.dump(node)
		if err != nil {
			return refuse("INVALID", err.Error())
		}
		b.id = s.nextID()
		b.ready = c.At.Add(time.Duration(b.lines) * bulkPerObject)
		if !c.Ignore {
			s.bulk[b.id] = b
			s.forgetBulk()
		}
		return payload("BulkOperationRunQuery", map[string]any{"bulkOperation": &object{"BulkOperation", map[string]any{
			"id": gid("BulkOperation", b.id), "status": "CREATED",
		}}}), nil
	}
}

// forgetBulk drops the oldest files.
func (s *Shop) forgetBulk() {
	for len(s.bulk) > bulkKept {
		oldest := s.lastID
		for id := range s.bulk {
			oldest = min(oldest, id)
		}
		delete(s.bulk, oldest)
	}
}

// bulkNode is the selection of edges{node{…}}.
func bulkNode(f selection) ([]selection, bool) {
	for _, e := range f.fields {
		if e.name != "edges" {
			continue
		}
		for _, n := range e.fields {
			if n.name == "node" {
				return n.fields, true
			}
		}
	}
	return nil, false
}

func (s *Shop) dump(node []selection) (*bulkRun, error) {
	b := &bulkRun{}
	var out bytes.Buffer
	lines := json.NewEncoder(&out)
	rows, _ := s.variants.Find(sim.Query[variant]{Ascending: true})
	for _, r := range rows {
		one := &run{}
		v := one.object(s.variantView(r), node)
		if len(one.errors) > 0 {
			return nil, fmt.Errorf("%v", one.errors[0]["message"])
		}
		if err := lines.Encode(v); err != nil {
			return nil, err
		}
		b.lines++
	}
	b.file = out.Bytes()
	return b, nil
}

// bulkView is an operation as it stands; the address of the file comes when it is complete and has rows.
func (s *Shop) bulkView(c *sim.Call, id string) *object {
	b := s.bulk[local("BulkOperation", id)]
	if b == nil {
		return nil
	}
	m := map[string]any{
		"id": gid("BulkOperation", b.id), "status": "RUNNING", "errorCode": nil, "objectCount": "0", "fileSize": nil, "url": nil, "partialDataUrl": nil,
	}
	if !c.At.Before(b.ready) {
		m["status"], m["objectCount"] = "COMPLETED", strconv.Itoa(b.lines)
		if b.lines > 0 {
			m["fileSize"] = strconv.Itoa(len(b.file))
			m["url"] = "http://" + c.Request.Host + "/bulk/" + strconv.FormatInt(b.id, 10) + ".jsonl"
		}
	}
	return &object{"BulkOperation", m}
}

// bulkFile serves a file whole or in one range. The storage is another system: it must not be shown the shop's token.
func (s *Shop) bulkFile(c *sim.Call) sim.Answer {
	id, _ := strconv.ParseInt(strings.TrimSuffix(c.Request.PathValue("file"), ".jsonl"), 10, 64) // 0 is no file
	s.mu.Lock()
	b := s.bulk[id]
	s.mu.Unlock()
	if b == nil || c.At.Before(b.ready) {
		return sim.HTML(http.StatusNotFound)
	}
	if c.Request.Header.Get("X-Shopify-Access-Token") != "" {
		return sim.HTML(http.StatusForbidden)
	}
	file, status, header := b.file, http.StatusOK, http.Header{}
	var from, to int
	if n, err := fmt.Sscanf(c.Request.Header.Get("Range"), "bytes=%d-%d", &from, &to); err == nil && n == 2 {
		if from < 0 || from >= len(file) || to < from {
			return sim.HTML(http.StatusRequestedRangeNotSatisfiable)
		}
		to = min(to, len(file)-1)
		header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, len(file)))
		file, status = file[from:to+1], http.StatusPartialContent
	}
	return sim.Answer{Status: status, Header: header, Text: string(file)}
}
