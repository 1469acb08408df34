<?php
namespace Lad;

/** The journal of changed orders: what Lad reads by number, so that no clock can hide a change. */
final class Journal
{
    /** Days that a journal read from its beginning reaches back, and that unseen changes are looked for. */
    const LOOK_BACK = 14;
    /** Days that the journal is kept. */
    const KEEP = 60;

    /** @var Shop */
    private $shop;

    public function __construct(Shop $shop)
    {
        $this->shop = $shop;
    }

    /** Notes a change. The lock makes numbers appear in their order, so that a reader never passes one that is still to come. */
    public function note(int $order): void
    {
        $this->shop->locked('change', function () use ($order) {
            $this->shop->run('INSERT INTO {lad_change} (`order_id`, `modified`) SELECT ?, COALESCE((SELECT `date_modified` FROM {order} WHERE `order_id` = ?), NOW())', [$order, $order]);
        });
    }

    /** Keeps an order as it stands, because it is about to be deleted; the change is noted when it is gone. */
    public function keep(int $order): void
    {
        $views = (new Orders($this->shop))->present([$order]);
        if ($views) {
            $views[$order]['deleted'] = true;
            $this->shop->run('REPLACE INTO {lad_gone} (`order_id`, `body`, `added`) VALUES (?, ?, NOW())', [$order, Server::json($views[$order])]);
        }
    }

    /** The result of "changes". */
    public function changes(Input $in): array
    {
        $limit = $in->whole('limit', 1, Server::MAX_ORDERS);
        $after = $in->whole('after', 0, PHP_INT_MAX, 0);
        $name = $this->name();
        list($rows, $last) = $this->shop->locked('change', function () use ($in, $name, &$after, $limit) {
            $this->findUnseen();
            $last = (int)$this->shop->row('SELECT COALESCE(MAX(`change_id`), 0) AS n FROM {lad_change}')['n'];
            if ($in->text('journal', 64) !== $name || $after > $last) {
                $after = 0;
            }
            return [$this->after($after, $limit), $last];
        });
        list($ids, $next) = self::page($rows, $limit, $last);
        return ['orders' => (new Orders($this->shop))->byId($ids), 'journal' => $name, 'next' => $next, 'more' => $next < $last];
    }

    /** Takes different orders from rows until there are $limit; tells the number up to which the rows are done with. */
    public static function page(array $rows, int $limit, int $last): array
    {
        $ids = [];
        $next = 0;
        foreach ($rows as $row) {
            $id = (int)$row['order_id'];
            if (!isset($ids[$id]) && count($ids) === $limit) {
                return [array_keys($ids), $next];
            }
            $ids[$id] = true;
            $next = (int)$row['change_id'];
        }
        return [array_keys($ids), count($rows) < self::span($limit) ? $last : $next];
    }

    /** Rows read for a page: an order often changes several times in a row. */
    private static function span(int $limit): int
    {
        return $limit * 4;
    }

    private function after(int $after, int $limit): array
    {
        $recent = $after === 0 ? ' AND `modified` >= NOW() - INTERVAL ' . self::LOOK_BACK . ' DAY' : '';
        return $this->shop->rows('SELECT `change_id`, `order_id` FROM {lad_change} WHERE `change_id` > ?' . $recent . ' ORDER BY `change_id` LIMIT ' . self::span($limit), [$after]);
    }

    /** Notes orders that were changed past OpenCart's events, by another module or by hand in the database. */
    private function findUnseen(): void
    {
        $this->shop->run('INSERT INTO {lad_change} (`order_id`, `modified`) SELECT o.`order_id`, o.`date_modified` FROM {order} o
            WHERE o.`order_status_id` > 0 AND o.`date_modified` >= NOW() - INTERVAL ' . self::LOOK_BACK . ' DAY
            AND NOT EXISTS (SELECT 1 FROM {lad_change} c WHERE c.`order_id` = o.`order_id` AND c.`modified` >= o.`date_modified`)
            ORDER BY o.`date_modified`, o.`order_id`');
    }

    /** Forgets what is too old; the newest entry stays, so that numbers never begin anew. */
    public function forget(): void
    {
        $last = (int)$this->shop->row('SELECT COALESCE(MAX(`change_id`), 0) AS n FROM {lad_change}')['n'];
        $this->shop->run('DELETE FROM {lad_change} WHERE `modified` < NOW() - INTERVAL ' . self::KEEP . ' DAY AND `change_id` < ? LIMIT 1000', [$last]);
        $this->shop->run('DELETE FROM {lad_gone} WHERE `added` < NOW() - INTERVAL ' . self::KEEP . ' DAY LIMIT 1000');
    }

    private function name(): string
    {
        $row = $this->shop->row('SELECT `value` FROM {lad_state} WHERE `name` = ?', ['journal']);
        return $row ? $row['value'] : '';
    }
}
