package connectorphp_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lad-hub/lad/internal/api/connectorphp"
	"github.com/lad-hub/lad/internal/app/apptest"
	"github.com/lad-hub/lad/internal/platform/db"
)

// unlike says where an answer differs from an example in keys or JSON types: whole numbers, other numbers, texts, truth values
// are told apart. "*" stands for any key, an example's first element for all of a list, which must not be empty then. A whole
// number does where the example has a broken one.
func unlike(path string, want, got any) []string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s: %T for an object", path, got)}
		}
		return unlikeObject(path, w, g)
	case []any:
		g, ok := got.([]any)
		if !ok || len(w) > 0 && len(g) == 0 {
			return []string{fmt.Sprintf("%s: %v for a list", path, got)}
		}
		var out []string
		for i, e := range g {
			if len(w) == 0 {
				return []string{path + ": not empty"}
			}
			out = append(out, unlike(fmt.Sprint(path, "[", i, "]"), w[0], e)...)
		}
		return out
	case json.Number:
		g, ok := got.(json.Number)
		if !ok || !strings.ContainsAny(w.String(), ".") && strings.ContainsAny(g.String(), ".eE") || strings.ContainsAny(g.String(), "eE") {
			return []string{fmt.Sprintf("%s: %T %v for the number %s", path, got, got, w)}
		}
	default:
		if fmt.Sprintf("%T", want) != fmt.Sprintf("%T", got) {
			return []string{fmt.Sprintf("%s: %T %v for %T", path, got, got, want)}
		}
	}
	return nil
}

func unlikeObject(path string, want, got map[string]any) (out []string) {
	if any, ok := want["*"]; ok {
		if len(got) == 0 {
			return []string{path + ": empty"}
		}
		for _, key := range slices.Sorted(maps.Keys(got)) {
			out = append(out, unlike(path+"."+key, any, got[key])...)
		}
		return out
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		v, ok := got[key]
		if !ok {
			out = append(out, path+": no "+key)
			continue
		}
		out = append(out, unlike(path+"."+key, want[key], v)...)
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[key]; !ok {
			out = append(out, path+": unexpected "+key)
		}
	}
	return out
}

func example(t testing.TB, text string) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// The shapes that several methods share.
const (
	sampleOrder = `{"order_id":90112,"shop_order_id":0,"external_order_id":"K-5531","order_source":"shop","order_source_id":4,
	"order_source_info":"-","order_status_id":7,"confirmed":true,"date_confirmed":1767001200,"date_add":1767001100,
	"date_in_status":1767001200,"user_login":"","phone":"+48500100200","email":"ola@example.org","user_comments":"",
	"admin_comments":"","currency":"PLN","payment_method":"BLIK","payment_method_cod":"0","payment_done":58.9,
	"delivery_method_id":31,"delivery_method":"Locker","delivery_price":9.9,"delivery_package_module":"",
	"delivery_package_nr":"","delivery_fullname":"Ola Nowa","delivery_company":"","delivery_address":"Polna 3/4",
	"delivery_city":"Gdynia","delivery_state":"","delivery_postcode":"81-001","delivery_country_code":"PL",
	"delivery_point_id":"GDY07","delivery_point_name":"GDY07","delivery_point_address":"","delivery_point_postcode":"",
	"delivery_point_city":"","invoice_fullname":"","invoice_company":"","invoice_nip":"","invoice_address":"",
	"invoice_city":"","invoice_state":"","invoice_postcode":"","invoice_country_code":"","want_invoice":"0",
	"extra_field_1":"","extra_field_2":"","order_page":"","pick_state":0,"pack_state":0,"pick_status":0,"pack_status":0,"star":0,"delivery_country":"Polska",
	"invoice_country":"","products":[{"storage":"db","storage_id":12,"order_product_id":501,"product_id":"3301",
	"variant_id":"0","name":"Mug","attributes":"","sku":"MUG-1","ean":"","location":"","warehouse_id":206,"auction_id":"0",
	"price_brutto":49.5,"tax_rate":23.5,"quantity":1,"weight":0.4,"bundle_id":0}]}`
	sampleParcel = `{"package_id":1,"order_id":1,"courier_package_nr":"","courier_inner_number":"","courier_code":"","courier_other_name":"","account_id":1,
	"tracking_status_date":1,"tracking_delivery_days":1,"tracking_status":1,"package_type":0,"tracking_url":"","is_return":true}`
	sampleProduct = `{"is_bundle":false,"ean":"","ean_additional":[],"sku":"","tags":[""],"asin":"","tax_rate":23.5,"weight":0.5,"height":1.5,"width":1.5,"length":1.5,"star":5,
	"category_id":1,"manufacturer_id":1,"average_cost":1.5,"average_landed_cost":1.5,"prices":{"*":1.5},"stock":{"*":1},"locations":{"*":""},
	"text_fields":{"name":"","description":"","features":{"*":""},"name|de":""},"images":{"*":""},"links":{"*":{"product_id":1,"variant_id":0}},"parent_id":0,
	"variants":{"*":{"name":"","sku":"","ean":"","prices":{"*":1.5},"stock":{"*":1},"locations":{}}},"bundle_products":{}}`
	sampleOldProduct = `{"product_id":"","ean":"","sku":"","name":"","quantity":1,"price_netto":1.5,"price_brutto":1.5,"price_wholesale_netto":1.5,"tax_rate":1.5,"weight":1.5,
	"description":"","description_extra1":"","description_extra2":"","description_extra3":"","description_extra4":"","man_name":"","man_image":"","category_id":1,"images":[""],"features":[["",""]],
	"variants":[{"variant_id":"","name":"","price":1.5,"quantity":1,"sku":"","ean":""}]}`
)

