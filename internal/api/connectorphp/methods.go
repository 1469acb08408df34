package connectorphp

import (
	"maps"
	"strings"

	"github.com/lad-hub/lad/internal/platform/access"
)

// table is every method of the protocol that is answered, with the permission it takes.
func (s *Server) table() map[string]method {
	all := map[string]method{}
	for _, part := range []map[string]method{s.orderMethods(), s.orderWrites(), s.inventoryMethods(), s.productMethods(), s.courierMethods(), s.storageMethods(), s.paperMethods(), s.returnMethods()} {
		maps.Copy(all, part)
	}
	return all
}

// routed is the name under which a method is listed: clients use older names and spellings too.
func routed(name string) string {
	if rest, ok := strings.CutPrefix(name, "updateInventory"); ok && !strings.HasPrefix(rest, "Products") {
		return "addInventory" + rest
	}
	if strings.HasPrefix(strings.ToLower(name), "updateexternals") && strings.HasSuffix(name, "Quantity") {
		return "updateExternalStorageProductsQuantity"
	}
	if name == "requestParcelPickup" {
		return "runRequestParcelPickup"
	}
	return name
}

func (s *Server) orderMethods() map[string]method {
	read := access.OrdersRead
	return map[string]method{
		"getOrders":                  {read, s.getOrders},
		"getOrderStatusList":         {read, s.getOrderStatusList},
		"getOrderStatusGroups":       {read, s.getOrderStatusGroups},
		"getOrderSources":            {read, s.getOrderSources},
		"getOrderExtraFields":        {read, s.getOrderExtraFields},
		"getOrdersByEmail":           {read, s.getOrdersByEmail},
		"getOrdersByPhone":           {read, s.getOrdersByPhone},
		"getOrderTransactionData":    {read, s.getOrderTransactionData},
		"getOrderTransactionDetails": {read, s.getOrderTransactionDetails},
		"getOrderPaymentsHistory":    {read, s.getOrderPaymentsHistory},
		"getOrderPickPackHistory":    {read, s.getOrderPickPackHistory},
		"getJournalList":             {read, s.getJournalList},
	}
}

func (s *Server) orderWrites() map[string]method {
	write := access.OrdersWrite
	return map[string]method{
		"addOrder":               {write, s.addOrder},
		"addOrderStatus":         {write, s.addOrderStatus},
		"addOrderStatusGroup":    {write, s.addOrderStatusGroup},
		"deleteOrderStatus":      {write, s.deleteOrderStatus},
		"deleteOrderStatusGroup": {write, s.deleteOrderStatusGroup},
		"setOrderFields":         {write, s.setOrderFields},
		"addOrderProduct":        {write, s.addOrderProduct},
		"setOrderProductFields":  {write, s.setOrderProductFields},
		"deleteOrderProduct":     {write, s.deleteOrderProduct},
		"setOrderPayment":        {write, s.setOrderPayment},
		"setOrderStatus":         {write, s.setOrderStatus},
		"setOrderStatuses":       {write, s.setOrderStatuses},
		"deleteOrders":           {write, s.deleteOrders},
		"addOrderDuplicate":      {write, s.addOrderDuplicate},
		"addOrderBySplit":        {write, s.addOrderBySplit},
		"setOrdersMerge":         {write, s.setOrdersMerge},
		"runOrderMacroTrigger":   {write, absent("error.baselinker.no_macros")},
	}
}

