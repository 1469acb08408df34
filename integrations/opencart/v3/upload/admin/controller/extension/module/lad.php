<?php
require_once DIR_SYSTEM . 'library/lad/load.php';

/** The module's page in the admin of OpenCart 3. */
class ControllerExtensionModuleLad extends Controller
{
    const ROUTE = 'extension/module/lad';
    const SETTINGS = ['module_lad_status', 'module_lad_stock', 'module_lad_price', 'module_lad_order'];
    const EVENTS = [
        'catalog/model/checkout/order/addOrderHistory/after' => 'changed',
        'catalog/model/checkout/order/editOrder/after'       => 'changed',
        'catalog/model/checkout/order/deleteOrder/before'    => 'removing',
        'catalog/model/checkout/order/deleteOrder/after'     => 'changed',
    ];

    public function index()
    {
        $this->load->language(self::ROUTE);
        $this->document->setTitle($this->language->get('heading_title'));
        $allowed = $this->user->hasPermission('modify', self::ROUTE);
        if ($this->request->server['REQUEST_METHOD'] === 'POST' && $allowed) {
            $this->save(isset($this->request->post['new_secret']));
            $this->session->data['success'] = $this->language->get('text_success');
            $this->response->redirect($this->url->link(self::ROUTE, 'user_token=' . $this->session->data['user_token'], true));
        }
        $data = [
            'action'  => $this->url->link(self::ROUTE, 'user_token=' . $this->session->data['user_token'], true),
            'cancel'  => $this->url->link('marketplace/extension', 'user_token=' . $this->session->data['user_token'] . '&type=module', true),
            'address' => HTTPS_CATALOG . 'index.php?route=' . self::ROUTE,
            'secret'  => $allowed ? $this->config->get('module_lad_secret') : '',
            'success' => isset($this->session->data['success']) ? $this->session->data['success'] : '',
            'warning' => $allowed ? '' : $this->language->get('error_permission'),
        ];
        unset($this->session->data['success']);
        foreach (self::SETTINGS as $key) {
            $data['settings'][] = ['key' => $key, 'title' => $this->language->get('entry_' . substr($key, 11)), 'on' => (bool)$this->config->get($key)];
        }
        foreach (['header', 'column_left', 'footer'] as $part) {
            $data[$part] = $this->load->controller('common/' . $part);
        }
        $this->response->setOutput($this->load->view(self::ROUTE, $data));
    }

    public function install()
    {
        \Lad\Schema::install($this->shop());
        $this->load->model('setting/setting');
        $this->model_setting_setting->editSetting('module_lad', array_fill_keys(self::SETTINGS, '1') + ['module_lad_secret' => bin2hex(random_bytes(32))]);
        $this->load->model('setting/event');
        $this->model_setting_event->deleteEventByCode('lad');
        foreach (self::EVENTS as $trigger => $method) {
            $this->model_setting_event->addEvent('lad', $trigger, self::ROUTE . '/' . $method);
        }
    }

    public function uninstall()
    {
        $this->load->model('setting/event');
        $this->model_setting_event->deleteEventByCode('lad');
        $this->load->model('setting/setting');
        $this->model_setting_setting->deleteSetting('module_lad');
        \Lad\Schema::uninstall($this->shop());
    }

    private function save($newSecret)
    {
        $values = ['module_lad_secret' => $newSecret ? bin2hex(random_bytes(32)) : $this->config->get('module_lad_secret')];
        foreach (self::SETTINGS as $key) {
            $values[$key] = empty($this->request->post[$key]) ? '0' : '1';
        }
        $this->load->model('setting/setting');
        $this->model_setting_setting->editSetting('module_lad', $values);
    }

    private function shop()
    {
        $nothing = function () {
        };
        return new \Lad\Shop($this->db, DB_PREFIX, VERSION, HTTPS_CATALOG, $nothing, $nothing, $nothing);
    }
}