// shapes are a request and the shape of its answer for every method, in an order in which each finds what it needs. "$name" is
// a number that an answer before it brought under that name.
var shapes = []struct{ method, parameters, answer string }{
	{"getOrderStatusList", `{}`, `{"statuses":[{"id":1,"name":"","name_for_customer":"","color":"","group_id":0}]}`},
	{"addOrderStatusGroup", `{"name":"Magazyn"}`, `{"group_id":1}`},
	{"addOrderStatus", `{"name":"Pakowane","short_name":"Pak","name_for_customer":"{\"pl\":\"Pakujemy\"}","color":"#112233","type":2,"group_id":"$group_id","comments":"x"}`, `{"status_id":1}`},
	{"getOrderStatusGroups", `{}`, `{"groups":[{"id":1,"group_id":1,"name":""}],"status_groups":[{"id":1,"group_id":1,"name":""}]}`},
	{"getInventories", `{}`, `{"inventories":[{"inventory_id":1,"name":"","description":"","languages":[""],"default_language":"","price_groups":[1],"default_price_group":1,
		"warehouses":[""],"default_warehouse":"","reservations":true,"is_default":true}]}`},
	{"addInventory", `{"name":"Drugi","description":"d","languages":["pl","de"],"default_language":"pl","price_groups":[1],"default_price_group":1,"warehouses":["bl_1"],"default_warehouse":"bl_1","reservations":false}`, `{"inventory_id":1}`},
	{"deleteInventory", `{"inventory_id":"$inventory_id"}`, `{}`},
	{"addInventoryPriceGroup", `{"name":"B2B","description":"hurt","currency":"EUR"}`, `{"price_group_id":1}`},
	{"getInventoryPriceGroups", `{}`, `{"price_groups":[{"price_group_id":1,"name":"","description":"","currency":"","is_default":true}]}`},
	{"addInventoryWarehouse", `{"name":"Drugi","description":"M2","stock_edition":true}`, `{"warehouse_id":1}`},
	{"getInventoryWarehouses", `{}`, `{"warehouses":[{"warehouse_type":"","warehouse_id":1,"name":"","description":"","stock_edition":true,"is_default":true}]}`},
	{"addInventoryCategory", `{"inventory_id":1,"name":"Kubki","parent_id":0}`, `{"category_id":1}`},
	{"getInventoryCategories", `{"inventory_id":"1"}`, `{"categories":[{"category_id":1,"name":"","parent_id":0}]}`},
	{"addInventoryManufacturer", `{"manufacturer_name":"Acme","manufacturer_url":"https://acme.example"}`, `{"manufacturer_id":1}`},
	{"getInventoryManufacturers", `{"page":1}`, `{"manufacturers":[{"manufacturer_id":1,"name":""}]}`},
	{"addInventoryTag", `{"name":"hit"}`, `{"tag_id":1}`},
	{"getInventoryTags", `{}`, `{"tags":[{"tag_id":1,"name":""}]}`},
	{"getInventoryExtraFields", `{}`, `{"extra_fields":[]}`},
	{"getInventoryIntegrations", `{"inventory_id":1}`, `{"integrations":{}}`},
	{"getInventoryAvailableTextFieldKeys", `{"inventory_id":1}`, `{"text_field_keys":{"*":""}}`},
	{"addInventoryProduct", `{"inventory_id":"1","product_id":null,"is_bundle":false,"ean":"5901234123457","sku":"MUG-1","tags":["hit"],"tax_rate":23,"weight":0.35,"height":9.5,"width":8,"length":8,
		"average_cost":12.5,"star":5,"manufacturer_id":"$manufacturer_id","category_id":"$category_id","prices":{"1":49.99,"$price_group_id":11.5},"stock":{"bl_$warehouse":10},
		"locations":{"bl_$warehouse":"A-1;A-2"},"text_fields":{"name":"Mug","description":"<b>x</b>","features":{"Colour":"blue"},"name|de":"Tasse"},
		"images":{"0":"url:https://img.example/1.jpg","1":"data:AAAA"},"links":{"shop_23":{"product_id":8,"variant_id":0}},"bundle_products":[]}`, `{"product_id":1,"warnings":{"*":""}}`},
	{"addProductVariant", `{"storage_id":"bl_1","product_id":"$product_id","name":"Mug XL","sku":"MUG-XL","ean":"5901234123464","quantity":3,"price_brutto":59}`, `{"storage_id":"","variant_id":"","product_id":"","warnings":{}}`},
	{"getInventoryProductsList", `{"inventory_id":1,"page":1,"filter_sku":"mug-1"}`, `{"products":{"*":{"id":1,"ean":"","sku":"","name":"","prices":{"*":1.5},"stock":{"*":1}}}}`},
	{"getInventoryProductsData", `{"inventory_id":1,"products":["$product_id"]}`, `{"products":{"*":` + sampleProduct + `}}`},
	{"getInventoryProductsStock", `{"inventory_id":1}`, `{"products":{"*":{"product_id":1,"stock":{"*":1},"reservations":{"*":0},"variants":{"*":{"*":1}}}}}`},
	{"getInventoryProductsPrices", `{"inventory_id":1}`, `{"products":{"*":{"product_id":1,"prices":{"*":1.5},"variants":{"*":{"*":1.5}}}}}`},
	{"updateInventoryProductsStock", `{"inventory_id":1,"products":{"$product_id":{"bl_$warehouse":20},"999999":{"bl_$warehouse":1}}}`, `{"counter":1,"warnings":{"*":""}}`},
	{"updateInventoryProductsPrices", `{"inventory_id":1,"products":{"$product_id":{"1":39.9},"999999":{"1":1}}}`, `{"counter":1,"warnings":{"*":""}}`},
	{"getInventoryProductLogs", `{"product_id":"$product_id","sort":"ASC"}`, `{"logs":[{"profile":"","date":1,"entries":[{"type":1,"from":"","to":"","info":""}]}]}`},
	{"runProductMacroTrigger", `{"product_id":1,"trigger_id":1}`, `ERROR_NOT_AVAILABLE`},
	{"addOrder", `$mug`, `{"order_id":1}`},
	{"getOrders", `{"order_id":"$order_id","get_unconfirmed_orders":null}`, `{"orders":[` + sampleOrder + `]}`},
	{"getOrderSources", `{}`, `{"sources":{"*":{"*":""}}}`},
	{"getOrderExtraFields", `{}`, `{"extra_fields":[{"extra_field_id":1,"name":"","editor_type":""}]}`},
	{"setOrderFields", `{"order_id":"$order_id","admin_comments":"seen","delivery_city":"Gdańsk","pick_state":1,"star":4}`, `{}`},
	{"setOrderPayment", `{"order_id":"$order_id","payment_done":10,"payment_date":1767001300,"payment_comment":"part","external_payment_id":"P-1"}`, `{}`},
	{"getOrderPaymentsHistory", `{"order_id":"$order_id"}`, `{"payments":[{"paid_before":1.5,"paid_after":1.5,"total_price":1.5,"currency":"","external_payment_id":"","date":1,"comment":""}]}`},
	{"addOrderProduct", `{"order_id":"$order_id","storage":"db","product_id":"$product_id","name":"Mug","sku":"MUG-1","price_brutto":49,"tax_rate":23,"quantity":1,"auction_id":"0"}`, `{"order_product_id":1}`},
	{"setOrderProductFields", `{"order_id":"$order_id","order_product_id":"$order_product_id","quantity":2,"attributes":"red"}`, `{}`},
	{"addOrderBySplit", `{"order_id":"$order_id","items_to_split":[{"order_product_id":"$order_product_id","quantity":1}]}`, `{"order_id":1}`},
	{"setOrdersMerge", `{"main_order_id":"$first_order","order_ids_to_merge":["$order_id"],"merge_mode":"into_main_order","sum_delivery_costs":false}`, `{"order_id":1}`},
	{"deleteOrderProduct", `{"order_id":"$first_order","order_product_id":"$order_product_id"}`, `{}`},
	{"getOrdersByEmail", `{"email":"ola@example.org"}`, `{"orders":[{"order_id":1,"order_status_id":1,"date_in_status":1,"date_add":1}]}`},
	{"getOrdersByPhone", `{"phone":"+48 500 100 200"}`, `{"orders":[{"order_id":1,"order_status_id":1,"date_in_status":1,"date_add":1,"delivery_fullname":"","delivery_company":""}]}`},
	{"getOrderTransactionData", `{"order_id":"$first_order"}`, `{"currency":"","marketplace_transaction_id":"","account_id":0,"transaction_date":1,"ship_date_from":0,"ship_date_to":0,
		"delivery_date_from":0,"delivery_date_to":0,"fulfillment_shipments":[],"order_items":[{"order_product_id":1,"product_sku":"","product_name":"","quantity":1.5,"price_brutto":1.5,"tax_rate":1.5}]}`},
	{"getOrderTransactionDetails", `{"order_id":"$first_order"}`, `{"currency":"","amazon_order_id":"","amazon_transaction_date":1,"amazon_ship_date_from":0,"amazon_ship_date_to":0,
		"amazon_delivery_date_from":0,"amazon_delivery_date_to":0,"amazon_fulfillment_shipments":[],"amazon_order_items":[{"order_product_id":1,"product_sku":"","product_name":"","quantity":1.5,"price_brutto":1.5,"tax_rate":1.5}]}`},
	{"addOrderDuplicate", `{"order_id":"$first_order"}`, `{"order_id":1}`},
	{"deleteOrders", `{"order_ids":["$order_id"]}`, `{}`},
	{"setOrderStatus", `{"order_id":"$first_order","status_id":"$status_id"}`, `{}`},
	{"setOrderStatuses", `{"order_ids":["$first_order"],"status_id":3}`, `{}`},
	{"getOrderPickPackHistory", `{"order_id":"$first_order"}`, `{"history":[{"profile":"","station_id":0,"cart_id":0,"action_type":2,"entry_date":1}]}`},
	{"runOrderMacroTrigger", `{"order_id":1,"trigger_id":1}`, `ERROR_NOT_AVAILABLE`},
	{"deleteOrderStatus", `{"status_id":"$status_id","target_status_id":2}`, `{}`},
	{"deleteOrderStatusGroup", `{"group_id":"$group_id"}`, `{}`},
	{"getCouriersList", `{}`, `{"couriers":[{"code":"","name":""}]}`},
	{"getCourierAccounts", `{"courier_code":"nova_poshta"}`, `{"accounts":[]}`},
	{"getCourierFields", `{"courier_code":"nova_poshta"}`, `{"multi_packages":0,"fields":[],"package_fields":[]}`},
	{"getCourierServices", `{"courier_code":"x","order_id":1}`, `ERROR_NOT_AVAILABLE`},
	{"createPackage", `{"order_id":1,"courier_code":"x"}`, `ERROR_NOT_AVAILABLE`},
	{"createPackageManual", `{"order_id":"$first_order","courier_code":"nova_poshta","package_number":"20450000000001","pickup_date":1767001300}`, `{"package_id":1,"package_number":""}`},
	{"getOrderPackages", `{"order_id":"$first_order"}`, `{"packages":[` + sampleParcel + `]}`},
	{"getPackageDetails", `{"package_id":"$package_id"}`, sampleParcel[:len(sampleParcel)-1] + `,"package_details":[` + sampleParcel + `],"subpackages":[]}`},
	{"getCourierPackagesStatusHistory", `{"package_ids":["$package_id"]}`, `{"packages_history":{"*":[{"tracking_status_date":1,"courier_status_code":"","tracking_status":1}]}}`},
	{"getLabel", `{"courier_code":"x","package_id":1}`, `ERROR_NOT_AVAILABLE`},
	{"getProtocol", `{"courier_code":"x"}`, `ERROR_NOT_AVAILABLE`},
	{"getCourierDocument", `{"courier_code":"x"}`, `ERROR_NOT_AVAILABLE`},
	{"deleteCourierPackage", `{"courier_code":"nova_poshta","package_number":"20450000000001"}`, `{}`},
	{"getRequestParcelPickupFields", `{"courier_code":"x"}`, `{"fields":[]}`},
	{"runRequestParcelPickup", `{"courier_code":"x"}`, `ERROR_NOT_AVAILABLE`},
	{"getExternalStoragesList", `{}`, `{"storages":[{"storage_id":"","name":"","methods":[""]}]}`},
	{"getExternalStorageCategories", `{"storage_id":"shop_$channel"}`, `{"storage_id":"","categories":[]}`},
	{"getExternalStorageProductsList", `{"storage_id":"shop_$channel","page":1}`, `{"storage_id":"","products":[{"product_id":"","ean":"","sku":"","name":"","quantity":1,"price_brutto":1.5}]}`},
	{"getExternalStorageProductsData", `{"storage_id":"shop_$channel","products":["1-1"]}`, `{"storage_id":"","products":[{"product_id":"","ean":"","sku":"","name":"","quantity":1,"price_netto":1.5,
		"price_brutto":1.5,"price_wholesale_netto":1.5,"tax_rate":1.5,"weight":1.5,"description":"","description_extra1":"","description_extra2":"","man_name":"","man_image":"","category_id":0,
		"images":[],"features":{},"variants":[]}]}`},
	{"getExternalStorageProductsQuantity", `{"storage_id":"shop_$channel"}`, `{"storage_id":"","products":[{"product_id":"","quantity":1,"variants":[]}]}`},
	{"getExternalStorageProductsPrices", `{"storage_id":"shop_$channel"}`, `{"storage_id":"","products":[{"product_id":"","price":1.5,"variants":[]}]}`},
	{"updateExternalStorageProductsQuantity", `{"storage_id":"shop_$channel","products":[[1,0,5]]}`, `ERROR_NOT_AVAILABLE`},
	{"getStoragesList", `{}`, `{"storages":[{"storage_id":"","name":"","methods":[""]}]}`},
	{"addCategory", `{"storage_id":"bl_1","name":"Talerze","parent_id":0}`, `{"storage_id":"","category_id":1}`},
	{"getCategories", `{"storage_id":"bl_1"}`, `{"storage_id":"","categories":[{"category_id":1,"name":"","parent_id":0}]}`},
	{"deleteCategory", `{"storage_id":"bl_1","category_id":"$category_id"}`, `{"storage_id":""}`},
	{"addProduct", `{"storage_id":"bl_1","ean":"","sku":"PLATE","name":"Plate","quantity":5,"price_brutto":12.3,"price_wholesale_netto":0,"tax_rate":23,"weight":0.2,"description":"d","description_extra1":"e",
		"man_name":"Acme","category_id":0,"images":["https://img.example/p.jpg"],"features":[["Colour","white"]]}`, `{"storage_id":"","product_id":"","warnings":{}}`},
	{"getProductsList", `{"storage_id":"bl_1","page":1}`, `{"storage_id":"","products":[{"product_id":"","ean":"","sku":"","name":"","quantity":1,"price_brutto":1.5}]}`},
	{"getProductsData", `{"storage_id":"bl_1","products":["$first_product"]}`, `{"storage_id":"","products":{"*":` + sampleOldProduct + `}}`},
	{"getProductsQuantity", `{"storage_id":"bl_1","filter_id":"$first_product"}`, `{"storage_id":"","products":[{"product_id":"","quantity":1,"variants":[{"variant_id":"","quantity":1}]}]}`},
	{"getProductsPrices", `{"storage_id":"bl_1","filter_id":"$first_product"}`, `{"storage_id":"","products":[{"product_id":"","price":1.5,"variants":[{"variant_id":"","price":1.5}]}]}`},
	{"updateProductsQuantity", `{"storage_id":"bl_1","products":[["$product_id",0,8]]}`, `{"storage_id":"","counter":1,"warnings":{}}`},
	{"updateProductsPrices", `{"storage_id":"bl_1","products":[["$product_id",0,9.5]]}`, `{"storage_id":"","counter":1,"warnings":{}}`},
	{"deleteProduct", `{"storage_id":"bl_1","product_id":"$product_id"}`, `{"storage_id":""}`},
	{"deleteProductVariant", `{"storage_id":"bl_1","product_id":"$first_product","variant_id":"$variant_id"}`, `{"storage_id":""}`},
	{"deleteInventoryTag", `{"tag_id":"$tag_id"}`, `{}`},
	{"deleteInventoryManufacturer", `{"manufacturer_id":"$manufacturer_id"}`, `{}`},
	{"deleteInventoryPriceGroup", `{"price_group_id":"$price_group_id"}`, `{}`},
	{"deleteInventoryCategory", `{"category_id":"$first_category"}`, `ERROR_CATEGORY_ID`},
	{"deleteInventoryWarehouse", `{"warehouse_id":1}`, `ERROR_NOT_AVAILABLE`},
	{"deleteInventoryProduct", `{"product_id":"$first_product"}`, `ERROR_CONFLICT`},
	{"addInvoice", `{"order_id":1,"series_id":1,"vat_rate":"DEFAULT"}`, `ERROR_NOT_AVAILABLE`},
	{"addInvoiceCorrection", `{"original_invoice_id":1}`, `ERROR_NOT_AVAILABLE`},
	{"getInvoices", `{"order_id":1}`, `{"invoices":[]}`},
	{"getSeries", `{}`, `{"series":[]}`},
	{"addOrderInvoiceFile", `{"invoice_id":1}`, `ERROR_NOT_AVAILABLE`},
	{"getInvoiceFile", `{"invoice_id":1}`, `ERROR_NOT_FOUND`},
	{"getNewReceipts", `{"id_from":0}`, `{"orders":[]}`},
	{"getReceipt", `{"receipt_id":1}`, `ERROR_NOT_FOUND`},
	{"getReceipts", `{}`, `{"receipts":[]}`},
	{"addReceipt", `{"order_id":1}`, `ERROR_NOT_AVAILABLE`},
	{"setOrderReceipt", `{"receipt_id":1}`, `ERROR_NOT_AVAILABLE`},
	{"addOrderReceiptFile", `{"receipt_id":1}`, `ERROR_NOT_AVAILABLE`},
	{"addOrderReturnStatusGroup", `{"name":"Zwroty"}`, `{"group_id":1}`},
	{"getOrderReturnStatusGroups", `{}`, `{"groups":[{"id":1,"group_id":1,"name":""}]}`},
	{"addOrderReturnStatus", `{"name":"Do sprawdzenia","color":"#445566"}`, `{"status_id":1}`},
	{"getOrderReturnStatusList", `{}`, `{"statuses":[{"id":1,"name":"","name_for_customer":"","color":""}]}`},
	{"getOrderReturnProductStatuses", `{}`, `{"order_return_product_statuses":[{"status_id":1,"name":""}]}`},
	{"getOrderReturnReasonsList", `{}`, `{"return_reasons":[{"return_reason_id":1,"name":""}]}`},
	{"addOrderReturn", `{"order_id":"$first_order","status_id":"$status_id","custom_source_id":null,"reference_number":"R-1","date_add":1767001400,"currency":"UAH","refunded":"0","email":"ola@example.org",
		"delivery_fullname":"Ola Nowa","delivery_price":9.9,"custom_extra_fields":{"7":"x"},"refund_iban":"PL00","products":[{"storage":"db","storage_id":0,"product_id":"5","name":"Mug","sku":"MUG-1",
		"price_brutto":49,"tax_rate":23,"quantity":1,"weight":0.4,"status_id":1,"return_reason_id":2}]}`, `{"return_id":1}`},
	{"setOrderReturnFields", `{"return_id":"$return_id","admin_comments":"seen"}`, `{}`},
	{"setOrderReturnRefund", `{"return_id":"$return_id","order_refund_done":"10.50","refund_date":1767001500,"external_refund_id":"RF-1"}`, `{}`},
	{"getOrderReturns", `{"return_id":"$return_id","include_custom_extra_fields":true}`, `{"returns":[{"return_id":1,"order_id":1,"shop_order_id":0,"external_order_id":"","reference_number":"",
		"order_return_source":"","order_return_source_id":0,"status_id":1,"date_add":1,"date_in_status":1,"user_login":"","currency":"","refunded":"1","refund_done":1.5,"email":"","phone":"",
		"delivery_price":1.5,"delivery_fullname":"","delivery_company":"","delivery_address":"","delivery_postcode":"","delivery_city":"","delivery_state":"","delivery_country":"",
		"delivery_country_code":"","extra_field_1":"","extra_field_2":"","custom_extra_fields":{"*":""},"admin_comments":"","delivery_package_module":"","delivery_package_nr":"",
		"order_return_account_number":"","order_return_iban":"","order_return_swift":"","fulfillment_status":0,"products":[{"storage":"","storage_id":0,"order_return_product_id":1,"product_id":"",
		"variant_id":"0","name":"","sku":"","ean":"","location":"","warehouse_id":0,"attributes":"","price_brutto":1.5,"tax_rate":1.5,"quantity":1.5,"weight":1.5,"bundle_id":0,"status_id":1,"return_reason_id":2}]}]}`},
	{"addOrderReturnProduct", `{"return_id":"$return_id","name":"Mug","price_brutto":49,"quantity":1}`, `{"order_return_product_id":1}`},
	{"setOrderReturnProductFields", `{"return_id":"$return_id","order_return_product_id":"$order_return_product_id","status_id":2}`, `{}`},
	{"deleteOrderReturnProduct", `{"return_id":"$return_id","order_return_product_id":"$order_return_product_id"}`, `{}`},
	{"setOrderReturnStatus", `{"return_id":"$return_id","status_id":2}`, `{}`},
	{"setOrderReturnStatuses", `{"return_ids":["$return_id"],"status_id":3}`, `{}`},
	{"getOrderReturnPaymentsHistory", `{"return_id":"$return_id"}`, `{"payments":[{"paid_before":1.5,"paid_after":1.5,"total_price":1.5,"currency":"","external_payment_id":"","date":1,"comment":""}]}`},
	{"getOrderReturnJournalList", `{"return_id":"$return_id"}`, `{"logs":[{"log_id":1,"id":1,"return_id":1,"order_return_id":1,"log_type":1,"type":1,"object_id":0,"date":1}]}`},
	{"getOrderReturnExtraFields", `{}`, `{"extra_fields":[{"extra_field_id":1,"name":"","editor_type":""}]}`},
	{"deleteOrderReturnStatus", `{"status_id":"$status_id"}`, `{}`},
	{"deleteOrderReturnStatusGroup", `{"group_id":"$group_id"}`, `{}`},
	{"runOrderReturnMacroTrigger", `{}`, `ERROR_NOT_AVAILABLE`},
}

