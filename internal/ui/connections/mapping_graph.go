package connectionsui

import (
	"context"
	"fmt"
	"slices"

	"github.com/lad-hub/lad/connector"
	"github.com/lad-hub/lad/internal/connections"
	"github.com/lad-hub/lad/internal/platform/i18n"
)

// Sizes of the drawing in its own units.
const (
	graphColumn = 150
	graphRow    = 34
	graphTop    = 34
	graphBox    = 124
	graphHeight = 24
)

// graphNode is a status of the channel in the column of the stage that it means.
type graphNode struct {
	x, y   int
	text   string
	title  string
	target bool // Lad asks for it
	aside  bool // the channel sets it itself
}

// graphEdge is a step that the channel allows.
type graphEdge struct{ path string }

// graph is the channel's statuses and steps under Lad's stages.
type graph struct {
	width, height int
	heads         []graphNode
	nodes         []graphNode
	edges         []graphEdge
	anyStep       bool // from every open status to every listed one: not drawn
}

func (d *mappingData) graph(ctx context.Context) graph {
	g := graph{width: graphColumn * len(connections.Stages)}
	at := map[string]graphNode{}
	column := map[connector.Stage]int{}
	filled := map[connector.Stage]int{}
	stages := connections.Stages
	if slices.ContainsFunc(d.Now.Statuses, func(s connector.Status) bool { return s.Stage == "" && !s.Ignore }) {
		stages = append([]connector.Stage{""}, stages...) // what nobody has explained stands first
		g.width += graphColumn
	}
	for i, stage := range stages {
		column[stage] = i
		text := i18n.T(ctx, "mapping.unsaid")
		if stage != "" {
			text = stageText(ctx, stage)
		}
		g.heads = append(g.heads, graphNode{x: i*graphColumn + graphBox/2, y: 18, text: text})
	}
	targets := map[string]bool{}
	for _, code := range d.Now.Targets {
		targets[code] = true
	}
	for _, s := range d.Now.Statuses {
		if s.Ignore {
			continue
		}
		n := graphNode{x: column[s.Stage] * graphColumn, y: graphTop + filled[s.Stage]*graphRow, text: cut(statusName(s)), title: statusTitle(s), target: targets[s.Code], aside: s.Outside}
		filled[s.Stage]++
		g.height = max(g.height, n.y+graphRow)
		at[s.Code] = n
		g.nodes = append(g.nodes, n)
	}
	for _, s := range d.Now.Statuses {
		from, ok := at[s.Code]
		if !ok {
			continue
		}
		for _, to := range d.Now.Steps[s.Code] {
			if end, ok := at[to]; ok {
				g.edges = append(g.edges, graphEdge{curve(from, end)})
			}
		}
	}
	g.anyStep = len(d.Now.Steps["*"]) > 0
	return g
}

// curve is the way of a step's line from box to box.
func curve(from, to graphNode) string {
	x1, y1, x2, y2 := from.x+graphBox, from.y+graphHeight/2, to.x, to.y+graphHeight/2
	switch {
	case to.x < from.x:
		x1, x2 = from.x, to.x+graphBox
	case to.x == from.x:
		x1, x2 = from.x+graphBox, to.x+graphBox
	}
	bend := 20
	if to.x < from.x {
		bend = -20
	}
	end := x2 - bend
	if to.x == from.x {
		end = x2 + bend
	}
	return fmt.Sprintf("M%d %d C%d %d %d %d %d %d", x1, y1, x1+bend, y1, end, y2, x2, y2)
}

func statusName(s connector.Status) string {
	if s.Title != "" {
		return s.Title
	}
	return s.Code
}

// cut shortens a name to what fits into its box.
func cut(text string) string {
	const most = 16
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}

func (g graph) box() string { return fmt.Sprintf("0 0 %d %d", g.width, g.height+4) }

func num(n int) string { return fmt.Sprint(n) }

func (n graphNode) class() string {
	switch {
	case n.target:
		return "target"
	case n.aside:
		return "aside"
	}
	return ""
}
