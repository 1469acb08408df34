<?php
namespace Lad;

/** Money as whole ten-thousandths, the precision of OpenCart's tables: floats would lose kopiykas. */
final class Amount
{
    /** Reads what the database or a call writes: "740.0000", "-12.5". Anything else is null. */
    public static function parse($text): ?int
    {
        if (!is_string($text) && !is_int($text) || !preg_match('/^(-?)(\d{1,11})(?:\.(\d{1,8}))?$/D', (string)$text, $m)) {
            return null;
        }
        $fraction = str_pad(isset($m[3]) ? $m[3] : '', 8, '0');
        $value = (int)$m[2] * 10000 + (int)substr($fraction, 0, 4) + ((int)substr($fraction, 4) >= 5000 ? 1 : 0);
        return $m[1] === '-' ? -$value : $value;
    }

    /** Writes two digits after the point, half away from zero. */
    public static function text(int $value): string
    {
        $cents = intdiv(abs($value) + 50, 100);
        return ($value < 0 && $cents > 0 ? '-' : '') . intdiv($cents, 100) . '.' . str_pad((string)($cents % 100), 2, '0', STR_PAD_LEFT);
    }

    /** Writes four digits, as the database keeps prices. */
    public static function stored(int $value): string
    {
        $n = abs($value);
        return ($value < 0 ? '-' : '') . intdiv($n, 10000) . '.' . str_pad((string)($n % 10000), 4, '0', STR_PAD_LEFT);
    }
}
