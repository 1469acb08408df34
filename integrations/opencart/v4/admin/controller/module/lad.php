<?php
namespace Opencart\Admin\Controller\Extension\Lad\Module;

require_once DIR_EXTENSION . 'lad/system/library/lad/load.php';

/** The module's page in the admin of OpenCart 4. */
class Lad extends \Opencart\System\Engine\Controller
{
    const ROUTE = 'extension/lad/module/lad';
    const SETTINGS = ['module_lad_status', 'module_lad_stock', 'module_lad_price', 'module_lad_order'];
    /** By the model that does it. 4.1 deletes orders with a model of the admin, where the storefront's events do not reach. */
    const EVENTS = [
        'catalog/model/checkout/order' => ['addHistory/after' => 'changed', 'editOrder/after' => 'changed', 'deleteOrder/before' => 'removing', 'deleteOrder/after' => 'changed'],
        'admin/model/sale/order'       => ['deleteOrder/before' => 'removing', 'deleteOrder/after' => 'changed'],
    ];

    public function index(): void
    {
        $this->load->language(self::ROUTE);
        $this->document->setTitle($this->language->get('heading_title'));
        $token = 'user_token=' . $this->session->data['user_token'];
        $allowed = $this->user->hasPermission('modify', self::ROUTE);
        $data = [
            'save'    => $this->url->link(self::ROUTE . '.save', $token),
            'back'    => $this->url->link('marketplace/extension', $token . '&type=module'),
            'address' => HTTP_CATALOG . 'index.php?route=' . self::ROUTE,
            'secret'  => $allowed ? $this->config->get('module_lad_secret') : '',
        ];
        foreach (self::SETTINGS as $key) {
            $data['settings'][] = ['key' => $key, 'title' => $this->language->get('entry_' . substr($key, 11)), 'on' => (bool)$this->config->get($key)];
        }
        foreach (['header', 'column_left', 'footer'] as $part) {
            $data[$part] = $this->load->controller('common/' . $part);
        }
        $this->response->setOutput($this->load->view(self::ROUTE, $data));
    }

    public function save(): void
    {
        $this->load->language(self::ROUTE);
        $said = ['error' => $this->language->get('error_permission')];
        if ($this->user->hasPermission('modify', self::ROUTE)) {
            $values = ['module_lad_secret' => $this->config->get('module_lad_secret')];
            foreach (self::SETTINGS as $key) {
                $values[$key] = empty($this->request->post[$key]) ? '0' : '1';
            }
            $said = ['success' => $this->language->get('text_success')];
            if (!empty($this->request->post['new_secret'])) {
                $values['module_lad_secret'] = bin2hex(random_bytes(32));
                $said['redirect'] = str_replace('&amp;', '&', $this->url->link(self::ROUTE, 'user_token=' . $this->session->data['user_token'], true));
            }
            $this->load->model('setting/setting');
            $this->model_setting_setting->editSetting('module_lad', $values);
        }
        $this->response->addHeader('Content-Type: application/json');
        $this->response->setOutput(json_encode($said));
    }

    public function install(): void
    {
        \Lad\Schema::install($this->shop());
        $this->load->model('setting/setting');
        $this->model_setting_setting->editSetting('module_lad', array_fill_keys(self::SETTINGS, '1') + ['module_lad_secret' => bin2hex(random_bytes(32))]);
        $this->load->model('setting/event');
        $this->model_setting_event->deleteEventByCode('lad');
        $dot = version_compare(VERSION, '4.1', '<') ? '/' : '.'; // 4.1 names a model's methods as a controller's
        foreach (self::EVENTS as $model => $events) {
            foreach ($events as $trigger => $method) {
                $this->model_setting_event->addEvent([
                    'code' => 'lad', 'description' => 'Tells Lad about orders', 'trigger' => $model . $dot . $trigger, 'action' => self::ROUTE . '.' . $method, 'status' => true, 'sort_order' => 0,
                ]);
            }
        }
    }

    public function uninstall(): void
    {
        $this->load->model('setting/event');
        $this->model_setting_event->deleteEventByCode('lad');
        $this->load->model('setting/setting');
        $this->model_setting_setting->deleteSetting('module_lad');
        \Lad\Schema::uninstall($this->shop());
    }

    /** After an order was deleted in the admin. Called by its address it has no order and does nothing. */
    public function changed(string &$route = '', array &$args = [], &$output = null): void
    {
        \Lad\Events::changed($this->shop(), $args);
    }

    /** Before an order is deleted in the admin. */
    public function removing(string &$route = '', array &$args = []): void
    {
        \Lad\Events::removing($this->shop(), $args);
    }

    private function shop(): \Lad\Shop
    {
        $nothing = function (): void {
        };
        return new \Lad\Shop($this->db, DB_PREFIX, VERSION, HTTP_CATALOG, function (string $key) {
            return $this->config->get($key);
        }, $nothing, $nothing);
    }
}
