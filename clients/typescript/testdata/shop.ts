// A program that builds a small shop with nothing but the client. It is run against a hub by the test beside it.
import { Lad, LadError } from "../lad";

declare const process: { argv: string[] };

function same(what: string, got: unknown, want: unknown): void {
  if (JSON.stringify(got) !== JSON.stringify(want)) throw new Error(`${what}: ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
}

async function refused(what: string, status: number, call: Promise<unknown>): Promise<LadError> {
  try {
    await call;
  } catch (e) {
    if (!(e instanceof LadError)) throw e;
    same(what, e.status, status);
    return e;
  }
  throw new Error(`${what}: not refused`);
}

async function build(hub: Lad): Promise<void> {
  const price = { amount: "740.00" };
  const goods = await hub.createProduct({ skus: [{ sku: "A", name: "Товар", price }] }, "goods");
  await hub.createProduct({ skus: [{ sku: "K", name: "Набір", kind: "kit", price, parts: [{ sku: "A", quantity: 2 }] }] }, "kit");
  const id = goods.skus[0]!.id;
  const changed = await hub.changeStock(id, { delta: 7 }, "in");
  same("on hand", changed.level.on_hand, 7);
  const wrong = await refused("wrong expectation", 409, hub.changeStock(id, { set: 9, expected: 8 }, "wrong"));
  same("key of the problem", wrong.problem.key, "error.stock.not_expected");
  same("how things stand", (wrong.problem.current as { on_hand: number }).on_hand, 7);
  const basket = { currency: "UAH", lines: [{ sku: "K", quantity: 3, price: "1480.00" }] };
  const order = await hub.createOrder(basket, "order-1");
  same("created", [order.created, order.short?.length ?? 0], [true, 0]);
  same("sent twice", (await hub.createOrder(basket, "order-1")).id, order.id);
  for (const action of ["confirm", "pick", "ship", "complete"] as const) {
    await hub.actOnOrder(order.id, action, { tracking: "2045" });
  }
  same("available", (await hub.getStock(id)).available, 1);
}

/** follow reads the journal and the list of SKUs page by page. */
async function follow(hub: Lad): Promise<void> {
  const kinds: Record<string, number> = {};
  for (let after = ""; ; ) {
    const page = await hub.readJournal({ after, limit: 3 });
    if (page.entries.length === 0) break;
    for (const e of page.entries) kinds[e.kind] = (kinds[e.kind] ?? 0) + 1;
    after = page.next;
  }
  same("the journal", [kinds["sku.created"], kinds["order.accepted"], kinds["order.completed"]], [2, 1, 1]);
  const codes: string[] = [];
  for (let after: string | undefined = ""; after !== undefined; ) {
    const page: Awaited<ReturnType<Lad["listSKUs"]>> = await hub.listSKUs({ after, limit: 1 });
    codes.push(...page.skus.map((s) => s.sku));
    after = page.next;
  }
  same("SKUs", codes, ["A", "K"]);
}

async function main(url: string, token: string): Promise<void> {
  const hub = new Lad(url + "/", token);
  await build(hub);
  await follow(hub);
  await refused("a token that is not known", 401, new Lad(url, "lad_wrong").listTasks());
  await refused("an address that is not a hub's", 404, new Lad(url + "/nowhere", token).listTasks());
}

void main(process.argv[2]!, process.argv[3]!);
