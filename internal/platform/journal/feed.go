package journal

import (
	"context"
	"strconv"
	"time"

	"github.com/lad-hub/lad/internal/platform/clock"
	"github.com/lad-hub/lad/internal/platform/db"
)

// placeAtOnce is how many entries get their place in one transaction.
const placeAtOnce = 2000

// Placed is an entry with its place in the feed.
type Placed struct {
	Entry
	// Pos grows along the feed, with gaps. Nothing ever appears before a place that was read.
	Pos int64
}

// Place gives entries that were committed since the last call their place in the feed, the oldest first, and answers whether
// more are waiting. Sequence numbers can not be that place: they are taken before the commit, so a higher one may be seen
// first. Whoever gives places holds the tenant's tail, so places are committed in their order.
func Place(ctx context.Context, d *db.DB, t db.Tenant) (more bool, err error) {
	var waiting int64
	err = d.Read(ctx, t, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, "select count(*) from (select 1 from journal where tenant_id = $1 and pos = 0 limit 1) n", int64(t)).Scan(&waiting)
	})
	if err != nil || waiting == 0 {
		return false, err
	}
	err = d.Write(ctx, t, func(tx *db.Tx) error {
		tail, err := lockTail(ctx, tx)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `update journal set pos = $2 + f.n from (
				select seq as s, row_number() over (order by at, seq) as n from journal where tenant_id = $1 and pos = 0 order by at, seq limit $3
			) f where tenant_id = $1 and seq = f.s`, int64(t), tail, placeAtOnce)
		if err != nil {
			return err
		}
		more = n == placeAtOnce
		_, err = tx.Exec(ctx, "update journal_tail set pos = $2 where tenant_id = $1", int64(t), tail+n)
		return err
	})
	return more, err
}

// lockTail reads the last place given and keeps everybody else from giving places until the commit.
func lockTail(ctx context.Context, tx *db.Tx) (pos int64, err error) {
	err = tx.QueryRow(ctx, `insert into journal_tail (tenant_id, pos) values ($1, 0)
		on conflict (tenant_id) do update set pos = journal_tail.pos returning pos`, int64(tx.Tenant)).Scan(&pos)
	return pos, err
}

// Feed reads the entries after a place, in order, at most limit.
func Feed(ctx context.Context, tx *db.Tx, after int64, limit int) ([]Placed, error) {
	return feed(ctx, tx, ofAll, after, limit)
}

// Where a feed is read. SQLite begins where the first of two bounds says: the place stands before the condition of the index, or
// every page would walk all that came before it. A kind of subject has entries all along the feed, and those before the place are many: the index of subjects is
// kept out of it. One subject has few, which are named first, as in ofQuery.
const (
	ofAll  = "pos > $2 and pos > 0 order by pos"
	ofKind = "pos > $2 and pos > 0 and subject || '' = $4 order by pos"
	ofOne  = "+pos > $2 and seq in (select seq from journal where tenant_id = $1 and subject = $4 and subject_id = $5) order by +pos"
)

// FeedOf is Feed of one kind of subject, or with an id of one subject.
func FeedOf(ctx context.Context, tx *db.Tx, subject string, id, after int64, limit int) ([]Placed, error) {
	if id == 0 {
		return feed(ctx, tx, ofKind, after, limit, subject)
	}
	return feed(ctx, tx, ofOne, after, limit, subject, id)
}

func feed(ctx context.Context, tx *db.Tx, where string, after int64, limit int, more ...any) (out []Placed, err error) {
	err = tx.Each(ctx, placedFrom+where+" limit $3",
		append([]any{int64(tx.Tenant), after, limit}, more...), func(s db.Scanner) error {
			p, err := scanPlaced(s)
			out = append(out, p)
			return err
		})
	return out, err
}

// Tail is the last place of the feed; 0 when it is empty.
func Tail(ctx context.Context, tx *db.Tx) (pos int64, err error) {
	err = tx.QueryRow(ctx, "select coalesce(max(pos), 0) from journal_tail where tenant_id = $1", int64(tx.Tenant)).Scan(&pos)
	return pos, err
}

// overlap is how much earlier than asked PlaceAt looks: entries of one moment get their places in the order of their commits.
const overlap = time.Minute

// PlaceAt is a place before a moment: the feed after it holds everything from then on, and about a minute more. It is found by
// halving: places grow with time but for what is written at the same moment.
func PlaceAt(ctx context.Context, tx *db.Tx, at time.Time) (pos int64, err error) {
	high, err := Tail(ctx, tx)
	for err == nil && pos < high {
		middle := high - (high-pos)/2
		var found, when int64
		err = tx.QueryRow(ctx, "select pos, at from journal where tenant_id = $1 and pos >= $2 and pos > 0 order by pos limit 1", int64(tx.Tenant), middle).Scan(&found, &when)
		if when < clock.Micros(at.Add(-overlap)) {
			pos = found
		} else {
			high = middle - 1
		}
	}
	return pos, err
}

// BySeq reads entries by their sequence numbers, with their places.
func BySeq(ctx context.Context, tx *db.Tx, seqs []int64) (map[int64]Placed, error) {
	out := map[int64]Placed{}
	if len(seqs) == 0 {
		return out, nil
	}
	in, args := db.In(2, seqs)
	err := tx.Each(ctx, placedFrom+"seq in "+in,
		append([]any{int64(tx.Tenant)}, args...), func(s db.Scanner) error {
			p, err := scanPlaced(s)
			out[p.Seq] = p
			return err
		})
	return out, err
}

const placedFrom = "select pos, seq, at, actor, kind, subject, subject_id, payload from journal where tenant_id = $1 and "

func scanPlaced(s db.Scanner) (p Placed, err error) {
	var at int64
	var body string
	err = s.Scan(&p.Pos, &p.Seq, &at, &p.Actor, &p.Kind, &p.Subject, &p.SubjectID, &body)
	p.At, p.Payload = clock.FromMicros(at), []byte(body)
	return p, err
}

// EventID names an entry outside: in webhooks and in the feed alike.
func EventID(seq int64) string { return "evt_" + strconv.FormatInt(seq, 10) }
