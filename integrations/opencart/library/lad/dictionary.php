<?php
namespace Lad;

/** The shop's own words: its statuses, and the methods that its recent orders name. */
final class Dictionary
{
    /** Days of orders whose methods are named. */
    const RECENT = 90;

    /** @var Shop */
    private $shop;

    public function __construct(Shop $shop)
    {
        $this->shop = $shop;
    }

    /** The result of "dictionary". */
    public function read(): array
    {
        $statuses = [];
        foreach ($this->shop->rows('SELECT `order_status_id`, `name` FROM {order_status} WHERE `language_id` = ? ORDER BY `order_status_id`', [$this->shop->language()]) as $row) {
            $id = (int)$row['order_status_id'];
            $statuses[] = ['id' => $id, 'name' => Shop::plain($row['name']), 'group' => $this->shop->group($id)];
        }
        return ['statuses' => $statuses, 'payment' => $this->methods('payment'), 'delivery' => $this->methods('shipping')];
    }

    private function methods(string $what): array
    {
        $code = $this->shop->rows('SHOW COLUMNS FROM {order} LIKE ?', [$what . '_code']) ? ', `' . $what . '_code`' : '';
        $methods = [];
        foreach ($this->shop->rows('SELECT DISTINCT `' . $what . '_method`' . $code . ' FROM {order} WHERE `order_status_id` > 0
            AND `date_added` >= NOW() - INTERVAL ' . self::RECENT . ' DAY LIMIT 100') as $row) {
            $method = OrderView::method($row, $what);
            if ($method['title'] !== '' || $method['code'] !== '') {
                $methods[$method['code'] . "\n" . $method['title']] = $method;
            }
        }
        return array_values($methods);
    }
}