// Every method answers in the shape of the sheet: its keys, and for each the JSON type.
func TestEveryMethodInItsShape(t *testing.T) {
	t.Parallel()
	apptest.EachEngine(t, func(t *testing.T, s *apptest.Living) {
		c := newClient(t, s)
		known := map[string]string{"warehouse": fmt.Sprint(s.Warehouse), "channel": fmt.Sprint(channelOf(t, s))}
		asked := map[string]bool{}
		for _, shape := range shapes {
			asked[shape.method] = true
			parameters := filled(t, shape.parameters, known)
			if strings.HasPrefix(shape.answer, "ERROR") {
				c.refused(shape.answer, shape.method, parameters)
				continue
			}
			r := c.ok(shape.method, parameters)
			delete(r, "status")
			for _, fault := range unlike(shape.method, example(t, shape.answer), map[string]any(r)) {
				t.Error(fault)
			}
			for name, v := range r {
				if n, err := strconv.ParseInt(fmt.Sprint(v), 10, 64); err == nil {
					known[name] = strconv.FormatInt(n, 10)
					for first, of := range map[string]string{"first_order": "order_id", "first_product": "product_id", "first_category": "category_id"} {
						if _, seen := known[first]; of == name && !seen {
							known[first] = known[name]
						}
					}
				}
			}
		}
		eventuallyLogged(t, c)
		asked["getJournalList"] = true
		for _, method := range connectorphp.Methods() {
			if !asked[method] {
				t.Errorf("%s was not asked", method)
			}
		}
	})
}

