<?php
namespace Lad;

/** What of a product can be sold by itself: the product, or the values of its one counted option. */
final class Units
{
    /**
     * @param array $values rows of product_option_value of one product
     * @return int[] the options whose values are counted
     */
    public static function countedOptions(array $values): array
    {
        $options = [];
        foreach ($values as $value) {
            if ((int)$value['subtract'] === 1) {
                $options[(int)$value['product_option_id']] = true;
            }
        }
        return array_keys($options);
    }

    /** Values of the one counted option, by their number; empty when the product is sold as it is or has several. */
    public static function ofProduct(array $values): array
    {
        $options = self::countedOptions($values);
        $units = [];
        foreach ($values as $value) {
            if (count($options) === 1 && (int)$value['product_option_id'] === $options[0]) {
                $units[(int)$value['product_option_value_id']] = $value;
            }
        }
        return $units;
    }

    /** The offer that a line of an order is about; $chosen are the numbers of the values that the buyer chose, by option. */
    public static function ofLine(int $product, array $values, array $chosen): string
    {
        $options = self::countedOptions($values);
        if (count($options) === 1 && isset($chosen[$options[0]])) {
            return $product . '-' . $chosen[$options[0]];
        }
        return (string)$product;
    }

    /** Takes "50" and "50-17" apart; null for anything else. */
    public static function parse($offer): ?array
    {
        if (!is_string($offer) || !preg_match('/^([1-9]\d{0,9})(?:-([1-9]\d{0,9}))?$/D', $offer, $m)) {
            return null;
        }
        return [(int)$m[1], isset($m[2]) ? (int)$m[2] : 0];
    }
}