func (s *Server) inventoryMethods() map[string]method {
	read, write := access.CatalogRead, access.CatalogWrite
	return map[string]method{
		"getInventories":                     {read, s.getInventories},
		"addInventory":                       {write, s.addInventory},
		"deleteInventory":                    {write, s.deleteInventory},
		"getInventoryPriceGroups":            {read, s.getInventoryPriceGroups},
		"addInventoryPriceGroup":             {write, s.addInventoryPriceGroup},
		"deleteInventoryPriceGroup":          {write, s.deleteInventoryPriceGroup},
		"getInventoryWarehouses":             {read, s.getInventoryWarehouses},
		"addInventoryWarehouse":              {access.StockWrite, s.addInventoryWarehouse},
		"deleteInventoryWarehouse":           {access.StockWrite, absent("error.baselinker.warehouse_kept")},
		"getInventoryCategories":             {read, s.getInventoryCategories},
		"addInventoryCategory":               {write, s.addInventoryCategory},
		"deleteInventoryCategory":            {write, s.deleteInventoryCategory},
		"getInventoryManufacturers":          {read, s.getInventoryManufacturers},
		"addInventoryManufacturer":           {write, s.addInventoryManufacturer},
		"deleteInventoryManufacturer":        {write, s.deleteInventoryManufacturer},
		"getInventoryTags":                   {read, s.getInventoryTags},
		"addInventoryTag":                    {write, s.addInventoryTag},
		"deleteInventoryTag":                 {write, s.deleteInventoryTag},
		"getInventoryExtraFields":            {read, none("extra_fields")},
		"getInventoryIntegrations":           {read, s.getInventoryIntegrations},
		"getInventoryAvailableTextFieldKeys": {read, s.getInventoryAvailableTextFieldKeys},
	}
}

func (s *Server) productMethods() map[string]method {
	read, write := access.CatalogRead, access.CatalogWrite
	return map[string]method{
		"addInventoryProduct":           {write, s.addInventoryProduct},
		"deleteInventoryProduct":        {write, s.deleteInventoryProduct},
		"getInventoryProductsList":      {read, s.getInventoryProductsList},
		"getInventoryProductsData":      {read, s.getInventoryProductsData},
		"getInventoryProductsStock":     {access.StockRead, s.getInventoryProductsStock},
		"getInventoryProductsPrices":    {read, s.getInventoryProductsPrices},
		"updateInventoryProductsStock":  {access.StockWrite, s.updateInventoryProductsStock},
		"updateInventoryProductsPrices": {write, s.updateInventoryProductsPrices},
		"getInventoryProductLogs":       {read, s.getInventoryProductLogs},
		"runProductMacroTrigger":        {write, absent("error.baselinker.no_macros")},
	}
}

func (s *Server) courierMethods() map[string]method {
	read, write := access.OrdersRead, access.OrdersWrite
	noAccounts := absent("error.baselinker.no_courier")
	return map[string]method{
		"getCouriersList":                 {read, s.getCouriersList},
		"getCourierAccounts":              {read, s.getCourierAccounts},
		"getCourierFields":                {read, s.getCourierFields},
		"getCourierServices":              {read, noAccounts},
		"createPackage":                   {write, noAccounts},
		"createPackageManual":             {write, s.createPackageManual},
		"getLabel":                        {read, noAccounts},
		"getProtocol":                     {read, noAccounts},
		"getCourierDocument":              {read, noAccounts},
		"getOrderPackages":                {read, s.getOrderPackages},
		"getPackageDetails":               {read, s.getPackageDetails},
		"getCourierPackagesStatusHistory": {read, s.getCourierPackagesStatusHistory},
		"deleteCourierPackage":            {write, s.deleteCourierPackage},
		"getRequestParcelPickupFields":    {read, none("fields", "courier_code")},
		"runRequestParcelPickup":          {write, noAccounts},
	}
}

func (s *Server) storageMethods() map[string]method {
	read, write := access.CatalogRead, access.CatalogWrite
	channels := access.ConnectionsRead
	return map[string]method{
		"getExternalStoragesList":               {channels, s.getExternalStoragesList},
		"getExternalStorageCategories":          {channels, s.getExternalStorageCategories},
		"getExternalStorageProductsList":        {channels, s.getExternalStorageProductsList},
		"getExternalStorageProductsData":        {channels, s.getExternalStorageProductsData},
		"getExternalStorageProductsQuantity":    {channels, s.getExternalStorageProductsQuantity},
		"getExternalStorageProductsPrices":      {channels, s.getExternalStorageProductsPrices},
		"updateExternalStorageProductsQuantity": {access.StockWrite, absent("error.baselinker.channel_stock")},
		"getStoragesList":                       {read, s.getStoragesList},
		"getCategories":                         {read, s.old(s.getCategories)},
		"addCategory":                           {write, s.old(s.addInventoryCategory)},
		"deleteCategory":                        {write, s.old(s.deleteInventoryCategory)},
		"getProductsList":                       {read, s.old(s.getProductsList)},
		"getProductsData":                       {read, s.old(s.getProductsData)},
		"getProductsQuantity":                   {access.StockRead, s.old(s.getProductsQuantity)},
		"getProductsPrices":                     {read, s.old(s.getProductsPrices)},
		"addProduct":                            {write, s.old(s.addProduct)},
		"addProductVariant":                     {write, s.old(s.addProductVariant)},
		"deleteProduct":                         {write, s.old(s.deleteInventoryProduct)},
		"deleteProductVariant":                  {write, s.old(s.deleteProductVariant)},
		"updateProductsQuantity":                {access.StockWrite, s.old(s.updateProductsQuantity)},
		"updateProductsPrices":                  {write, s.old(s.updateProductsPrices)},
	}
}

