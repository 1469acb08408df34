<?php
namespace Lad;

/** Sets prices, item by item. */
final class Price
{
    /** @var Shop */
    private $shop;
    /** @var Specials */
    private $specials;

    public function __construct(Shop $shop)
    {
        $this->shop = $shop;
        $this->specials = new Specials($shop);
    }

    /** The result of "price". */
    public function set(Input $in): array
    {
        $batch = new Batch($in->items('items', Server::MAX_ITEMS), new Catalog($this->shop));
        $ours = (string)$this->shop->config('config_currency');
        $given = $in->text('currency', 8);
        $said = $batch->each(function (array $item, array $product, int $value) use ($ours, $given) {
            if ($given !== $ours) {
                return ['currency', "The shop's prices are in " . $ours];
            }
            $price = Amount::parse(isset($item['price']) ? $item['price'] : null);
            $crossed = isset($item['old']) && $item['old'] !== '';
            $old = $crossed ? Amount::parse($item['old']) : null;
            if ($price === null || $price <= 0 || $crossed && ($old === null || $old <= $price)) {
                return ['invalid', 'The price is not a positive amount below the old one'];
            }
            return $value > 0 ? $this->ofValue($product, $value, $price, $crossed) : $this->ofProduct($product, $price, $old);
        });
        $this->shop->forgetProducts();
        return ['items' => $said];
    }

    /** An option's price is what it adds to the product's. */
    private function ofValue(array $product, int $value, int $price, bool $crossed): ?array
    {
        if ($crossed) {
            return ['invalid', 'An option can not have a crossed-out price'];
        }
        if ($product['lad_specials']) {
            return self::hidden();
        }
        $more = $price - (int)Amount::parse($product['price']);
        $this->shop->run('UPDATE {product_option_value} SET `price` = ?, `price_prefix` = ? WHERE `product_option_value_id` = ? AND `product_id` = ?',
            [Amount::stored(abs($more)), $more < 0 ? '-' : '+', $value, (int)$product['product_id']]);
        return null;
    }

    private function ofProduct(array $product, int $price, ?int $old): ?array
    {
        $id = (int)$product['product_id'];
        $mine = $this->shop->row('SELECT `price` FROM {lad_special} WHERE `product_id` = ?', [$id]);
        list($own, $foreign) = Specials::split($product['lad_specials'], $mine ? $mine['price'] : null);
        if ($foreign) {
            return self::hidden();
        }
        if ($own) {
            $this->specials->remove($own);
        }
        $this->shop->run('DELETE FROM {lad_special} WHERE `product_id` = ?', [$id]);
        $this->shop->run('UPDATE {product} SET `price` = ?, `date_modified` = NOW() WHERE `product_id` = ?', [Amount::stored($old === null ? $price : $old), $id]);
        if ($old !== null) {
            $this->specials->add($id, $price);
            $this->shop->run('REPLACE INTO {lad_special} (`product_id`, `price`) VALUES (?, ?)', [$id, Amount::stored($price)]);
        }
        return null;
    }

    private static function hidden(): array
    {
        return ['special', 'A special price or discount of the shop hides this price'];
    }
}
