package jobs

import "time"

// SetRetryBase shortens the pause before the first retry.
func (j *Jobs) SetRetryBase(d time.Duration) { j.retryBase = d }
