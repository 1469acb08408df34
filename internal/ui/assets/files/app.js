// Lad's own script: live hints, keyboard, dialogs, toasts, copying, theme. Texts come from the page (data-msg-* on body), so that
// there is nothing to translate here. Everything works on elements by attribute; no page needs a script of its own.
(function () {
  "use strict";
  const body = document.body;
  const $ = (sel, root) => (root || document).querySelector(sel);
  const $$ = (sel, root) => Array.from((root || document).querySelectorAll(sel));
  const visible = (el) => el.getClientRects().length > 0;

  // --- live: one stream per visible tab. A hint says that a topic changed; fragments listen for "<topic>-changed" on body and
  // read themselves again. The cursor of the page (data-live-at) lets the server send what changed before the stream opened.
  const seen = new Map();
  let cursor = body.dataset.liveAt || "", source = null, down = 0;

  // fire speaks at most every 300 ms per topic, and always once more after the last hint.
  const last = new Map(), planned = new Set();
  function fire(topic) {
    if (planned.has(topic)) return;
    planned.add(topic);
    setTimeout(() => {
      planned.delete(topic);
      last.set(topic, performance.now());
      body.dispatchEvent(new CustomEvent(topic + "-changed"));
    }, Math.max(0, 300 - (performance.now() - (last.get(topic) ?? -300))));
  }

  function everything() {
    const topics = new Set();
    for (const el of $$("[hx-trigger]")) {
      for (const m of el.getAttribute("hx-trigger").matchAll(/([\w-]+)-changed/g)) topics.add(m[1]);
    }
    topics.forEach(fire);
  }

  function hint(e) {
    const h = JSON.parse(e.data);
    cursor = e.lastEventId || cursor;
    if (h.topic === "*") { // another server process counts anew
      seen.clear();
      return everything();
    }
    if (h.version <= (seen.get(h.topic) || 0)) return;
    seen.set(h.topic, h.version);
    fire(h.topic);
  }

  function online(yes) {
    clearTimeout(down);
    down = 0;
    for (const el of $$("[data-offline]")) el.hidden = yes;
    body.classList.toggle("is-offline", !yes);
  }

  function connect() {
    if (!body.dataset.live || source || document.hidden) return;
    source = new EventSource(body.dataset.live + "?since=" + encodeURIComponent(cursor));
    source.onmessage = hint;
    source.onopen = () => online(true);
    source.onerror = () => {
      if (!down) down = setTimeout(() => online(false), 4000);
      if (source && source.readyState === EventSource.CLOSED) {
        source = null;
        setTimeout(connect, 3000);
      }
    };
  }

  // A hidden tab gives its connection back: browsers allow six per server over HTTP/1.1.
  function disconnect() {
    if (source) source.close();
    source = null;
    clearTimeout(down);
    down = 0;
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  window.addEventListener("pagehide", disconnect);
  window.addEventListener("pageshow", connect);

  // --- swaps: a live refresh waits while a person types in the fragment or has a dialog or menu open in it, and afterwards the row
  // under the pointer, open details and ticked boxes are where they were.
  const waiting = new Map();
  const busy = (el) => el.contains($("dialog[open]") || null) || el.contains($("details.menu[open]") || null) ||
    (el.contains(document.activeElement) && document.activeElement.matches("input:not([type=checkbox]),textarea,select"));

  body.addEventListener("htmx:beforeRequest", (e) => {
    const why = e.detail.requestConfig.triggeringEvent;
    if ((why && !/-changed$/.test(why.type)) || !busy(e.detail.elt)) return; // no event: a timer
    e.preventDefault();
    if (why) waiting.set(e.detail.elt, why.type);
  });
  const settle = () => setTimeout(() => waiting.forEach((type, el) => {
    if (busy(el)) return;
    waiting.delete(el);
    if (el.isConnected) body.dispatchEvent(new CustomEvent(type));
  }), 50);
  body.addEventListener("focusout", settle);
  document.addEventListener("close", settle, true);

  let before = null;
  body.addEventListener("htmx:beforeSwap", (e) => {
    const target = e.detail.target, scroller = target.closest("[data-scroll]");
    before = {
      open: $$("details[id][open]", target).map((d) => d.id),
      ticked: $$("[data-row] input[type=checkbox]:checked", target).map((c) => c.closest("[data-row]").id),
    };
    if (!scroller) return;
    const top = scroller.getBoundingClientRect().top;
    const row = $("[data-row]:hover", scroller) ||
      (scroller.scrollTop > 0 && $$("[data-row]", scroller).find((r) => r.getBoundingClientRect().top >= top));
    before.ids = new Set($$("[data-row]", scroller).map((r) => r.id));
    before.scroller = scroller;
    if (row) { before.row = row.id; before.top = row.getBoundingClientRect().top; }
  });

  body.addEventListener("htmx:afterSettle", (e) => {
    const was = before, close = $("#card a[data-close]");
    before = null;
    if (close && e.target.closest("#card") && matchMedia("(max-width: 1100px)").matches) close.focus();
    if (!was) return;
    was.open.forEach((id) => { const d = document.getElementById(id); if (d) d.open = true; });
    was.ticked.forEach((id) => { const c = $("#" + CSS.escape(id) + " input[type=checkbox]"); if (c) c.checked = true; });
    if (!was.scroller || !was.scroller.isConnected || !was.ids.size) return;
    const all = $$("[data-row]", was.scroller), fresh = all.filter((r) => !was.ids.has(r.id));
    if (fresh.length === all.length) return; // another list, not news
    fresh.forEach((r) => r.classList.add("arrived"));
    const row = was.row && document.getElementById(was.row);
    if (row) hold(was.scroller, row, was.top, fresh.length);
  });

  // hold scrolls until row is at height top again; a list too short to scroll gets room at its end (--slack).
  function hold(scroller, row, top, count) {
    const shift = row.getBoundingClientRect().top - top;
    if (Math.abs(shift) < 1) return;
    const content = scroller.lastElementChild.getBoundingClientRect().bottom - scroller.getBoundingClientRect().top + scroller.scrollTop;
    const lack = scroller.scrollTop + shift + scroller.clientHeight - content;
    if (lack > 0) scroller.style.setProperty("--slack", Math.ceil(lack) + "px");
    scroller.scrollTop += shift;
    const up = $("#newer");
    if (!up || shift <= 0 || !count) return;
    up.dataset.n = String(count + Number(up.dataset.n || 0));
    $("b", up).textContent = up.dataset.n;
    up.hidden = false;
  }
  document.addEventListener("scroll", (e) => {
    if (!(e.target instanceof Element) || !e.target.matches("[data-scroll]") || e.target.scrollTop > 0) return;
    e.target.style.removeProperty("--slack");
    const up = $("#newer");
    if (up) { up.hidden = true; up.dataset.n = "0"; }
  }, true);

  // --- toasts: stay 6 s, 12 s with an action, and as long as pointer or focus is on them.
  const toasts = $("#toasts");
  function expire(el) {
    if (el.dataset.expires || !el.matches(".toast")) return;
    el.dataset.expires = "1";
    const leave = () => (el.matches(":hover,:focus-within") ? setTimeout(leave, 2000) : el.remove());
    setTimeout(leave, $("button,a", el) ? 12000 : 6000);
  }
  function say(text, kind) {
    if (!toasts || !text) return;
    const el = document.createElement("div");
    el.className = "toast " + (kind || "");
    el.textContent = text;
    toasts.append(el);
  }
  if (toasts) {
    new MutationObserver(() => Array.from(toasts.children).forEach(expire)).observe(toasts, { childList: true });
    Array.from(toasts.children).forEach(expire);
  }
  body.addEventListener("htmx:sendError", () => say(body.dataset.msgOffline, "bad"));
  body.addEventListener("htmx:responseError", (e) => {
    if (e.detail.xhr.status === 401) return location.reload();
    say(decodeURIComponent(e.detail.xhr.getResponseHeader("Lad-Message") || "") || body.dataset.msgError, "bad");
  });

  // --- list and card
  const rows = () => $$("main [data-row]").filter(visible);
  const link = (row) => $("a[data-open]", row);
  function mark(row) {
    $$("main [data-row].on").forEach((r) => { r.classList.remove("on"); link(r)?.removeAttribute("aria-current"); });
    row.classList.add("on");
    link(row)?.setAttribute("aria-current", "true");
  }
  function move(step) {
    const all = rows();
    if (!all.length) return;
    const here = all.findIndex((r) => r.contains(document.activeElement));
    const from = here >= 0 ? here : all.findIndex((r) => r.classList.contains("on"));
    const row = all[Math.min(Math.max(from + step, 0), all.length - 1)];
    link(row)?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
  function closeCard(a) {
    const card = $("#card"), empty = $("#card-empty"), row = $("main [data-row].on");
    card.replaceChildren(...(empty ? [empty.content.cloneNode(true)] : []));
    history.pushState(null, "", a.getAttribute("href"));
    if (row) { row.classList.remove("on"); link(row)?.removeAttribute("aria-current"); link(row)?.focus({ preventScroll: true }); }
  }

  function copy(text) {
    const done = () => say(body.dataset.msgCopied, "ok");
    if (navigator.clipboard) return navigator.clipboard.writeText(text).then(done);
    const area = document.createElement("textarea"); // plain http has no clipboard API
    area.value = text;
    body.append(area);
    area.select();
    if (document.execCommand("copy")) done();
    area.remove();
  }

  function setTheme(name) {
    document.documentElement.dataset.theme = name;
    document.cookie = "lad_theme=" + name + ";path=/;max-age=31536000;samesite=lax";
    $$("[data-theme-set]").forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.themeSet === name)));
  }

  document.addEventListener("click", (e) => {
    const on = (sel) => e.target.closest(sel);
    $$("details.menu[open]").forEach((d) => { if (!d.contains(e.target)) d.open = false; });
    let el;
    if ((el = on("[data-copy]"))) return copy(el.dataset.copy);
    if ((el = on("[data-theme-set]"))) return setTheme(el.dataset.themeSet);
    if ((el = on("[data-dialog]"))) return $("#" + el.dataset.dialog).showModal();
    if ((el = on("[data-dismiss]"))) return el.closest("dialog") ? el.closest("dialog").close() : el.closest(".toast").remove();
    if (on("#newer")) return $(on("#newer").dataset.list).scrollTo({ top: 0, behavior: "smooth" });
    if ((el = on("a[data-close]")) && $("#card")?.contains(el)) { e.preventDefault(); return closeCard(el); }
    if (!(el = on("[data-row]"))) return;
    if (on("a[data-open]")) return mark(el);
    if (!on("a,button,input,label,select,summary") && !String(getSelection())) link(el)?.click();
  });

  // --- keyboard, by position on the board: the letter on a button works in a Cyrillic layout too.
  function keyOf(e) {
    if (e.code === "Slash") return e.shiftKey ? "?" : "/";
    return e.code.startsWith("Key") ? e.code.slice(3).toLowerCase() : e.key;
  }
  function help() {
    const list = $("#keys-here");
    list.replaceChildren(...$$("[data-key]").filter(visible).flatMap((b) => {
      const dt = document.createElement("dt"), dd = document.createElement("dd"), kbd = document.createElement("kbd");
      kbd.textContent = b.dataset.key.toUpperCase();
      dt.append(kbd);
      dd.textContent = b.dataset.keyName || b.getAttribute("aria-label");
      return [dt, dd];
    }));
    $("#keys").showModal();
  }
  function escape() {
    const menu = $("details.menu[open]");
    if (menu) { menu.open = false; return $("summary", menu).focus(); }
    if (document.activeElement.matches("input,textarea,select")) return document.activeElement.blur();
    $("#card a[data-close]")?.click();
  }
  const plain = { "/": () => $("#search").focus(), "?": help, j: () => move(1), k: () => move(-1), Escape: escape };
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || $("dialog[open]")) return;
    const key = keyOf(e), typing = e.target.matches("input:not([type=checkbox]),textarea,select");
    if (typing && key !== "Escape") return;
    const act = plain[key] || (() => {
      const b = $$("[data-key]").find((b) => b.dataset.key.toLowerCase() === key && visible(b) && !b.disabled);
      return b && !e.shiftKey && !e.repeat && (() => b.click());
    })();
    if (!act) return;
    e.preventDefault();
    act();
  });

  $$("[data-theme-set]").forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.themeSet === (document.documentElement.dataset.theme || "auto"))));
  connect();
})();
