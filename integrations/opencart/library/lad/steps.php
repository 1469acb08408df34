<?php
namespace Lad;

/** Moves orders and stores waybills, through OpenCart's own routine. */
final class Steps
{
    /** @var Shop */
    private $shop;

    public function __construct(Shop $shop)
    {
        $this->shop = $shop;
    }

    /** The result of "status". */
    public function status(Input $in): array
    {
        $to = $in->whole('to', 1, 2147483647);
        if (!$this->shop->row('SELECT 1 AS yes FROM {order_status} WHERE `order_status_id` = ?', [$to])) {
            throw Failure::invalid('The shop has no such status');
        }
        return $this->step($in, $to, $in->whole('from', 0, 2147483647, 0));
    }

    /** The result of "tracking". */
    public function tracking(Input $in): array
    {
        if (!$in->object('tracking')) {
            throw Failure::invalid('tracking is missing');
        }
        return $this->step($in, 0, 0);
    }

    /** One step; $to 0 means the present status. Two calls about one order wait for each other: a repeat that overtakes the first would mail twice. */
    private function step(Input $in, int $to, int $from): array
    {
        $id = $in->whole('order_id', 1, PHP_INT_MAX);
        $key = $in->text('key', 64);
        if (!preg_match('/^[0-9A-Za-z:._-]+$/D', $key)) {
            throw Failure::invalid('key is missing or not a short word');
        }
        $comment = $in->text('comment', 4000);
        $waybill = $this->waybill($in->object('tracking'));
        return $this->shop->locked('order' . $id, function () use ($in, $id, $to, $from, $key, $comment, $waybill) {
            $now = $this->present($id);
            $target = $to ?: $now;
            $stored = $this->stored($id, $waybill);
            if ($this->repeated($id, $key) || $now === $target && $comment === '' && $stored) {
                return ['order_id' => $id, 'status' => $now, 'done' => false];
            }
            if ($from !== 0 && $from !== $now) {
                throw new Failure('conflict', 409, 'The order has another status');
            }
            if (!$stored) {
                $this->shop->run('REPLACE INTO {lad_tracking} (`order_id`, `carrier`, `number`) VALUES (?, ?, ?)', [$id, $waybill['carrier'], $waybill['number']]);
            }
            $before = $this->newest($id);
            // Every step of Lad carries the waybill; the buyer need not read it in every letter.
            $this->shop->addHistory($id, $target, self::words($comment, $stored ? null : $waybill), $in->yes('notify'));
            $after = $this->newest($id);
            if ($after > $before) {
                $this->shop->run('REPLACE INTO {lad_history} (`order_history_id`, `order_id`, `call_key`) VALUES (?, ?, ?)', [$after, $id, $key]);
            }
            return ['order_id' => $id, 'status' => $this->present($id), 'done' => true];
        }, true);
    }

    /** What the history says, escaped as OpenCart expects it of its own forms. */
    public static function words(string $comment, ?array $waybill): string
    {
        $lines = [];
        if ($waybill) {
            $lines[] = ($waybill['title'] !== '' ? $waybill['title'] : $waybill['carrier']) . ': ' . $waybill['number'];
        }
        if ($comment !== '') {
            $lines[] = $comment;
        }
        return htmlspecialchars(implode("\n", $lines), ENT_COMPAT, 'UTF-8');
    }

    private function waybill(?Input $in): ?array
    {
        if (!$in) {
            return null;
        }
        $out = ['carrier' => $in->text('carrier', 32), 'title' => $in->text('title', 128), 'number' => $in->text('number', 64)];
        if (!preg_match('/^[a-z0-9_]+$/D', $out['carrier']) || $out['number'] === '') {
            throw Failure::invalid('tracking needs a carrier and a number');
        }
        return $out;
    }

    private function present(int $id): int
    {
        $row = $this->shop->row('SELECT `order_status_id` FROM {order} WHERE `order_id` = ? AND `order_status_id` > 0', [$id]);
        if (!$row) {
            throw new Failure('not_found', 404, 'There is no such order');
        }
        return (int)$row['order_status_id'];
    }

    private function newest(int $id): int
    {
        return (int)$this->shop->row('SELECT COALESCE(MAX(`order_history_id`), 0) AS n FROM {order_history} WHERE `order_id` = ?', [$id])['n'];
    }

    /** Whether the newest entry of the history was made by this very call before. */
    private function repeated(int $id, string $key): bool
    {
        $row = $this->shop->row('SELECT `call_key` FROM {lad_history} WHERE `order_history_id` = ?', [$this->newest($id)]);
        return $row !== null && hash_equals($row['call_key'], $key);
    }

    private function stored(int $id, ?array $waybill): bool
    {
        return !$waybill || (bool)$this->shop->row('SELECT 1 AS yes FROM {lad_tracking} WHERE `order_id` = ? AND `carrier` = ? AND `number` = ?', [$id, $waybill['carrier'], $waybill['number']]);
    }
}
