// Package openapi is the part of an OpenAPI 3.1 document that the interface needs, as Go types that marshal to it.
package openapi

// Version is the version of the specification.
const Version = "3.1.0"

// Document describes an interface.
type Document struct {
	OpenAPI    string                           `json:"openapi"`
	Info       Info                             `json:"info"`
	Tags       []Tag                            `json:"tags"`
	Paths      map[string]map[string]*Operation `json:"paths"` // by path, then by method in small letters
	Components Components                       `json:"components"`
}

// Info names the interface.
type Info struct {
	Title       string `json:"title"`
	Version     string `json:"version"`
	Description string `json:"description"`
}

// Tag is a heading for operations.
type Tag struct {
	Name string `json:"name"`
}

// Operation is one method of one path.
type Operation struct {
	ID          string                `json:"operationId"`
	Summary     string                `json:"summary"`
	Description string                `json:"description,omitempty"`
	Tags        []string              `json:"tags"`
	Security    []map[string][]string `json:"security"`
	Parameters  []Parameter           `json:"parameters,omitempty"`
	Body        *Content              `json:"requestBody,omitempty"`
	Responses   map[string]*Content   `json:"responses"`
}

// Parameter is a value in the path, the query or a header.
type Parameter struct {
	Name        string  `json:"name"`
	In          string  `json:"in"`
	Description string  `json:"description,omitempty"`
	Required    bool    `json:"required"`
	Schema      *Schema `json:"schema"`
}

// Content is a body or an answer.
type Content struct {
	Description string           `json:"description,omitempty"`
	Required    bool             `json:"required,omitempty"`
	Content     map[string]Media `json:"content,omitempty"`
}

// Media is a body in one form.
type Media struct {
	Schema  *Schema `json:"schema"`
	Example any     `json:"example,omitempty"`
}

// JSON is the form in which everything here is sent.
const JSON = "application/json"

// Schema returns the JSON form's schema, nil when there is none.
func (c *Content) Schema() *Schema {
	if c == nil {
		return nil
	}
	return c.Content[JSON].Schema
}

// Schema is the shape of a value. Type is a string or, where null may stand too, a list.
type Schema struct {
	Ref         string             `json:"$ref,omitempty"`
	Type        any                `json:"type,omitempty"`
	Format      string             `json:"format,omitempty"`
	Description string             `json:"description,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Properties  map[string]*Schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Items       *Schema            `json:"items,omitempty"`
	Additional  *Schema            `json:"additionalProperties,omitempty"`
}

// RefPrefix stands before the name of a component in a reference.
const RefPrefix = "#/components/schemas/"

// Components are the named shapes and the way to sign in.
type Components struct {
	Schemas         map[string]*Schema        `json:"schemas"`
	SecuritySchemes map[string]SecurityScheme `json:"securitySchemes"`
}

// SecurityScheme is a way to sign in.
type SecurityScheme struct {
	Type        string `json:"type"`
	Scheme      string `json:"scheme"`
	Description string `json:"description,omitempty"`
}
