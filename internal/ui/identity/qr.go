package identityui

import (
	"image/color"
	"strconv"
	"strings"

	"github.com/boombuler/barcode/qr"

	"github.com/lad-hub/lad/internal/platform/secret"
)

// quiet is the light margin around a code, in modules.
const quiet = 4

// qrPath draws a text as one SVG path of unit squares; size is the side of the picture with its margin. A text too long for
// a code gives nothing: the seed can be typed by hand.
func qrPath(text secret.Text) (d string, size int) {
	code, err := qr.Encode(text.Reveal(), qr.M, qr.Auto)
	if err != nil {
		return "", 0
	}
	side := code.Bounds().Dx()
	var b strings.Builder
	for y := range side {
		for x := 0; x < side; x++ {
			if code.At(x, y) != color.Black {
				continue
			}
			run := 1
			for x+run < side && code.At(x+run, y) == color.Black {
				run++
			}
			b.WriteString("M" + strconv.Itoa(x+quiet) + " " + strconv.Itoa(y+quiet) + "h" + strconv.Itoa(run) + "v1h-" + strconv.Itoa(run) + "z")
			x += run
		}
	}
	return b.String(), side + 2*quiet
}
