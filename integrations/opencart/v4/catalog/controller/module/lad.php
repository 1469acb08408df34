<?php
namespace Opencart\Catalog\Controller\Extension\Lad\Module;

require_once DIR_EXTENSION . 'lad/system/library/lad/load.php';

/** The shop's side of the module in OpenCart 4: Lad's calls, and the events that fill the journal. */
class Lad extends \Opencart\System\Engine\Controller
{
    private static $pushing = false;

    public function index(): void
    {
        ob_start();
        // A warning of another module must neither end the call, as OpenCart's own handler may, nor show its words to anybody.
        set_error_handler(function (int $level, string $message, string $file, int $line): bool {
            error_log('Lad module: warning at ' . basename($file) . ':' . $line);
            return true;
        });
        $call = isset($_GET['call']) && is_string($_GET['call']) ? $_GET['call'] : '';
        $body = (string)file_get_contents('php://input', false, null, 0, \Lad\Server::MAX_BODY + 1);
        // Straight from PHP: OpenCart's own request escapes for HTML, and the signature is over what was sent.
        list($status, $answer) = (new \Lad\Server($this->shop()))->answer($_SERVER['REQUEST_METHOD'], $_SERVER['REQUEST_URI'], [
            'X-Lad-Time'      => $_SERVER['HTTP_X_LAD_TIME'] ?? '',
            'X-Lad-Nonce'     => $_SERVER['HTTP_X_LAD_NONCE'] ?? '',
            'X-Lad-Signature' => $_SERVER['HTTP_X_LAD_SIGNATURE'] ?? '',
        ], $call, $body, time());
        restore_error_handler();
        while (ob_get_level() > 0) { // what other modules print would spoil the answer
            ob_end_clean();
        }
        http_response_code($status);
        $this->response->addHeader('Content-Type: application/json; charset=utf-8');
        $this->response->setOutput($answer);
    }

    /** After an order was changed or deleted. Called by its address it has no order and does nothing. */
    public function changed(string &$route = '', array &$args = [], &$output = null): void
    {
        $this->quietly(function (\Lad\Journal $journal, int $order): void {
            $journal->note($order);
        }, $args);
    }

    /** Before an order is deleted. */
    public function removing(string &$route = '', array &$args = []): void
    {
        $this->quietly(function (\Lad\Journal $journal, int $order): void {
            $journal->keep($order);
        }, $args);
    }

    /** A failure here must not cost the shop an order. */
    private function quietly(callable $f, array $args): void
    {
        $order = isset($args[0]) && is_scalar($args[0]) ? (int)$args[0] : 0;
        if ($order <= 0 || !$this->config->get('module_lad_status')) {
            return;
        }
        try {
            $f(new \Lad\Journal($this->shop()), $order);
            $this->pushLater();
        } catch (\Throwable $e) {
            error_log('Lad module: ' . get_class($e) . ' at ' . basename($e->getFile()) . ':' . $e->getLine());
        }
    }

    /** Pushes once, after the buyer has got the page. */
    private function pushLater(): void
    {
        if (self::$pushing) {
            return;
        }
        self::$pushing = true;
        $shop = $this->shop();
        register_shutdown_function(function () use ($shop): void {
            if (function_exists('fastcgi_finish_request')) {
                fastcgi_finish_request();
            }
            try {
                (new \Lad\Pushes($shop, [\Lad\Pushes::class, 'curl']))->deliver(time());
            } catch (\Throwable $e) {
                error_log('Lad module: ' . get_class($e) . ' at ' . basename($e->getFile()) . ':' . $e->getLine());
            }
        });
    }

    private function shop(): \Lad\Shop
    {
        return new \Lad\Shop($this->db, DB_PREFIX, VERSION, HTTP_SERVER, function (string $key) {
            return $this->config->get($key);
        }, function (int $order, int $status, string $comment, bool $notify): void {
            $this->load->model('checkout/order');
            $this->model_checkout_order->addHistory($order, $status, $comment, $notify, true);
        }, function (): void {
            $this->cache->delete('product');
        });
    }
}
