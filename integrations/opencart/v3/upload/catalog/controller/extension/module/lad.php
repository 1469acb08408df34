<?php
require_once DIR_SYSTEM . 'library/lad/load.php';

/** The shop's side of the module in OpenCart 3: Lad's calls, and the events that fill the journal. */
class ControllerExtensionModuleLad extends Controller
{
    public function index()
    {
        ob_start();
        // A warning of another module must neither end the call, as OpenCart's own handler may, nor show its words to anybody.
        set_error_handler(function ($level, $message, $file, $line) {
            error_log('Lad module: warning at ' . basename($file) . ':' . $line);
            return true;
        });
        $call = isset($_GET['call']) && is_string($_GET['call']) ? $_GET['call'] : '';
        $body = (string)file_get_contents('php://input', false, null, 0, \Lad\Server::MAX_BODY + 1);
        // Straight from PHP: OpenCart's own request escapes for HTML, and the signature is over what was sent.
        list($status, $answer) = (new \Lad\Server($this->shop()))->answer($_SERVER['REQUEST_METHOD'], $_SERVER['REQUEST_URI'], [
            'X-Lad-Time'      => isset($_SERVER['HTTP_X_LAD_TIME']) ? $_SERVER['HTTP_X_LAD_TIME'] : '',
            'X-Lad-Nonce'     => isset($_SERVER['HTTP_X_LAD_NONCE']) ? $_SERVER['HTTP_X_LAD_NONCE'] : '',
            'X-Lad-Signature' => isset($_SERVER['HTTP_X_LAD_SIGNATURE']) ? $_SERVER['HTTP_X_LAD_SIGNATURE'] : '',
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
    public function changed(&$route = '', &$args = [], &$output = null)
    {
        \Lad\Events::changed($this->shop(), $args);
    }

    /** Before an order is deleted. */
    public function removing(&$route = '', &$args = [], &$output = null)
    {
        \Lad\Events::removing($this->shop(), $args);
    }

    private function shop()
    {
        return new \Lad\Shop($this->db, DB_PREFIX, VERSION, HTTPS_SERVER, function ($key) {
            return $this->config->get($key);
        }, function ($order, $status, $comment, $notify) {
            $this->load->model('checkout/order');
            $this->model_checkout_order->addOrderHistory($order, $status, $comment, $notify, true);
        }, function () {
            $this->cache->delete('product');
        });
    }
}
