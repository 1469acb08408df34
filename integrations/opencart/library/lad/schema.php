<?php
namespace Lad;

/** The module's own tables. */
final class Schema
{
    const TABLES = [
        'lad_state'    => '`name` VARCHAR(32) NOT NULL PRIMARY KEY, `value` VARCHAR(255) NOT NULL',
        'lad_nonce'    => '`nonce` VARCHAR(64) NOT NULL PRIMARY KEY, `used` INT NOT NULL, KEY (`used`)',
        'lad_change'   => '`change_id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, `order_id` INT NOT NULL, `modified` DATETIME NOT NULL, KEY (`order_id`), KEY (`modified`)',
        'lad_gone'     => '`order_id` INT NOT NULL PRIMARY KEY, `body` MEDIUMTEXT NOT NULL, `added` DATETIME NOT NULL',
        'lad_history'  => '`order_history_id` INT NOT NULL PRIMARY KEY, `order_id` INT NOT NULL, `call_key` VARCHAR(64) NOT NULL',
        'lad_tracking' => '`order_id` INT NOT NULL PRIMARY KEY, `carrier` VARCHAR(32) NOT NULL, `number` VARCHAR(64) NOT NULL',
        'lad_special'  => '`product_id` INT NOT NULL PRIMARY KEY, `price` DECIMAL(15,4) NOT NULL',
        'lad_hook'     => '`hash` CHAR(64) NOT NULL PRIMARY KEY, `target` VARCHAR(500) NOT NULL, `secret` VARCHAR(128) NOT NULL, `sent` BIGINT NOT NULL, `retry_at` INT NOT NULL',
    ];

    /** What Lad did to orders and prices outlives the module: without it Lad's own steps would read as the shop's. */
    const KEPT = ['lad_history', 'lad_tracking', 'lad_special'];

    public static function install(Shop $shop): void
    {
        foreach (self::TABLES as $name => $columns) {
            $shop->run('CREATE TABLE IF NOT EXISTS {' . $name . '} (' . $columns . ') ENGINE=InnoDB DEFAULT CHARSET=utf8mb4');
        }
        $shop->run('INSERT IGNORE INTO {lad_state} (`name`, `value`) VALUES (?, ?)', ['journal', bin2hex(random_bytes(8))]);
    }

    public static function uninstall(Shop $shop): void
    {
        foreach (array_diff(array_keys(self::TABLES), self::KEPT) as $name) {
            $shop->run('DROP TABLE IF EXISTS {' . $name . '}');
        }
    }
}
