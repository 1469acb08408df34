<?php
namespace Lad;

/** Answers Lad's calls. */
final class Server
{
    const PROTOCOL = 1;
    const MODULE = '1.0.0';
    const MAX_BODY = 1048576;
    const MAX_ORDERS = 100;
    const MAX_PRODUCTS = 100;
    const MAX_ITEMS = 200;
    /** Seconds that a nonce is remembered: twice the window of a call's time. */
    const REMEMBER = 600;

    /** Calls that change something, with the setting that allows them; empty = always allowed. */
    const WRITES = [
        'stock' => 'module_lad_stock', 'price' => 'module_lad_price', 'status' => 'module_lad_order', 'tracking' => 'module_lad_order',
        'subscribe' => '', 'unsubscribe' => '',
    ];
    /** Names of the rights in "ping". */
    const RIGHTS = ['stock' => 'module_lad_stock', 'price' => 'module_lad_price', 'status' => 'module_lad_order'];

    /** @var Shop */
    private $shop;

    public function __construct(Shop $shop)
    {
        $this->shop = $shop;
    }

    /**
     * Answers a call.
     * @param string $target path and query as they were sent
     * @param array $headers the X-Lad- headers by name
     * @param int $now Unix seconds
     * @return array HTTP status and body
     */
    public function answer(string $method, string $target, array $headers, string $call, string $body, int $now): array
    {
        try {
            if ($method !== 'POST' || strlen($body) > self::MAX_BODY) {
                throw Failure::invalid('A call is a POST of at most 1 MB');
            }
            Signature::check((string)$this->shop->config('module_lad_secret'), $now, $method, $target, $headers, $body);
            $this->allow($call, $headers, $now);
            return [200, self::json(['protocol' => self::PROTOCOL, 'result' => $this->dispatch($call, Input::read($body))])];
        } catch (Failure $e) {
            return [$e->status, self::json(['protocol' => self::PROTOCOL, 'error' => ['code' => $e->name, 'message' => $e->getMessage()] + $e->more])];
        } catch (\Throwable $e) {
            // Words of the database may hold a buyer's data: they go to the shop's own log only.
            error_log('Lad module: ' . get_class($e) . ' at ' . basename($e->getFile()) . ':' . $e->getLine());
            return [500, self::json(['protocol' => self::PROTOCOL, 'error' => ['code' => 'failed', 'message' => 'The shop broke down']])];
        }
    }

    private function allow(string $call, array $headers, int $now): void
    {
        if (!$this->shop->config('module_lad_status')) {
            throw new Failure('off', 403, 'The module is switched off');
        }
        if (!isset(self::WRITES[$call])) {
            return;
        }
        if (self::WRITES[$call] !== '' && !$this->shop->config(self::WRITES[$call])) {
            throw new Failure('forbidden', 403, "The shop's owner did not allow this: " . $call);
        }
        $this->shop->run('DELETE FROM {lad_nonce} WHERE `used` < ? LIMIT 1000', [$now - self::REMEMBER]);
        if ($this->shop->run('INSERT IGNORE INTO {lad_nonce} (`nonce`, `used`) VALUES (?, ?)', [$headers['X-Lad-Nonce'], $now]) < 1) {
            throw new Failure('replay', 409, 'This call has been made before');
        }
    }

    private function dispatch(string $call, Input $in): array
    {
        switch ($call) {
            case 'ping':
                return $this->ping();
            case 'dictionary':
                return (new Dictionary($this->shop))->read();
            case 'changes':
                $journal = new Journal($this->shop);
                $journal->forget();
                return $journal->changes($in);
            case 'orders':
                return ['orders' => (new Orders($this->shop))->byId($in->ids('ids', self::MAX_ORDERS))];
            case 'offers':
                return (new Catalog($this->shop))->offers($in);
            case 'stock':
                return (new Stock($this->shop))->set($in);
            case 'price':
                return (new Price($this->shop))->set($in);
            case 'status':
                return (new Steps($this->shop))->status($in);
            case 'tracking':
                return (new Steps($this->shop))->tracking($in);
            case 'subscribe':
                return (new Pushes($this->shop, [Pushes::class, 'curl']))->subscribe($in);
            case 'unsubscribe':
                return (new Pushes($this->shop, [Pushes::class, 'curl']))->unsubscribe($in);
        }
        throw new Failure('unknown_call', 404, 'There is no such call');
    }

    private function ping(): array
    {
        $rights = [];
        foreach (self::RIGHTS as $name => $key) {
            if ($this->shop->config($key)) {
                $rights[] = $name;
            }
        }
        return [
            'shop' => Shop::plain($this->shop->config('config_name')), 'module' => self::MODULE, 'opencart' => $this->shop->version,
            'currency' => (string)$this->shop->config('config_currency'), 'rights' => $rights,
        ];
    }

    /** JSON as the protocol writes it; bytes that are no text do not spoil an answer. */
    public static function json(array $value): string
    {
        return json_encode($value, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE);
    }
}
