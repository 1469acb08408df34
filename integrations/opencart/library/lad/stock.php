<?php
namespace Lad;

/** Sets quantities, absolute and item by item. */
final class Stock
{
    /** @var Shop */
    private $shop;

    public function __construct(Shop $shop)
    {
        $this->shop = $shop;
    }

    /** The result of "stock". */
    public function set(Input $in): array
    {
        $batch = new Batch($in->items('items', Server::MAX_ITEMS), (new Catalog($this->shop)));
        $summed = $masters = [];
        $said = $batch->each(function (array $item, array $product, int $value) use (&$summed, &$masters) {
            $quantity = isset($item['quantity']) ? $item['quantity'] : null;
            if ($product['lad_refuses'] !== '') {
                return [$product['lad_refuses'], 'The stock of this product follows its parts'];
            }
            if (!is_int($quantity) || $quantity < 0 || $quantity > 1000000000) {
                return ['invalid', 'The quantity is not a whole number'];
            }
            $id = (int)$product['product_id'];
            if ($value > 0) {
                $this->shop->run('UPDATE {product_option_value} SET `quantity` = ? WHERE `product_option_value_id` = ? AND `product_id` = ?', [$quantity, $value, $id]);
                $summed[$id] = $product;
            } else {
                $this->shop->run('UPDATE {product} SET `quantity` = ?, `date_modified` = NOW() WHERE `product_id` = ?', [$quantity, $id]);
            }
            if (!empty($product['master_id'])) {
                $masters[(int)$product['master_id']] = true;
            }
            return null;
        });
        array_map([$this, 'sumOption'], $summed);
        array_map([$this, 'sumVariants'], array_keys($masters));
        $this->shop->forgetProducts();
        return ['items' => $said];
    }

    /** A product is out of stock for OpenCart when its own quantity is, whatever its options say. */
    private function sumOption(array $product): void
    {
        $id = (int)$product['product_id'];
        $option = Units::countedOptions($product['lad_values'])[0];
        $this->shop->run('UPDATE {product} SET `date_modified` = NOW(), `quantity` = (SELECT COALESCE(SUM(GREATEST(v.`quantity`, 0)), 0) FROM {product_option_value} v
            WHERE v.`product_id` = ? AND v.`product_option_id` = ?) WHERE `product_id` = ?', [$id, $option, $id]);
    }

    /** The sum is read first: a table can not be changed by a query on itself. */
    private function sumVariants(int $master): void
    {
        $sum = (int)$this->shop->row('SELECT COALESCE(SUM(GREATEST(`quantity`, 0)), 0) AS n FROM {product} WHERE `master_id` = ?', [$master])['n'];
        $this->shop->run('UPDATE {product} SET `quantity` = ?, `date_modified` = NOW() WHERE `product_id` = ?', [$sum, $master]);
    }
}
