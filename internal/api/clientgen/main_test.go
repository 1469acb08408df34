package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/lad-hub/lad/internal/api"
)

var root = filepath.Join("..", "..", "..")

// The clients in the tree are what the generator makes of the interface as it is.
func TestClientsAreUpToDate(t *testing.T) {
	t.Parallel()
	m := read(api.Describe())
	for _, target := range targets {
		want, err := target.make(m)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(root, target.path))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what its description says (%v): go run ./internal/api/clientgen", target.path, err)
		}
	}
}

// The form of the TypeScript client holds: brackets and quotes close, every named type is declared, every call has its method. Its
// compiler checks it in clients/typescript.
func TestTypeScript(t *testing.T) {
	t.Parallel()
	path := filepath.Join(root, "clients", "typescript", "lad.ts")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range tsFaults(string(text)) {
		t.Error(fault)
	}
	for _, c := range read(api.Describe()).calls {
		if !strings.Contains(string(text), "\n  "+c.name+"(") {
			t.Errorf("no method %s", c.name)
		}
	}
}

var (
	tsComment  = regexp.MustCompile(`(?s)/\*\*.*?\*/|//[^\n]*`)
	tsText     = regexp.MustCompile("\"[^\"\n]*\"|`[^`\n]*`|/\\\\/\\$/")
	tsDeclared = regexp.MustCompile(`\b(?:interface|class|type) (\w+)`)
	tsNamed    = regexp.MustCompile(`[:<|] ?([A-Z]\w*)`)
)

// tsLibrary are the names that come with the language.
var tsLibrary = map[string]bool{"T": true, "Promise": true, "Record": true, "RequestInit": true, "Partial": true}

// tsFaults are the faults of form in a TypeScript text.
func tsFaults(text string) (faults []string) {
	text = tsText.ReplaceAllString(tsComment.ReplaceAllString(text, ""), `""`)
	if strings.Contains(strings.ReplaceAll(text, `""`, ""), `"`) || strings.Contains(text, "`") {
		faults = append(faults, "a quote does not close")
	}
	pairs := map[rune]rune{')': '(', ']': '[', '}': '{'}
	var open []rune
	for _, r := range text {
		switch r {
		case '(', '[', '{':
			open = append(open, r)
		case ')', ']', '}':
			if len(open) == 0 || open[len(open)-1] != pairs[r] {
				return append(faults, "a bracket closes that was not open")
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		faults = append(faults, "a bracket stays open")
	}
	declared := map[string]bool{}
	for _, m := range tsDeclared.FindAllStringSubmatch(text, -1) {
		if declared[m[1]] {
			faults = append(faults, m[1]+" is declared twice")
		}
		declared[m[1]] = true
	}
	for _, m := range tsNamed.FindAllStringSubmatch(text, -1) {
		if !declared[m[1]] && !tsLibrary[m[1]] {
			faults = append(faults, m[1]+" is not declared")
		}
	}
	return faults
}

// The check of form finds what it is for.
func TestTypeScriptFaults(t *testing.T) {
	t.Parallel()
	for text, faulty := range map[string]bool{
		"export interface A {\n  b: B;\n}\nexport interface B {\n  c?: string | null;\n}\n": false,
		"export interface A {\n  b: B;\n}\n":                                                true,
		"export interface A {\n  b: string;\n":                                              true,
		"export interface A { b: \"x }":                                                     true,
		"interface A {}\ninterface A {}":                                                    true,
		"class A { f(): Promise<A> { return g(`x${h(1)}`); } }":                             false,
	} {
		if faults := tsFaults(text); (len(faults) > 0) != faulty {
			t.Errorf("%q: %v", text, faults)
		}
	}
}
