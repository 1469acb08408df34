package catalog

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/search"
)

// Wanted is something sold elsewhere that may be one of our SKUs.
type Wanted struct{ Code, Barcode, Title string }

// Candidate is a SKU that it may be.
type Candidate struct {
	SKUID int64
	Why   string // "code", "barcode" or "name"
	PPM   int64  // how alike the names are, parts per million; 1,000,000 for a code or barcode
}

// Bounds of a proposal.
const (
	mostCandidates = 3
	leastAlikePPM  = 450_000
	tellsNothing   = 300 // a word of more SKUs than this tells nothing
)

// Propose finds for each wanted thing the SKUs that it may be, the likeliest first: by code written in any way, by barcode, by
// likeness of the names in Ukrainian, Russian and Polish letters and their transliteration.
func (r Reader) Propose(ctx context.Context, tx *db.Tx, list []Wanted) ([][]Candidate, error) {
	out := make([][]Candidate, len(list))
	var codes, bars []string
	for _, w := range list {
		codes, bars = append(codes, w.Code), append(bars, w.Barcode)
	}
	byCode, err := r.ByCodes(ctx, tx, known(codes))
	if err != nil {
		return nil, err
	}
	byBar, err := r.ByBarcodes(ctx, tx, known(bars))
	if err != nil {
		return nil, err
	}
	lookup := wordLookup{seen: map[string][]int64{}}
	for i, w := range list {
		if s, ok := byCode[w.Code]; ok && w.Code != "" {
			out[i] = append(out[i], Candidate{s.ID, "code", 1_000_000})
		}
		if s, ok := byBar[w.Barcode]; ok && w.Barcode != "" && !slices.ContainsFunc(out[i], func(c Candidate) bool { return c.SKUID == s.ID }) {
			out[i] = append(out[i], Candidate{s.ID, "barcode", 1_000_000})
		}
		if len(out[i]) > 0 {
			continue
		}
		if out[i], err = r.alike(ctx, tx, w, &lookup); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func known(list []string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// alike finds SKUs with words of the code or the title and weighs them.
func (r Reader) alike(ctx context.Context, tx *db.Tx, w Wanted, lookup *wordLookup) ([]Candidate, error) {
	hits := map[int64]int{}
	for _, word := range wordsOf(w.Code, squeezed(w.Code), w.Title) {
		for _, variant := range variants(word) {
			ids, err := lookup.find(ctx, tx, variant)
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				hits[id]++
			}
		}
	}
	ids := make([]int64, 0, len(hits))
	for id := range hits {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Or(cmp.Compare(hits[b], hits[a]), cmp.Compare(a, b)) })
	skus, err := r.ByIDs(ctx, tx, ids[:min(len(ids), 40)])
	if err != nil {
		return nil, err
	}
	var out []Candidate
	for id, s := range skus {
		switch likeness := Likeness(w.Title, s.Name+" "+s.Variant); {
		case w.Code != "" && squeezed(w.Code) == squeezed(s.Code):
			out = append(out, Candidate{id, "code", 990_000})
		case likeness >= leastAlikePPM:
			out = append(out, Candidate{id, "name", likeness})
		}
	}
	slices.SortFunc(out, func(a, b Candidate) int { return cmp.Or(cmp.Compare(b.PPM, a.PPM), cmp.Compare(a.SKUID, b.SKUID)) })
	return out[:min(len(out), mostCandidates)], nil
}

// wordLookup remembers which SKUs have a word.
type wordLookup struct{ seen map[string][]int64 }

func (l *wordLookup) find(ctx context.Context, tx *db.Tx, word string) ([]int64, error) {
	if ids, ok := l.seen[word]; ok {
		return ids, nil
	}
	var ids []int64
	err := tx.Each(ctx, "select sku_id from sku_word where tenant_id = $1 and word = $2 limit $3", []any{int64(tx.Tenant), word, tellsNothing + 1}, func(sc db.Scanner) error {
		var id int64
		err := sc.Scan(&id)
		ids = append(ids, id)
		return err
	})
	if len(ids) > tellsNothing {
		ids = nil
	}
	l.seen[word] = ids
	return ids, err
}

// squeezed is a code without everything that people write differently: case, dashes, blanks, leading zeros.
func squeezed(code string) string {
	kept := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, latin(search.Fold(code)))
	return strings.TrimLeft(kept, "0")
}

// Likeness is how much two names have in common, in parts per million: the shared words of both, words with digits counted
// twice, since a model's number tells more than its colour.
func Likeness(a, b string) int64 {
	x, y := bag(a), bag(b)
	var both, all int64
	for word, weight := range x {
		all += weight
		if y[word] > 0 {
			both += 2 * weight
		}
	}
	for _, weight := range y {
		all += weight
	}
	if all == 0 {
		return 0
	}
	return both * 1_000_000 / all
}

func bag(text string) map[string]int64 {
	out := map[string]int64{}
	for _, w := range wordsOf(text) {
		weight := int64(1)
		if strings.ContainsFunc(w, unicode.IsDigit) {
			weight = 2
		}
		out[latin(w)] = weight
	}
	return out
}

// Letters of folded text and what they are transliterated to; several Cyrillic letters may share a Latin one.
var (
	toLatin = strings.NewReplacer("щ", "shch", "ж", "zh", "х", "kh", "ц", "ts", "ч", "ch", "ш", "sh", "ю", "yu", "я", "ya", "є", "e", "ї", "i", "а", "a", "б", "b", "в", "v", "г", "h", "ґ", "g",
		"д", "d", "е", "e", "з", "z", "и", "i", "і", "i", "й", "i", "к", "k", "л", "l", "м", "m", "н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f", "ь", "", "ъ", "", "ы", "i", "э", "e", "ё", "e")
	toCyrillic = strings.NewReplacer("shch", "щ", "zh", "ж", "kh", "х", "ts", "ц", "ch", "ч", "sh", "ш", "yu", "ю", "ya", "я", "a", "а", "b", "б", "v", "в", "w", "в", "g", "г", "h", "г", "d", "д", "e", "е",
		"z", "з", "i", "и", "y", "и", "j", "й", "k", "к", "c", "к", "l", "л", "m", "м", "n", "н", "o", "о", "p", "п", "r", "р", "s", "с", "t", "т", "u", "у", "f", "ф", "x", "кс", "q", "к")
	oneSound = strings.NewReplacer("g", "h", "w", "v", "y", "i", "c", "k", "j", "i", "x", "ks")
)

// latin is a folded word in Latin letters, with letters that stand for one sound brought together.
func latin(word string) string { return oneSound.Replace(toLatin.Replace(word)) }

// variants are a folded word and how it may be written in the other alphabet.
func variants(word string) []string {
	out := []string{word}
	for _, v := range []string{toLatin.Replace(word), search.Fold(toCyrillic.Replace(word))} {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
