<?php
namespace Lad;

/** A batch of items about offers, each answered for itself. */
final class Batch
{
    /** @var array */
    private $items;
    /** @var array products by number */
    private $products;

    public function __construct(array $items, Catalog $catalog)
    {
        $this->items = $items;
        $ids = [];
        foreach ($items as $item) {
            $parts = Units::parse(is_array($item) && isset($item['offer_id']) ? $item['offer_id'] : null);
            if ($parts) {
                $ids[$parts[0]] = true;
            }
        }
        $this->products = $catalog->products(array_keys($ids));
    }

    /** Calls $change with item, product and option value; it gives null, or a code and words of what is wrong. */
    public function each(callable $change): array
    {
        $said = $seen = [];
        foreach ($this->items as $item) {
            $offer = is_array($item) && isset($item['offer_id']) && is_string($item['offer_id']) ? $item['offer_id'] : '';
            $found = $this->find($offer);
            if (isset($seen[$offer])) {
                $wrong = ['invalid', 'The same offer stands twice in the list'];
            } elseif (!$found) {
                $wrong = ['unknown', 'There is no such product or option'];
            } else {
                $wrong = $change($item, $found[0], $found[1]);
            }
            $seen[$offer] = true;
            $said[] = $wrong ? ['offer_id' => $offer, 'ok' => false, 'code' => $wrong[0], 'message' => $wrong[1]] : ['offer_id' => $offer, 'ok' => true];
        }
        return $said;
    }

    /** Product and option value of an offer. */
    private function find(string $offer): ?array
    {
        $parts = Units::parse($offer);
        if (!$parts || !isset($this->products[$parts[0]])) {
            return null;
        }
        $product = $this->products[$parts[0]];
        $units = Units::ofProduct($product['lad_values']);
        $isUnit = $parts[1] > 0 ? isset($units[$parts[1]]) : !$units;
        return $isUnit ? [$product, $parts[1]] : null;
    }
}
