<?php
namespace Lad;

/** What the library needs of OpenCart, the same for 3 and 4. */
final class Shop
{
    /** @var object OpenCart's database: query, escape, countAffected */
    public $db;
    /** @var string */
    public $prefix;
    /** @var string OpenCart's version */
    public $version;
    /** @var string address of the shop, with a slash at its end */
    public $base;
    /** @var callable a setting by its key */
    private $config;
    /** @var callable OpenCart's own routine for a step: order, status, comment, notify */
    private $addHistory;
    /** @var callable forgets cached products */
    private $forget;

    public function __construct($db, string $prefix, string $version, string $base, callable $config, callable $addHistory, callable $forget)
    {
        $this->db = $db;
        $this->prefix = $prefix;
        $this->version = $version;
        $this->base = $base;
        $this->config = $config;
        $this->addHistory = $addHistory;
        $this->forget = $forget;
    }

    public function config(string $key)
    {
        return ($this->config)($key);
    }

    public function addHistory(int $order, int $status, string $comment, bool $notify): void
    {
        ($this->addHistory)($order, $status, $comment, $notify);
    }

    public function forgetProducts(): void
    {
        ($this->forget)();
    }

    /** Rows of a query. {name} stands for a table, ? for a value, which is a number, a text or a list of either. */
    public function rows(string $sql, array $values = []): array
    {
        return $this->db->query($this->sql($sql, $values))->rows;
    }

    /** The first row of a query, or nothing. */
    public function row(string $sql, array $values = []): ?array
    {
        $rows = $this->rows($sql, $values);
        return $rows ? $rows[0] : null;
    }

    /** Changes rows and tells how many. */
    public function run(string $sql, array $values = []): int
    {
        $this->db->query($this->sql($sql, $values));
        return (int)$this->db->countAffected();
    }

    /** Holds a lock of the database for at most two seconds' wait. Without it a caller that must have it fails, any other goes on: a buyer is not held up. */
    public function locked(string $name, callable $f, bool $must = false)
    {
        $lock = 'lad.' . $name . '.' . substr(hash('sha256', $this->prefix . (defined('DB_DATABASE') ? DB_DATABASE : '')), 0, 16);
        $got = (int)$this->row('SELECT GET_LOCK(?, 2) AS got', [$lock])['got'] === 1;
        if ($must && !$got) {
            throw new Failure('failed', 500, 'Another call about the same order is not over yet');
        }
        try {
            return $f();
        } finally {
            if ($got) {
                $this->rows('SELECT RELEASE_LOCK(?) AS freed', [$lock]);
            }
        }
    }

    /** Group of a status by the shop's settings. */
    public function group(int $status): string
    {
        if (in_array($status, array_map('intval', (array)$this->config('config_complete_status')), true)) {
            return 'complete';
        }
        return in_array($status, array_map('intval', (array)$this->config('config_processing_status')), true) ? 'processing' : '';
    }

    public function language(): int
    {
        return (int)$this->config('config_language_id');
    }

    /** A local time of the database with the shop's offset: OpenCart keeps both clocks in one zone. */
    public static function time(string $local): string
    {
        $at = date_create($local, new \DateTimeZone(date_default_timezone_get()));
        return $at && $at->format('Y') > 1970 ? $at->format(DATE_ATOM) : '';
    }

    /** OpenCart stores texts escaped for HTML. */
    public static function plain($text): string
    {
        return trim(html_entity_decode((string)$text, ENT_QUOTES, 'UTF-8'));
    }

    private function sql(string $sql, array $values): string
    {
        $sql = preg_replace('/\{(\w+)\}/', '`' . $this->prefix . '$1`', $sql);
        $parts = explode('?', $sql);
        $out = array_shift($parts);
        foreach ($parts as $i => $part) {
            $out .= $this->literal($values[$i]) . $part;
        }
        return $out;
    }

    private function literal($value): string
    {
        if (is_array($value)) {
            return '(' . implode(', ', array_map([$this, 'literal'], $value)) . ')';
        }
        return is_int($value) ? (string)$value : "'" . $this->db->escape((string)$value) . "'";
    }
}
