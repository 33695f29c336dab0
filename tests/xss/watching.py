"""A browser that notices when a text was taken for anything but text.

What runs calls `z`, asks for /x/…, changes the title or opens an alert; what does not run leaves an
element or an attribute that no page of ours has; and the policy of the site reports what it stopped.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Error, Page

from tests.xss.payloads import NUMBER

_BEACON = re.compile(r"/x/77\d{5}")
# Before any script of the page: how many answers are awaited, and what the policy stopped.
_INIT = """
addEventListener("securitypolicyviolation", (event) =>
  z(`the policy stopped ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
window.print = () => dispatchEvent(new Event("beforeprint"));
window.awaited = 0;
const ask = window.fetch;
window.fetch = async (...args) => {
  window.awaited += 1;
  try { return await ask(...args); } finally { window.awaited -= 1; }
};
const rest = (ms) => new Promise((done) => setTimeout(done, ms));
window.quiet = async (longest) => {
  const until = performance.now() + longest;
  for (let still = 0; still < 2 && performance.now() < until; ) {
    await rest(25);
    still = window.awaited ? 0 : still + 1;
  }
};
"""
# Elements and attributes that no page has: [what is odd, every text of the document].
_LOOK = r"""
() => {
  const odd = [];
  for (const node of document.querySelectorAll("*")) {
    const name = node.localName;
    if (/^(iframe|object|embed|base|marquee|math|animate|style|audio|video)$/.test(name)) odd.push(name);
    if (name === "script" && node.type !== "application/json" && !/^\/static\//.test(node.getAttribute("src") || "")) odd.push("a script");
    if (name === "meta" && node.httpEquiv) odd.push("a meta element");
    for (const { name: attribute, value } of node.attributes) {
      const says = value.replace(/[\s\x00-\x1f]/g, "").toLowerCase();
      if (/^on/.test(attribute)) odd.push(`${name} ${attribute}`);
      else if (attribute === "xss") odd.push(`${name} xss`);
      else if (/^(javascript|vbscript|data:text)/.test(says) && /^(href|src|action|formaction|xlink:href|data)$/.test(attribute))
        odd.push(`${name} ${attribute} ${value}`);
    }
  }
  if (/^ran 77/.test(document.title)) odd.push("the title");
  return [odd, document.documentElement.outerHTML];
}
"""
# Press what can be pressed without sending a form, each kind of thing a few times, and pass over it
# with the pointer; [how many, what was odd] when nothing is left or the time is over.
_PRESS = """
async ([longest, often]) => {
  const until = performance.now() + longest, pressed = new Map(), past = new WeakSet();
  const things = "button[type=button], summary, [role=tab], [role=option], [role=button]:not(a), [tabindex]:not(main, h1, h2)";
  for (let count = 0; ; count += 1) {
    const next = [...document.querySelectorAll(things)].find((node) => {
      if (past.has(node) || node.disabled || !node.getClientRects().length) return false;
      const says = node.textContent.trim();
      const kind = `${node.localName} ${node.className} ${node.parentElement.className} ${/77\\d{5}/.test(says) ? "" : says.slice(0, 20)}`;
      past.add(node);
      pressed.set(kind, (pressed.get(kind) || 0) + 1);
      return pressed.get(kind) <= often;
    });
    if (!next || performance.now() > until) return count;
    const at = next.getBoundingClientRect();
    const here = { bubbles: true, clientX: at.x + 2, clientY: at.y + 2 };
    for (const what of ["pointerover", "pointerenter", "pointermove", "mouseover"]) next.dispatchEvent(new PointerEvent(what, here));
    next.focus();
    next.click();
    await window.quiet(400);
  }
}
"""


@dataclass
class Watched:
    """One member's window: what was noticed, and the numbers of the texts that stood in it."""

    page: Page
    noticed: list[str] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    pressed: int = 0

    def open(self, path: str, *, press: float = 0, often: int = 2) -> None:
        self.page.goto(path, wait_until="load")
        self.look()
        if press:
            self._press(press, often)

    def look(self) -> None:
        try:
            self.page.evaluate("window.quiet && window.quiet(4000)")
            for frame in self.page.frames:
                odd, text = frame.evaluate(_LOOK)
                self.noticed += [f"{frame.url}: {what}" for what in odd]
                self.seen |= {int(n) for n in NUMBER.findall(text)}
        except Error as error:  # it has gone to another page, which is looked at next
            if "context was destroyed" not in str(error) and "detached" not in str(error):
                raise

    def _press(self, longest: float, often: int) -> None:
        where = self.page.url.split("#")[0]
        try:
            self.pressed += self.page.evaluate(_PRESS, [1000 * longest, often])
        except Error as error:
            if "context was destroyed" not in str(error):
                raise
            self.page.wait_for_load_state()
        self.look()
        if self.page.url.split("#")[0] != where:
            self.page.goto(where)

    def over_the_map(self) -> None:
        """The pointer across the canvas, whose texts are shown in boxes beside it."""
        box = self.page.locator("#map").bounding_box()
        for i in range(16):
            x = box["x"] + box["width"] * (0.35 + 0.08 * (i % 4))
            y = box["y"] + box["height"] * (0.2 + 0.2 * (i // 4))
            self.page.mouse.move(x, y)
            self.page.wait_for_timeout(30)
        self.look()


@contextmanager
def watched(
    browser: Browser, address: str, session: str | None, *, without_policy: bool, **look
) -> Iterator[Watched]:
    """`without_policy`: the browser ignores what the site forbids it, so that escaping stands alone."""
    context: BrowserContext = browser.new_context(
        base_url=address, bypass_csp=without_policy, viewport={"width": 1280, "height": 900}, **look
    )
    context.set_default_timeout(10_000)
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    one = Watched(context.new_page())

    def asked(request):
        if _BEACON.search(request.url):
            one.noticed.append(f"{one.page.url}: asked for {request.url}")

    def dialog(opened):
        one.noticed.append(f"{one.page.url}: {opened.type} {opened.message}")
        opened.dismiss()

    def ran(source, what=None):
        one.noticed.append(f"{source['frame'].url}: ran {what}")

    context.expose_binding("z", ran)
    context.add_init_script(_INIT)
    context.on("request", asked)
    context.on("dialog", dialog)
    yield one
    context.close()
