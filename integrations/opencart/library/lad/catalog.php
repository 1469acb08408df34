<?php
namespace Lad;

/** Reads products and what of them can be sold. */
final class Catalog
{
    /** @var Shop */
    private $shop;

    public function __construct(Shop $shop)
    {
        $this->shop = $shop;
    }

    /** The result of "offers". */
    public function offers(Input $in): array
    {
        if ($in->has('ids')) {
            return ['currency' => (string)$this->shop->config('config_currency'), 'offers' => $this->byId($in->items('ids', Server::MAX_ITEMS))];
        }
        $limit = $in->whole('limit', 1, Server::MAX_PRODUCTS);
        $after = $in->whole('after', 0, 2147483647, 0);
        $ids = array_map('intval', array_column($this->shop->rows('SELECT `product_id` FROM {product} WHERE `product_id` > ? ORDER BY `product_id` LIMIT ' . ($limit + 1), [$after]), 'product_id'));
        $page = array_slice($ids, 0, $limit);
        $offers = [];
        foreach ($this->products($page) as $product) {
            $offers = array_merge($offers, array_values($this->views($product)));
        }
        return [
            'currency' => (string)$this->shop->config('config_currency'), 'offers' => $offers, 'next' => $page ? end($page) : $after, 'more' => count($ids) > $limit,
            'total'    => (int)$this->shop->row('SELECT COUNT(*) AS n FROM {product}')['n'],
        ];
    }

    private function byId(array $offers): array
    {
        $wanted = [];
        foreach ($offers as $offer) {
            if ($parts = Units::parse($offer)) {
                $wanted[$offer] = $parts[0];
            }
        }
        $views = [];
        foreach ($this->products(array_values(array_unique($wanted))) as $product) {
            $views += $this->views($product);
        }
        return array_values(array_intersect_key($views, $wanted));
    }

    /** Products by number, each with its option values, its special prices and what its stock follows. */
    public function products(array $ids): array
    {
        if (!$ids) {
            return [];
        }
        $rows = $this->shop->rows('SELECT p.*, d.`name` AS lad_name, (p.`date_available` <= CURDATE()) AS lad_begun FROM {product} p
            LEFT JOIN {product_description} d ON d.`product_id` = p.`product_id` AND d.`language_id` = ? WHERE p.`product_id` IN ? ORDER BY p.`product_id`', [$this->shop->language(), $ids]);
        $values = Orders::grouped($this->shop->rows('SELECT v.*, d.`name` AS lad_name FROM {product_option_value} v
            LEFT JOIN {option_value_description} d ON d.`option_value_id` = v.`option_value_id` AND d.`language_id` = ?
            WHERE v.`product_id` IN ? ORDER BY v.`product_option_value_id`', [$this->shop->language(), $ids]), 'product_id');
        $specials = (new Specials($this->shop))->ofProducts($ids);
        $masters = $rows && array_key_exists('master_id', $rows[0])
            ? array_map('intval', array_column($this->shop->rows('SELECT DISTINCT `master_id` FROM {product} WHERE `master_id` IN ?', [$ids]), 'master_id')) : [];
        $out = [];
        foreach ($rows as $row) {
            $id = (int)$row['product_id'];
            $row['lad_values'] = isset($values[$id]) ? $values[$id] : [];
            $row['lad_specials'] = isset($specials[$id]) ? $specials[$id] : [];
            $row['lad_refuses'] = in_array($id, $masters, true) ? 'variants' : (count(Units::countedOptions($row['lad_values'])) > 1 ? 'options' : '');
            $out[$id] = $row;
        }
        return $out;
    }

    /** The offers of a product, by id. */
    private function views(array $p): array
    {
        $id = (string)(int)$p['product_id'];
        $units = Units::ofProduct($p['lad_values']);
        if (!$units) {
            return [$id => $this->view($p, $id, '', 0, (int)$p['quantity'])];
        }
        $views = [];
        foreach ($units as $value => $unit) {
            $more = (int)Amount::parse($unit['price']);
            $views[$id . '-' . $value] = $this->view($p, $id . '-' . $value, Shop::plain($unit['lad_name']), $unit['price_prefix'] === '-' ? -$more : $more, (int)$unit['quantity']);
        }
        return $views;
    }

    private function view(array $p, string $offer, string $value, int $more, int $quantity): array
    {
        $regular = (int)Amount::parse($p['price']) + $more;
        $special = $p['lad_specials'] ? (int)Amount::parse($p['lad_specials'][0]['price']) + $more : null;
        $crossed = $p['lad_specials'] && (int)$p['lad_specials'][0]['crossed'] === 1;
        $sku = Shop::plain($p['sku']) !== '' ? Shop::plain($p['sku']) : Shop::plain($p['model']);
        $active = (int)$p['status'] === 1 && (int)$p['lad_begun'] === 1;
        return [
            'offer_id' => $offer, 'product_id' => (int)$p['product_id'], 'sku' => $value === '' ? $sku : $sku . ':' . $value,
            'barcode'  => $value === '' ? Shop::plain($p['ean'] !== '' ? $p['ean'] : $p['upc']) : '',
            'title'    => Shop::plain($p['lad_name']) . ($value === '' ? '' : ' (' . $value . ')'),
            'url'      => $this->shop->base . 'index.php?route=product/product&product_id=' . (int)$p['product_id'],
            'price'    => Amount::text($special === null ? $regular : $special), 'old' => $crossed ? Amount::text($regular) : '',
            'quantity' => $quantity, 'active' => $active, 'refuses' => $p['lad_refuses'],
            'orderable' => $active && ((bool)$this->shop->config('config_stock_checkout') || $quantity > 0 && (int)$p['quantity'] > 0),
        ];
    }
}
