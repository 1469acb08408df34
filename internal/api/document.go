package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/lad-hub/lad/internal/api/openapi"
	"github.com/lad-hub/lad/internal/platform/httpx"
)

const about = "What a person may do on screen a program may do here, with the same permissions. Amounts are decimal texts with a currency, quantities decimal " +
	"numbers, times RFC 3339 in UTC. Writing calls take the header Idempotency-Key: the same call again gets the same answer, another call under the same key is 409. " +
	"Every failed call answers one Problem."

// Describe is the OpenAPI document of the whole interface.
func Describe() openapi.Document {
	shapes := schemas{}
	doc := openapi.Document{OpenAPI: openapi.Version, Info: openapi.Info{Title: "Lad", Version: "1", Description: about}, Paths: map[string]map[string]*openapi.Operation{},
		Components: openapi.Components{Schemas: shapes, SecuritySchemes: map[string]openapi.SecurityScheme{
			"token": {Type: "http", Scheme: "bearer", Description: "An API token, made in the console. Its scopes are the permissions named with each call."}}}}
	seen := map[string]bool{}
	for _, op := range (&API{}).operations() {
		if doc.Paths[op.path] == nil {
			doc.Paths[op.path] = map[string]*openapi.Operation{}
		}
		doc.Paths[op.path][strings.ToLower(op.method)] = shapes.operation(op)
		if !seen[op.tag] {
			seen[op.tag] = true
			doc.Tags = append(doc.Tags, openapi.Tag{Name: op.tag})
		}
	}
	return doc
}

func (s schemas) operation(op operation) *openapi.Operation {
	scopes := []string{}
	if op.needs != "" {
		scopes = append(scopes, string(op.needs))
	}
	out := &openapi.Operation{ID: op.name, Summary: op.summary, Description: op.about, Tags: []string{op.tag}, Security: []map[string][]string{{"token": scopes}},
		Parameters: append(pathParameters(op.path), s.parameters(op)...), Responses: map[string]*openapi.Content{
			"default": {Description: "The call failed", Content: s.media(reflect.TypeFor[httpx.Problem](), nil)}}}
	answer := &openapi.Content{Description: "Done", Content: s.media(op.out, nil)}
	out.Responses[strconv.Itoa(op.status)] = answer
	if op.key == keyOfOrders {
		out.Responses["200"] = answer // a repeat
	}
	if op.in != nil && op.method != "GET" && op.method != "DELETE" {
		var example any
		if len(op.examples) > 0 {
			example = op.examples[0]
		}
		out.Body = &openapi.Content{Required: true, Content: s.media(op.in, example)}
	}
	return out
}

func (s schemas) media(t reflect.Type, example any) map[string]openapi.Media {
	if t == nil {
		return nil
	}
	return map[string]openapi.Media{openapi.JSON: {Schema: s.of(t), Example: example}}
}

var inPath = regexp.MustCompile(`\{(\w+)\}`)

// actions are what can be done to an order.
var actions = []string{"confirm", "pick", "ship", "complete", "cancel", "assign", "not_duplicate"}

func pathParameters(path string) (out []openapi.Parameter) {
	for _, m := range inPath.FindAllStringSubmatch(path, -1) {
		p := openapi.Parameter{Name: m[1], In: "path", Required: true, Schema: &openapi.Schema{Type: "integer"}}
		if m[1] == "action" {
			p.Schema = &openapi.Schema{Type: "string", Enum: actions}
		}
		out = append(out, p)
	}
	return out
}

// parameters are those of the query, in the order of their fields, and the key.
func (s schemas) parameters(op operation) (out []openapi.Parameter) {
	if op.in != nil && (op.method == "GET" || op.method == "DELETE") {
		for i := range op.in.NumField() {
			f := op.in.Field(i)
			out = append(out, openapi.Parameter{Name: jsonName(f), In: "query", Description: f.Tag.Get("doc"), Required: f.Tag.Get("need") != "", Schema: s.of(f.Type)})
		}
	}
	if op.key != keyNever {
		out = append(out, openapi.Parameter{Name: "Idempotency-Key", In: "header", Description: "names this call; 1 to 200 characters", Required: op.key != keyMay,
			Schema: &openapi.Schema{Type: "string"}})
	}
	return out
}

var described = sync.OnceValues(func() ([]byte, error) { return json.MarshalIndent(Describe(), "", "  ") })

// registerDocument serves the description to everybody: it says nothing of any shop.
func registerDocument(rt *httpx.Router) {
	rt.Handle("GET /api/openapi.json", httpx.Public(), func(w http.ResponseWriter, _ *http.Request) error {
		body, err := described()
		if err != nil {
			return err
		}
		return writeRaw(w, http.StatusOK, body)
	})
	rt.Handle("GET /api/docs", httpx.Public(), docsPage)
	rt.Handle("GET /api/docs.css", httpx.Public(), docsStyle)
}
