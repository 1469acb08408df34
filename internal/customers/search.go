package customers

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/lad-hub/lad/internal/platform/db"
	"github.com/lad-hub/lad/internal/platform/search"
)

// Bounds of a search.
const (
	// minDigits is how many digits of a phone are asked for at least.
	minDigits = 3
	// maxCandidates is how many customers one word or number is followed to.
	maxCandidates = 2500
	maxQueryWords = 6
)

// query is what a text asks for: one of its fields is set.
type query struct {
	email  string
	digits string
	words  []string
	region string
}

func parseQuery(text, region string) query {
	q := query{region: region}
	text = strings.TrimSpace(text)
	d := digits(text)
	switch {
	case text == "":
	case strings.Contains(text, "@"):
		q.email = strings.ToLower(text)
	case len(d) >= minDigits && !strings.ContainsFunc(text, unicode.IsLetter):
		q.digits = d
	default:
		q.words = search.Words(text)
		// The longest first: it is the rarest more often than not.
		slices.SortStableFunc(q.words, func(a, b string) int { return len(b) - len(a) })
		q.words = q.words[:min(len(q.words), maxQueryWords)]
		if len(q.words) == 0 {
			q.words = []string{search.Fold(text)}
		}
	}
	return q
}

func (q query) empty() bool { return q.email == "" && q.digits == "" && len(q.words) == 0 }

// FindIDs finds customers by the text of Filter, newest first, at most limit; none for an empty text.
func (s *Service) FindIDs(ctx context.Context, tx *db.Tx, text string, limit int) ([]int64, error) {
	q := parseQuery(text, s.region)
	if q.empty() {
		return nil, nil
	}
	found, err := q.find(ctx, tx)
	return newest(found, 0, limit), err
}

// find reads the candidates, in no order and perhaps twice.
func (q query) find(ctx context.Context, tx *db.Tx) ([]int64, error) {
	switch {
	case q.email != "":
		return byIdentity(ctx, tx, ByEmail, q.email)
	case q.digits != "":
		found, err := byWord(ctx, tx, reversedWord(q.digits))
		for _, prefix := range phonePrefixes(q.digits, q.region) {
			if err != nil {
				return nil, err
			}
			var more []int64
			more, err = byIdentity(ctx, tx, ByPhone, prefix)
			found = append(found, more...)
		}
		return found, err
	}
	return q.byWords(ctx, tx)
}

func byIdentity(ctx context.Context, tx *db.Tx, kind Kind, prefix string) ([]int64, error) {
	from, to := search.PrefixRange(prefix)
	return scanIDs(ctx, tx, `select customer_id from customer_identity where tenant_id = $1 and kind = $2 and value >= $3 and value < $4 order by value limit $5`,
		int64(tx.Tenant), string(kind), from, to, maxCandidates+1)
}

func byWord(ctx context.Context, tx *db.Tx, prefix string) ([]int64, error) {
	from, to := search.PrefixRange(prefix)
	return scanIDs(ctx, tx, `select customer_id from customer_word where tenant_id = $1 and word >= $2 and word < $3 order by word, customer_id limit $4`,
		int64(tx.Tenant), from, to, maxCandidates+1)
}

func scanIDs(ctx context.Context, tx *db.Tx, query string, args ...any) (out []int64, err error) {
	err = tx.Each(ctx, query, args, func(row db.Scanner) error {
		var id int64
		err := row.Scan(&id)
		out = append(out, id)
		return err
	})
	return out, err
}

// byWords starts from the first word that few customers have and checks the others on their names. When every word is
// common, the other words must be whole ones: those can be looked up without reading names.
func (q query) byWords(ctx context.Context, tx *db.Tx) ([]int64, error) {
	var first []int64
	for i, w := range q.words {
		found, err := byWord(ctx, tx, w)
		if err != nil {
			return nil, err
		}
		if len(found) <= maxCandidates {
			return withWords(ctx, tx, found, slices.Delete(slices.Clone(q.words), i, i+1))
		}
		if i == 0 {
			first = found
		}
	}
	if len(q.words) == 1 {
		return first, nil
	}
	from, to := search.PrefixRange(q.words[0])
	args := []any{int64(tx.Tenant), from, to, maxCandidates}
	var whole strings.Builder
	for _, w := range q.words[1:] {
		args = append(args, w)
		whole.WriteString(` and exists (select 1 from customer_word o where o.tenant_id = $1 and o.word = ` + db.Values(1, 1, len(args)) + ` and o.customer_id = w.customer_id)`)
	}
	return scanIDs(ctx, tx, `select w.customer_id from (select customer_id from customer_word
		where tenant_id = $1 and word >= $2 and word < $3 order by word, customer_id limit 20000) w where true`+whole.String()+` limit $4`, args...)
}

// withWords keeps those of the customers whose name has a word beginning with each of the words.
func withWords(ctx context.Context, tx *db.Tx, ids []int64, words []string) ([]int64, error) {
	if len(words) == 0 {
		return ids, nil
	}
	var out []int64
	err := db.Chunk(ids, 500, func(part []int64) error {
		in, args := db.In(2, part)
		return tx.Each(ctx, `select id, name from customer where tenant_id = $1 and id in `+in, append([]any{int64(tx.Tenant)}, args...), func(row db.Scanner) error {
			var id int64
			var name string
			if err := row.Scan(&id, &name); err != nil {
				return err
			}
			if hasWords(search.Words(name), words) {
				out = append(out, id)
			}
			return nil
		})
	})
	return out, err
}

func hasWords(have, prefixes []string) bool {
	for _, p := range prefixes {
		if !slices.ContainsFunc(have, func(w string) bool { return strings.HasPrefix(w, p) }) {
			return false
		}
	}
	return true
}

// newest are the distinct ids below before (0: all), highest first, at most limit.
func newest(ids []int64, before int64, limit int) []int64 {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	slices.Reverse(ids)
	if before > 0 {
		ids = slices.DeleteFunc(ids, func(id int64) bool { return id >= before })
	}
	return ids[:min(len(ids), limit)]
}
