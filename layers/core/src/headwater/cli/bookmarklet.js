(() => {
  // The page may have put traps where every script looks; a fresh frame has its own, clean ones.
  const frame = document.createElement("iframe");
  frame.hidden = true;
  document.documentElement.appendChild(frame);
  try {
    const F = frame.contentWindow;
    const getter = (type, name) => {
      const get = F.Object.getOwnPropertyDescriptor(F[type].prototype, name).get;
      return node => F.Reflect.apply(get, node, F.Array());
    };
    const call = (type, name) => {
      const method = F[type].prototype[name];
      return (node, argument) => F.Reflect.apply(method, node, F.Array.of(argument));
    };
    const inDocument = call("Document", "querySelectorAll");
    const inElement = call("Element", "querySelectorAll");
    const attribute = call("Element", "getAttribute");
    const text = getter("Node", "textContent");
    const parent = getter("Node", "parentElement");
    const link = getter("HTMLAnchorElement", "href");
    const test = (pattern, value) => new F.RegExp(pattern, "i").exec(value);
    const on = (name, value, ...given) =>
      F.Reflect.apply(F.String.prototype[name], value, given);
    const cut = (value, most) => on("slice", `${value ?? ""}`, 0, most);
    const short = (value, most) =>
      cut(on("trim", on("replace", cut(value, 4 * most), new F.RegExp("\\s+", "g"), " ")), most);
    const web = value => (test("^https?://", value) ? cut(value, 800) : "");
    const LISTING = "(?:1688\\.com/(?:offer/|[^#]*[?&]offerId=)|alibaba\\.com/(?:product-detail/(?:[^?#]*_)?|x/)"
      + "|aliexpress\\.[a-z.]+/(?:item|i)/(?:[^?#]*/)?|(?:taobao|tmall)\\.[a-z.]+/[^#]*[?&]id="
      + "|lazada\\.[a-z.]+/products/[^?#]*-i|made-in-china\\.com/product/"
      + "|amazon\\.[a-z.]+/(?:[^?#]*/)?(?:dp|gp/product)/)([0-9A-Za-z]{6,20})";
    const SHOP = "(?:store/[0-9]+|/shop/|winport|company_profile|memberId=|shop[0-9]+\\."
      + "|^https?://(?!www\\.|detail\\.|item\\.|s\\.|m\\.)[a-z0-9-]{3,}\\.(?:en\\.alibaba|1688"
      + "|en\\.made-in-china|tmall|world\\.taobao)\\.com)";
    const PRICE = "(?:[$€£¥￥₹₱฿₫]|\\b(?:US|RM|Rp|USD|EUR|CNY|SGD|MYR|PHP|THB|VND|IDR)\\b)"
      + "\\s?\\$?\\s?[0-9][0-9., ]*(?:\\s?[-~–]\\s?[^0-9]{0,4}[0-9][0-9.,]*)?";
    const first = (nodes, of) => {
      for (let i = 0; i < nodes.length && i < 400; i++) {
        const found = of(nodes[i]);
        if (found) return found;
      }
      return "";
    };
    const meta = name => first(inDocument(document, `meta[property="${name}"],meta[name="${name}"]`),
      node => short(attribute(node, "content"), 1000));
    const shopIn = nodes => first(nodes, node => {
      const href = web(link(node));
      return href && !test(LISTING, href) && test(SHOP, href) ? href : "";
    });
    const priceIn = value => short((test(PRICE, cut(value, 20000)) || [""])[0], 80);
    const pictureIn = nodes => first(nodes, node =>
      web(attribute(node, "data-src")) || web(getter("HTMLImageElement", "src")(node)));
    // Spelled by hand: a page's toJSON has no say in it. A field a line: what is pasted into a
    // terminal may have 4096 bytes a line.
    const json = value => F.JSON.stringify(`${value}`);
    const object = pairs => {
      let out = "";
      for (let i = 0; i < pairs.length; i += 2)
        if (pairs[i + 1]) out += `${out && ",\n"}${json(pairs[i])}:${json(pairs[i + 1])}`;
      return `{${out}}`;
    };

    const url = web(document.URL);
    const cards = new F.Map();
    let cardsText = "", copied = 0, more = 0;
    if (!test(LISTING, url)) {
      const owner = new F.Map();
      const anchors = inDocument(document, "a[href]");
      const known = F.Array();
      for (let i = 0; i < anchors.length && i < 5000; i++) {
        const href = web(link(anchors[i]));
        const found = href && test(LISTING, href);
        if (!found) continue;
        known[known.length] = anchors[i];
        let node = anchors[i];
        for (let up = 0; node && up < 9; up++, node = parent(node))
          owner.set(node, owner.has(node) && owner.get(node) !== found[1] ? "" : found[1]);
      }
      for (let i = 0; i < known.length; i++) {
        const id = test(LISTING, link(known[i]))[1];
        if (cards.has(id)) continue;
        let card = known[i];
        for (let up = 0; up < 8; up++) {
          const above = parent(card);
          if (!above || owner.get(above) !== id) break;
          card = above;
        }
        cards.set(id, true);
        if (copied >= 200) { more++; continue; }
        const images = inElement(card, "img"), links = inElement(card, "a[href]");
        const named = short(attribute(known[i], "title"), 300)
          || first(inElement(card, "[class*=title i],h1,h2,h3,h4"), node => short(text(node), 300))
          || first(images, node => short(attribute(node, "alt"), 300))
          || short(text(known[i]), 300);
        cardsText += (copied++ ? ",\n" : "") + object(["url", web(link(known[i])), "title", named,
          "image", pictureIn(images), "price", priceIn(text(card)), "shop", shopIn(links)]);
      }
    }
    let ids = "";
    const marked = inDocument(document,
      "[data-offer-id],[data-product-id],[data-item-id],[data-pid],[data-spuid],[data-sku]");
    for (let i = 0; i < marked.length && i < 50; i++) {
      const names = ["data-offer-id", "data-product-id", "data-item-id", "data-pid", "data-spuid",
        "data-sku"];
      const id = first(names, name => short(attribute(marked[i], name), 40));
      if (id) ids += (ids && ",") + json(id);
    }
    // A shop's name may be the only heading; the one that the window's title repeats is the goods'.
    const heads = inDocument(document, "h1");
    const title = first(inDocument(document, "head title"), node => short(text(node), 300));
    const facts = object(["headwater", "facts/1", "url", url, "title",
      meta("og:title") || first(heads, node => (on("includes", title, short(text(node), 300))
        ? short(text(node), 300) : "")) || title || first(heads, node => short(text(node), 300)),
      "canonical", first(inDocument(document, "link[rel=canonical]"),
        node => web(getter("HTMLLinkElement", "href")(node))),
      "image", web(meta("og:image")), "price",
      priceIn(`${meta("product:price:currency") || meta("og:price:currency")} ${
        meta("product:price:amount") || meta("og:price:amount")}`)
        || first(inDocument(document, "[itemprop=price],[class*=price i]"), n => priceIn(text(n))),
      "shop", shopIn(inDocument(document, "a[href]")), "left_out", more || ""]);
    const all = `${on("slice", facts, 0, -1)},\n"ids":[${ids}],\n"cards":[${cardsText}]}`;

    const panel = document.createElement("div");
    panel.style.cssText = "all:initial;position:fixed;z-index:2147483647;top:16px;right:16px;"
      + "width:340px;padding:14px;background:#1f2933;color:#fff;font:14px/1.4 sans-serif;"
      + "border-radius:6px;box-shadow:0 4px 20px #0008";
    const said = document.createElement("div");
    const area = document.createElement("textarea");
    area.readOnly = true;
    area.value = all;
    area.style.cssText = "all:initial;display:block;box-sizing:border-box;width:100%;height:70px;"
      + "margin-top:8px;background:#fff;color:#000;font:11px monospace;overflow:auto";
    const shut = document.createElement("button");
    shut.textContent = "Close";
    shut.style.cssText = "margin-top:8px";
    shut.onclick = () => panel.remove();
    panel.id = "headwater-facts";
    panel.append(said, area, shut);
    document.documentElement.appendChild(panel);
    area.focus();
    area.select();
    const what = copied ? `${copied} listings` : "this page";
    const tell = done => {
      said.textContent = done
        ? `Headwater: ${what} copied. Paste it into: headwater import -`
        : `Headwater read ${what}. Press Ctrl+C (or Cmd+C), then: headwater import -`;
    };
    let old = false;
    try { old = document.execCommand("copy"); } catch { old = false; }
    tell(old);
    if (!old) try { F.Reflect.apply(F.Clipboard.prototype.writeText, navigator.clipboard,
      F.Array.of(all)).then(() => tell(true), () => {}); } catch { tell(false); }
  } catch (problem) {
    alert(`Headwater could not read this page: ${problem}. Save it as a file instead.`);
  } finally {
    frame.remove();
  }
})();
