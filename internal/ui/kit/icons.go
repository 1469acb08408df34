package kit

// icons are paths on a 16 × 16 field, drawn with a 1.6 stroke.
var icons = map[string]string{
	"orders":      "M2 4h12M2 8h12M2 12h8",
	"stock":       "M2 5l6-3 6 3v6l-6 3-6-3zM2 5l6 3 6-3M8 8v6",
	"connections": "M6 8a2 2 0 1 1-4 0 2 2 0 0 1 4 0M14 4a2 2 0 1 1-4 0 2 2 0 0 1 4 0M14 12a2 2 0 1 1-4 0 2 2 0 0 1 4 0M6 7l4-2M6 9l4 2",
	"tasks":       "M2.5 3.5h11v9h-11zM5 8l2 2 4-4",
	"search":      "M11 7a4 4 0 1 1-8 0 4 4 0 0 1 8 0M10 10l3.5 3.5",
	"close":       "M4 4l8 8M12 4l-8 8",
	"back":        "M10 3L5 8l5 5",
	"older":       "M6 3l5 5-5 5",
	"up":          "M8 13V3M4 7l4-4 4 4",
	"alert":       "M8 2l6.5 11.5h-13zM8 6.5v3M8 11.4v.2",
	"offline":     "M2 2l12 12M3 7a8 8 0 0 1 2.5-1.6M8 4.6A8 8 0 0 1 13.5 7M5.3 9.6A4 4 0 0 1 7.4 8.6M8 12.4v.2",
	"box":         "M2 5.5h12v8H2zM2 5.5l2-3h8l2 3M6.5 8.5h3",
	"check":       "M3 8.5l3.5 3.5L13 4.5",
	"plus":        "M8 3v10M3 8h10",
	"more":        "M3 8h.1M8 8h.1M13 8h.1",
	"truck":       "M1 4h9v7H1zM10 6h3l2 3v2h-5M4 13a1 1 0 1 0 0-2 1 1 0 0 0 0 2M12 13a1 1 0 1 0 0-2 1 1 0 0 0 0 2",
	"link":        "M7 9a3 3 0 0 0 4 0l2-2a3 3 0 0 0-4-4L8 4M9 7a3 3 0 0 0-4 0L3 9a3 3 0 0 0 4 4l1-1",
	"pause":       "M5 3v10M11 3v10",
	"play":        "M5 3l8 5-8 5z",
	"sync":        "M13 5A5.5 5.5 0 0 0 3 6M3 2.5V6h3.5M3 11a5.5 5.5 0 0 0 10-1M13 13.5V10H9.5",
	"trash":       "M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.5 9h6l.5-9",
	"user":        "M11 5a3 3 0 1 1-6 0 3 3 0 0 1 6 0M2 14c1-4 11-4 12 0",
	"upload":      "M8 10.5V3M5 5.5L8 2.5l3 3M3 10v3.5h10V10",
	"clock":       "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M8 4.5V8l2.5 1.5",
}
