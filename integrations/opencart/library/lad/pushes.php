<?php
namespace Lad;

/** Tells Lad that orders have changed. The journal is the outbox: each subscription knows how far it has been delivered. */
final class Pushes
{
    const MAX_HOOKS = 5;
    const MAX_ORDERS = 100;
    /** Seconds that a subscription rests after a push that failed: a Lad that is away must not slow the shop down. */
    const REST = 30;

    /** @var Shop */
    private $shop;
    /** @var callable posts a body with headers to an address and gives the HTTP status, 0 when there was no answer */
    private $post;

    public function __construct(Shop $shop, callable $post)
    {
        $this->shop = $shop;
        $this->post = $post;
    }

    /** The result of "subscribe". */
    public function subscribe(Input $in): array
    {
        $target = $in->text('target', 500);
        $secret = $in->text('secret', 128);
        $parts = parse_url($target);
        if (!is_array($parts) || empty($parts['host']) || empty($parts['scheme']) || !in_array($parts['scheme'], ['http', 'https'], true) || strlen($secret) < 16) {
            throw Failure::invalid('target is an address and secret a long word');
        }
        $hash = hash('sha256', $target);
        $known = $this->shop->row('SELECT 1 AS yes FROM {lad_hook} WHERE `hash` = ?', [$hash]);
        if (!$known && (int)$this->shop->row('SELECT COUNT(*) AS n FROM {lad_hook}')['n'] >= self::MAX_HOOKS) {
            throw Failure::invalid('There are too many subscriptions');
        }
        $this->shop->run('INSERT INTO {lad_hook} (`hash`, `target`, `secret`, `sent`, `retry_at`) SELECT ?, ?, ?, COALESCE(MAX(`change_id`), 0), 0 FROM {lad_change}
            ON DUPLICATE KEY UPDATE `secret` = VALUES(`secret`), `retry_at` = 0', [$hash, $target, $secret]);
        return ['target' => $target];
    }

    /** The result of "unsubscribe". */
    public function unsubscribe(Input $in): array
    {
        $target = $in->text('target', 500);
        $this->shop->run('DELETE FROM {lad_hook} WHERE `hash` = ?', [hash('sha256', $target)]);
        return ['target' => $target];
    }

    /** Delivers what waits; $now is in Unix seconds. */
    public function deliver(int $now): void
    {
        foreach ($this->shop->rows('SELECT * FROM {lad_hook} WHERE `retry_at` <= ?', [$now]) as $hook) {
            $rows = $this->shop->rows('SELECT `change_id`, `order_id` FROM {lad_change} WHERE `change_id` > ? ORDER BY `change_id` LIMIT ' . self::MAX_ORDERS, [(int)$hook['sent']]);
            if (!$rows) {
                continue;
            }
            $last = (int)end($rows)['change_id'];
            $body = Server::json(['id' => (string)$last, 'orders' => array_values(array_unique(array_map('intval', array_column($rows, 'order_id'))))]);
            $status = ($this->post)($hook['target'], self::headers($hook['secret'], $now, $body), $body);
            if ($status >= 200 && $status < 300) {
                $this->shop->run('UPDATE {lad_hook} SET `sent` = GREATEST(`sent`, ?), `retry_at` = 0 WHERE `hash` = ?', [$last, $hook['hash']]);
            } else {
                $this->shop->run('UPDATE {lad_hook} SET `retry_at` = ? WHERE `hash` = ?', [$now + self::REST, $hook['hash']]);
            }
        }
    }

    public static function headers(string $secret, int $now, string $body): array
    {
        return ['Content-Type: application/json', 'X-Lad-Time: ' . $now, 'X-Lad-Signature: ' . Signature::ofPush($secret, (string)$now, $body)];
    }

    /** Posts with curl. Redirects are not followed: an order's number is for the subscribed address only. */
    public static function curl(string $target, array $headers, string $body): int
    {
        $curl = curl_init($target);
        curl_setopt_array($curl, [
            CURLOPT_POST => true, CURLOPT_POSTFIELDS => $body, CURLOPT_HTTPHEADER => $headers, CURLOPT_RETURNTRANSFER => true, CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS, CURLOPT_CONNECTTIMEOUT => 2, CURLOPT_TIMEOUT => 5,
        ]);
        curl_exec($curl);
        return (int)curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    }
}
