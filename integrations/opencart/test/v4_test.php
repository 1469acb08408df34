<?php
namespace Opencart\System\Engine {
    /** Stands in for OpenCart 4's base class: whatever a controller asks of the registry is there. */
    class Controller
    {
        /** @var array */
        public $registry;

        public function __construct(array $registry)
        {
            $this->registry = $registry;
        }

        public function __get(string $name)
        {
            return $this->registry[$name];
        }
    }
}

namespace Lad\Test {

    /** Takes every call and remembers it. */
    final class Recorder
    {
        /** @var array */
        public $calls = [];

        public function __call(string $name, array $args)
        {
            $this->calls[] = [$name, $args];
        }
    }

    /** Loads a controller of the module for OpenCart 4 as OpenCart would: beside the library, in the folder of extensions. */
    function v4(string $file): void
    {
        if (!defined('DIR_EXTENSION')) {
            $folder = sys_get_temp_dir() . '/lad-opencart-' . getmypid() . '/';
            mkdir($folder . 'lad/system/library', 0700, true);
            symlink(realpath(__DIR__ . '/../library/lad'), $folder . 'lad/system/library/lad');
            define('DIR_EXTENSION', $folder);
            define('DB_PREFIX', 'oc_');
            define('VERSION', '4.1.0.3');
            define('HTTP_CATALOG', 'https://shop.example/');
            register_shutdown_function(function () use ($folder): void {
                unlink($folder . 'lad/system/library/lad');
                foreach (['lad/system/library', 'lad/system', 'lad', ''] as $part) {
                    rmdir($folder . $part);
                }
            });
        }
        require_once __DIR__ . '/../v4/' . $file;
    }

    test('4.1 deletes orders in its admin, past the storefront', function (): void {
        v4('admin/controller/module/lad.php');
        list($order, $parts) = rows();
        $db = new FakeDb(['FROM `oc_order` o' => [$order], 'FROM `oc_order_product`' => [$parts['lines'][0] + ['order_id' => '42']]]);
        $events = new Recorder();
        $admin = new \Opencart\Admin\Controller\Extension\Lad\Module\Lad(['db' => $db, 'load' => new Recorder(), 'model_setting_setting' => new Recorder(), 'model_setting_event' => $events,
            'config' => new class {
                public function get(string $key)
                {
                    return $key === 'config_complete_status' || $key === 'config_processing_status' ? [] : '1';
                }
            }]);
        $admin->install();
        $actions = [];
        foreach ($events->calls as $call) {
            if ($call[0] === 'addEvent') {
                $actions[$call[1][0]['trigger']] = $call[1][0]['action'];
            }
        }
        foreach (['admin/model/sale/order.deleteOrder/before' => 'removing', 'admin/model/sale/order.deleteOrder/after' => 'changed'] as $trigger => $method) {
            same('extension/lad/module/lad.' . $method, $actions[$trigger] ?? '', $trigger);
            $route = 'sale/order.deleteOrder';
            $args = [42];
            $admin->$method($route, $args);
        }
        same([1, 1], [count($db->with('REPLACE INTO `oc_lad_gone`')), count($db->with('INSERT INTO `oc_lad_change`'))], 'kept, then noted');
    });
}
