<?php
namespace Lad\Test;

/** Stands in for OpenCart's database: answers by a part of the statement, and remembers what was asked. */
final class FakeDb
{
    /** @var array rows or a callable by a part of the statement */
    public $answers;
    /** @var string[] */
    public $asked = [];
    /** @var int */
    public $affected = 1;

    public function __construct(array $answers = [])
    {
        $this->answers = $answers + ['GET_LOCK' => [['got' => '1']]];
    }

    public function query(string $sql)
    {
        $this->asked[] = $sql;
        $rows = [];
        foreach ($this->answers as $part => $answer) {
            if (strpos($sql, $part) !== false) {
                $rows = is_callable($answer) ? $answer($sql) : $answer;
                break;
            }
        }
        return (object)['rows' => $rows, 'row' => $rows ? $rows[0] : [], 'num_rows' => count($rows)];
    }

    public function escape($value): string
    {
        return addslashes((string)$value);
    }

    public function countAffected(): int
    {
        return $this->affected;
    }

    /** Statements that hold a part. */
    public function with(string $part): array
    {
        return array_values(array_filter($this->asked, function (string $sql) use ($part): bool {
            return strpos($sql, $part) !== false;
        }));
    }
}

/** A shop over a fake database with the settings of a default OpenCart. */
function shop(FakeDb $db, array $config = [], ?callable $addHistory = null): \Lad\Shop
{
    $config += [
        'module_lad_status' => '1', 'module_lad_stock' => '1', 'module_lad_price' => '1', 'module_lad_order' => '1', 'module_lad_secret' => str_repeat('ab', 32),
        'config_name' => 'Shop', 'config_currency' => 'UAH', 'config_language_id' => '1', 'config_customer_group_id' => '1',
        'config_processing_status' => ['5', '1', '2', '12', '3'], 'config_complete_status' => ['5', '3'], 'config_stock_checkout' => '0',
    ];
    return new \Lad\Shop($db, 'oc_', '3.0.3.9', 'https://shop.example/', function (string $key) use ($config) {
        return isset($config[$key]) ? $config[$key] : null;
    }, $addHistory ?: function (): void {
    }, function (): void {
    });
}
