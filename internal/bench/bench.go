package bench

import "time"

// Options say how benches run.
type Options struct {
	// Dir is where throw-away databases are made; empty is the system's folder for temporary files.
	Dir string
	// Database is a PostgreSQL to use; empty starts one.
	Database string
	// Lasts is how long one load runs; 0 is the default.
	Lasts time.Duration
	// Orders and SKUs size the pages bench; Offers, and SKUs too, the channels bench; 0 is the target's size.
	Orders, SKUs, Offers int
	// Program is the path of this program, for benches that measure it as a process.
	Program string
	// Progress is told what happens.
	Progress func(format string, args ...any)
}

func (o Options) lasts() time.Duration {
	if o.Lasts == 0 {
		return 10 * time.Second
	}
	return o.Lasts
}

func (o Options) skus(target int) int {
	if o.SKUs == 0 {
		return target
	}
	return o.SKUs
}

func (o Options) offers() int {
	if o.Offers == 0 {
		return syncOffers
	}
	return o.Offers
}

func (o Options) say(format string, args ...any) {
	if o.Progress != nil {
		o.Progress(format, args...)
	}
}
