package api

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"
	"unicode"

	"github.com/lad-hub/lad/internal/api/openapi"
	"github.com/lad-hub/lad/internal/platform/qty"
)

// schemas collects the shapes of Go types by name.
type schemas map[string]*openapi.Schema

// special are types whose JSON is not what their Go kind says.
var special = map[reflect.Type]openapi.Schema{
	reflect.TypeFor[time.Time]():       {Type: "string", Format: "date-time"},
	reflect.TypeFor[json.RawMessage](): {Type: "object"},
	reflect.TypeFor[qty.Qty]():         {Type: "number", Description: "at most three decimals"},
	reflect.TypeFor[amount]():          {Type: "string", Description: "decimal"},
}

var simple = map[reflect.Kind]string{reflect.String: "string", reflect.Int64: "integer", reflect.Int: "integer", reflect.Bool: "boolean"}

// of is the shape of a type; structures become components.
func (s schemas) of(t reflect.Type) *openapi.Schema {
	if known, ok := special[t]; ok {
		return &known
	}
	if name, ok := simple[t.Kind()]; ok {
		return &openapi.Schema{Type: name}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Slice:
		return &openapi.Schema{Type: "array", Items: s.of(t.Elem())}
	case reflect.Map:
		return &openapi.Schema{Type: "object", Additional: s.of(t.Elem())}
	case reflect.Interface:
		return &openapi.Schema{}
	}
	name := componentName(t)
	if s[name] == nil {
		out := &openapi.Schema{Type: "object", Properties: map[string]*openapi.Schema{}}
		s[name] = out // before its fields: a shape may hold itself
		s.fields(t, out)
	}
	return &openapi.Schema{Ref: openapi.RefPrefix + name}
}

// componentName is the type's name as clients see it: orderOut is Order, orderInput is OrderInput.
func componentName(t reflect.Type) string {
	name := []rune(strings.TrimSuffix(t.Name(), "Out"))
	name[0] = unicode.ToUpper(name[0])
	return string(name)
}

// fields adds the fields of a structure; those of an embedded one are its own.
func (s schemas) fields(t reflect.Type, to *openapi.Schema) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		if f.Anonymous && tag == "" {
			s.fields(f.Type, to)
			continue
		}
		name := jsonName(f)
		if name == "-" {
			continue
		}
		field := s.of(f.Type)
		left := strings.Contains(tag, ",omitempty") || strings.Contains(tag, ",omitzero")
		if f.Type.Kind() == reflect.Pointer && field.Ref == "" && !left {
			field.Type = []string{field.Type.(string), "null"}
		}
		if strings.HasSuffix(name, "_at") || strings.HasSuffix(name, "_since") || strings.HasSuffix(name, "_until") {
			field.Format = "date-time"
		}
		if doc := f.Tag.Get("doc"); doc != "" {
			field.Description = doc
		}
		to.Properties[name] = field
		if strings.HasSuffix(t.Name(), "Input") || strings.HasSuffix(t.Name(), "Query") {
			left = f.Tag.Get("need") == ""
		}
		if !left {
			to.Required = append(to.Required, name)
		}
	}
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}
