<?php
namespace Lad;

/** What OpenCart's events about orders do: fill the journal and tell Lad. A failure here must not cost the shop an order. */
final class Events
{
    private static $pushing = false;

    /** After an order was changed or deleted; $args are those of OpenCart's own routine. Without an order nothing happens. */
    public static function changed(Shop $shop, $args): void
    {
        self::quietly($shop, $args, function (Journal $journal, int $order): void {
            $journal->note($order);
        });
    }

    /** Before an order is deleted. */
    public static function removing(Shop $shop, $args): void
    {
        self::quietly($shop, $args, function (Journal $journal, int $order): void {
            $journal->keep($order);
        });
    }

    private static function quietly(Shop $shop, $args, callable $f): void
    {
        $order = isset($args[0]) && is_scalar($args[0]) ? (int)$args[0] : 0;
        if ($order <= 0) {
            return;
        }
        try {
            // Noted also while the module is off: 4.1 leaves an order's time alone when its status changes, so nothing would tell of it later.
            $f(new Journal($shop), $order);
            if ($shop->config('module_lad_status')) {
                self::pushLater($shop);
            }
        } catch (\Throwable $e) {
            self::log($e);
        }
    }

    /** Pushes once, after the buyer has got the page. */
    private static function pushLater(Shop $shop): void
    {
        if (self::$pushing) {
            return;
        }
        self::$pushing = true;
        register_shutdown_function(function () use ($shop): void {
            if (function_exists('fastcgi_finish_request')) {
                fastcgi_finish_request();
            }
            try {
                (new Pushes($shop, [Pushes::class, 'curl']))->deliver(time());
            } catch (\Throwable $e) {
                self::log($e);
            }
        });
    }

    private static function log(\Throwable $e): void
    {
        error_log('Lad module: ' . get_class($e) . ' at ' . basename($e->getFile()) . ':' . $e->getLine());
    }
}
