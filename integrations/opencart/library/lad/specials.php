<?php
namespace Lad;

/** Prices that stand in for a product's own: special prices, and discounts from one piece on. OpenCart 4.1 keeps both in one table. */
final class Specials
{
    const NOW = " AND `customer_group_id` = ? AND (`date_start` = '0000-00-00' OR `date_start` < NOW()) AND (`date_end` = '0000-00-00' OR `date_end` > NOW())";
    const ALWAYS = "(`date_start` = '0000-00-00' AND `date_end` = '0000-00-00')";

    /** @var Shop */
    private $shop;
    /** @var bool */
    private $oneTable;

    public function __construct(Shop $shop)
    {
        $this->shop = $shop;
        $this->oneTable = (bool)$shop->rows('SHOW COLUMNS FROM {product_discount} LIKE ?', ['special']);
    }

    /** What stands now for the default customer group, by product; what OpenCart shows comes first. "crossed" tells a special from a discount. */
    public function ofProducts(array $ids): array
    {
        $group = (int)$this->shop->config('config_customer_group_id');
        if ($this->oneTable) {
            // Percents and amounts off are never Lad's: "always" is 0 for them.
            $sql = "SELECT d.`product_discount_id` AS id, d.`product_id`, d.`priority`, d.`special` AS crossed, IF(d.`type` = 'F', " . self::ALWAYS . ", 0) AS always,
                CAST(CASE d.`type` WHEN 'P' THEN p.`price` - p.`price` * d.`price` / 100 WHEN 'S' THEN p.`price` - d.`price` ELSE d.`price` END AS DECIMAL(15,4)) AS price
                FROM {product_discount} d JOIN {product} p ON p.`product_id` = d.`product_id` WHERE d.`quantity` = 1 AND d.`product_id` IN ?" . self::NOW;
            return Orders::grouped($this->shop->rows($sql . ' ORDER BY crossed DESC, `priority`, d.`price`', [$ids, $group]), 'product_id');
        }
        $sql = '(SELECT `product_special_id` AS id, `product_id`, `priority`, 1 AS crossed, ' . self::ALWAYS . ' AS always, `price` FROM {product_special} WHERE `product_id` IN ?' . self::NOW . ')
            UNION ALL (SELECT 0, `product_id`, `priority`, 0, 0, `price` FROM {product_discount} WHERE `quantity` = 1 AND `product_id` IN ?' . self::NOW . ')
            ORDER BY crossed DESC, `priority`, `price`';
        return Orders::grouped($this->shop->rows($sql, [$ids, $group, $ids, $group]), 'product_id');
    }

    /** Sets a special price without an end. */
    public function add(int $product, int $price): void
    {
        $group = (int)$this->shop->config('config_customer_group_id');
        if ($this->oneTable) {
            $this->shop->run("INSERT INTO {product_discount} (`product_id`, `customer_group_id`, `quantity`, `priority`, `price`, `type`, `special`, `date_start`, `date_end`)
                VALUES (?, ?, 1, 1, ?, 'F', 1, '0000-00-00', '0000-00-00')", [$product, $group, Amount::stored($price)]);
            return;
        }
        $this->shop->run("INSERT INTO {product_special} (`product_id`, `customer_group_id`, `priority`, `price`, `date_start`, `date_end`) VALUES (?, ?, 1, ?, '0000-00-00', '0000-00-00')",
            [$product, $group, Amount::stored($price)]);
    }

    public function remove(array $ids): void
    {
        $table = $this->oneTable ? 'product_discount' : 'product_special';
        $this->shop->run('DELETE FROM {' . $table . '} WHERE `' . $table . '_id` IN ?', [$ids]);
    }

    /** Numbers of those that Lad set, and whether there are others. OpenCart gives them new numbers at each edit of the product, so they are known by their values. */
    public static function split(array $rows, ?string $mine): array
    {
        $own = [];
        $foreign = false;
        foreach ($rows as $row) {
            if ($mine !== null && Amount::parse($row['price']) === Amount::parse($mine) && (int)$row['priority'] === 1 && (int)$row['always'] === 1 && (int)$row['crossed'] === 1) {
                $own[] = (int)$row['id'];
            } else {
                $foreign = true;
            }
        }
        return [$own, $foreign];
    }
}
