package baselinker

import "github.com/lad-hub/lad/internal/sim"

// storageID is the shop whose goods are seen through the account.
const storageID = "shop_23"

func (a *Account) getStorages(*sim.Call, params) (fields, *failure) {
	return fields{"storages": []any{map[string]any{"storage_id": storageID, "name": "Sklep",
		"methods": []string{"getExternalStorageCategories", "getExternalStorageProductsList"}}}}, nil
}

func checkStorage(p params) *failure {
	if p.text("storage_id") != storageID {
		return &failure{"ERROR_STORAGE_ID", "The storage is not known."}
	}
	return nil
}

func (a *Account) getStorageCategories(_ *sim.Call, p params) (fields, *failure) {
	if f := checkStorage(p); f != nil {
		return nil, f
	}
	return fields{"storage_id": storageID, "categories": []any{map[string]any{"category_id": 1, "name": "Kubki", "parent_id": 0}}}, nil
}

// getStorageProducts answers the list, the quantities and the prices of a storage: it has the same two goods in each.
func (a *Account) getStorageProducts(_ *sim.Call, p params) (fields, *failure) {
	if f := checkStorage(p); f != nil {
		return nil, f
	}
	out := []any{}
	if p.int("page") <= 1 {
		for _, id := range []string{"81", "82"} {
			out = append(out, map[string]any{"product_id": id, "ean": "", "sku": "SHOP-" + id, "name": "Towar " + id, "quantity": 3, "price_brutto": 19.9, "price": 19.9, "variants": []any{}})
		}
	}
	return fields{"storage_id": storageID, "products": out}, nil
}