// eventuallyLogged waits until the feed, which keeps a little behind on PostgreSQL, tells of the first order.
func eventuallyLogged(t *testing.T, c *client) {
	t.Helper()
	c.shop.Time.Advance(5e9)
	r := c.ok("getJournalList", m{"last_log_id": 0, "logs_types": []int{}})
	delete(r, "status")
	want := example(t, `{"logs":[{"log_id":1,"id":1,"order_id":1,"log_type":1,"object_id":0,"date":1}]}`)
	for _, fault := range unlike("getJournalList", want, map[string]any(r)) {
		t.Error(fault)
	}
}

// filled puts known numbers into parameters.
func filled(t testing.TB, text string, known map[string]string) any {
	t.Helper()
	if text == "$mug" {
		return mug(1, "MUG-1")
	}
	for _, name := range slices.SortedFunc(maps.Keys(known), func(a, b string) int { return len(b) - len(a) }) {
		text = strings.ReplaceAll(text, "$"+name, known[name])
	}
	return example(t, text)
}

// channelOf adds a silent channel with one offer.
func channelOf(t testing.TB, s *apptest.Living) int64 {
	t.Helper()
	id, err := s.IDs.New(t.Context(), "connection")
	if err != nil {
		t.Fatal(err)
	}
	s.Write(func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `insert into connection (tenant_id, id, driver, name, state, settings, secrets, hook_secret, created_at)
			values ($1, $2, 'prom', 'Prom', 'paused', '{}', $3, 'hook', $4)`, int64(tx.Tenant), id, []byte{}, tx.NowMicros())
		if err != nil {
			return err
		}
		_, err = tx.Exec(t.Context(), `insert into listing (tenant_id, id, connection_id, external_id, sku_code, barcode, title, url, price_minor, currency, active, seen_at)
			values ($1, 1, $2, '1-1', 'MUG-1', '590', 'Mug', '', 4999, 'UAH', true, $3)`, int64(tx.Tenant), id, tx.NowMicros())
		return err
	})
	return id
}