// paperMethods are about invoices and receipts, of which Lad has none: lists are empty, and nothing can be issued.
func (s *Server) paperMethods() map[string]method {
	read, write := access.OrdersRead, access.OrdersWrite
	noInvoices, noReceipts := absent("error.baselinker.no_invoices"), absent("error.baselinker.no_receipts")
	return map[string]method{
		"addInvoice":           {write, noInvoices},
		"addInvoiceCorrection": {write, noInvoices},
		"getInvoices":          {read, none("invoices")},
		"getSeries":            {read, none("series")},
		"addOrderInvoiceFile":  {write, noInvoices},
		"getInvoiceFile":       {read, nothingThere("invoice_id")},
		"getNewReceipts":       {read, none("orders")},
		"getReceipt":           {read, nothingThere()},
		"getReceipts":          {read, none("receipts")},
		"addReceipt":           {write, noReceipts},
		"setOrderReceipt":      {write, noReceipts},
		"addOrderReceiptFile":  {write, noReceipts},
	}
}

// returnMethods are about returns, which are notices kept for clients: they move neither goods nor money.
func (s *Server) returnMethods() map[string]method {
	read, write := access.OrdersRead, access.OrdersWrite
	return map[string]method{
		"getOrderReturns":               {read, s.getOrderReturns},
		"addOrderReturn":                {write, s.addOrderReturn},
		"setOrderReturnFields":          {write, s.setOrderReturnFields},
		"addOrderReturnProduct":         {write, s.addOrderReturnProduct},
		"setOrderReturnProductFields":   {write, s.setOrderReturnProductFields},
		"deleteOrderReturnProduct":      {write, s.deleteOrderReturnProduct},
		"setOrderReturnRefund":          {write, s.setOrderReturnRefund},
		"setOrderReturnStatus":          {write, s.setOrderReturnStatus},
		"setOrderReturnStatuses":        {write, s.setOrderReturnStatuses},
		"getOrderReturnStatusList":      {read, s.getOrderReturnStatusList},
		"getOrderReturnStatusGroups":    {read, s.getOrderReturnStatusGroups},
		"addOrderReturnStatus":          {write, s.addOrderReturnStatus},
		"deleteOrderReturnStatus":       {write, s.deleteOrderReturnStatus},
		"addOrderReturnStatusGroup":     {write, s.addOrderReturnStatusGroup},
		"deleteOrderReturnStatusGroup":  {write, s.deleteOrderReturnStatusGroup},
		"getOrderReturnProductStatuses": {read, s.words("order_return_product_statuses", "status_id", "name", "baselinker.return.new", "baselinker.return.accepted", "baselinker.return.refused")},
		"getOrderReturnReasonsList":     {read, s.words("return_reasons", "return_reason_id", "name", "orders.reason.buyer_changed_mind", "orders.reason.defect", "orders.reason.other")},
		"getOrderReturnExtraFields":     {read, s.getOrderReturnExtraFields},
		"getOrderReturnPaymentsHistory": {read, s.getOrderReturnPaymentsHistory},
		"getOrderReturnJournalList":     {read, s.getOrderReturnJournalList},
		"runOrderReturnMacroTrigger":    {write, absent("error.baselinker.no_macros")},
	}
}
