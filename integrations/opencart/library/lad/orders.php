<?php
namespace Lad;

/** Reads orders with everything that belongs to them, a whole page with one query for each table. */
final class Orders
{
    /** @var Shop */
    private $shop;

    public function __construct(Shop $shop)
    {
        $this->shop = $shop;
    }

    /** Orders in the given order; deleted ones as they last stood; unfinished checkouts are left out. */
    public function byId(array $ids): array
    {
        $views = $this->present($ids) + $this->gone($ids);
        $out = [];
        foreach ($ids as $id) {
            if (isset($views[$id])) {
                $out[] = $views[$id];
            }
        }
        return $out;
    }

    /** Orders that are there, by number. */
    public function present(array $ids): array
    {
        if (!$ids) {
            return [];
        }
        $orders = $this->shop->rows('SELECT o.*, ROUND(o.`total` * o.`currency_value`, 2) AS lad_total, s.`name` AS lad_status FROM {order} o
            LEFT JOIN {order_status} s ON s.`order_status_id` = o.`order_status_id` AND s.`language_id` = ?
            WHERE o.`order_id` IN ? AND o.`order_status_id` > 0', [$this->shop->language(), $ids]);
        $parts = $this->parts($ids);
        $views = [];
        foreach ($orders as $order) {
            $id = (int)$order['order_id'];
            $own = [];
            foreach ($parts as $name => $rows) {
                $own[$name] = isset($rows[$id]) ? $rows[$id] : [];
            }
            $views[$id] = OrderView::make($order, $own, $this->shop->group((int)$order['order_status_id']));
        }
        return $views;
    }

    /** Amounts are computed by the database, which counts in decimals. */
    private function parts(array $ids): array
    {
        $lines = $this->shop->rows('SELECT op.*, ROUND((op.`price` + op.`tax`) * o.`currency_value`, 2) AS lad_price,
            ROUND((op.`price` + op.`tax`) * op.`quantity` * o.`currency_value`, 2) AS lad_total, p.`sku` AS lad_sku FROM {order_product} op
            JOIN {order} o ON o.`order_id` = op.`order_id` LEFT JOIN {product} p ON p.`product_id` = op.`product_id`
            WHERE op.`order_id` IN ? ORDER BY op.`order_product_id`', [$ids]);
        $products = array_values(array_unique(array_map('intval', array_column($lines, 'product_id'))));
        return [
            'lines'    => self::grouped($lines, 'order_id'),
            'options'  => self::grouped($this->shop->rows('SELECT * FROM {order_option} WHERE `order_id` IN ? ORDER BY `order_option_id`', [$ids]), 'order_id'),
            'totals'   => self::grouped($this->shop->rows('SELECT t.`order_id`, t.`code`, t.`title`, ROUND(t.`value` * o.`currency_value`, 2) AS lad_value FROM {order_total} t
                JOIN {order} o ON o.`order_id` = t.`order_id` WHERE t.`order_id` IN ? ORDER BY t.`sort_order`, t.`order_total_id`', [$ids]), 'order_id'),
            'history'  => self::grouped($this->shop->rows('SELECT h.`order_id`, h.`order_status_id` FROM {order_history} h
                LEFT JOIN {lad_history} l ON l.`order_history_id` = h.`order_history_id`
                WHERE h.`order_id` IN ? AND h.`order_status_id` > 0 AND l.`order_history_id` IS NULL ORDER BY h.`order_history_id`', [$ids]), 'order_id'),
            'tracking' => self::grouped($this->shop->rows('SELECT * FROM {lad_tracking} WHERE `order_id` IN ?', [$ids]), 'order_id'),
            'values'   => $this->values($lines, $products),
        ];
    }

    /** The option values of each order's products: they tell which option is counted. */
    private function values(array $lines, array $products): array
    {
        $known = $products ? self::grouped($this->shop->rows('SELECT `product_id`, `product_option_id`, `product_option_value_id`, `subtract` FROM {product_option_value}
            WHERE `product_id` IN ?', [$products]), 'product_id') : [];
        $out = [];
        foreach ($lines as $line) {
            $product = (int)$line['product_id'];
            $out[(int)$line['order_id']][$product] = isset($known[$product]) ? $known[$product] : [];
        }
        return $out;
    }

    private function gone(array $ids): array
    {
        $views = [];
        foreach ($ids ? $this->shop->rows('SELECT `order_id`, `body` FROM {lad_gone} WHERE `order_id` IN ?', [$ids]) : [] as $row) {
            $view = json_decode($row['body'], true);
            if (is_array($view)) {
                $views[(int)$row['order_id']] = $view;
            }
        }
        return $views;
    }

    public static function grouped(array $rows, string $by): array
    {
        $out = [];
        foreach ($rows as $row) {
            $out[(int)$row[$by]][] = $row;
        }
        return $out;
    }
}
