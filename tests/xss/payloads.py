"""Sixty texts that would run, or show themselves, on a page that took them for anything but text.

`{n}` is a number that stands for one row, field and text. Whatever runs calls `z(n)`, which the
watched browser knows (an image has an `x` of its own); or asks the server for /x/n, changes the
title, opens an alert. What Chromium no longer runs leaves elements that no page of ours has. `context` says where, written as it
stands, the text is alive: a page of test_stored_xss.py proves it of each.
"""

import html
import json
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote

FIRST_NUMBER = 7_700_000
NUMBER = re.compile(r"\b77\d{5}\b")


@dataclass(frozen=True)
class Payload:
    text: str
    context: str = "body"

    def numbered(self, n: int) -> str:
        return self.text.replace("{n}", str(n))

    @property
    def length(self) -> int:
        return len(self.numbered(FIRST_NUMBER))


_BODY = [
    "<s xss>",
    "<s xss={n}>",
    "<script>z({n})</script>",
    "<SCRIPT>z({n})</SCRIPT >",
    "<script src=/x/{n}></script>",
    "<script>alert({n})</script>",
    "<script>document.title='ran {n}'</script>",
    "<img src=x onerror=z({n})>",
    "<IMG SRC=x ONERROR=z({n})>",
    "<img src=x onerror=\"fetch('/x/{n}')\">",
    "<img src=/x/{n}>",
    "<svg onload=z({n})>",
    "<svg/onload=z`{n}`>",
    "<svg onload=x&#40;{n}&#41;>",
    "<svg><script>z({n})</script></svg>",
    "<svg><animate onbegin=z({n}) attributeName=x dur=1s></svg>",
    "<svg><a href=javascript:z({n})><text y=20>看</text></a></svg>",
    "<math><a xlink:href=javascript:z({n})>看</a></math>",
    "<body onload=z({n})>",
    "<details open ontoggle=z({n})>",
    "<video><source onerror=z({n})></video>",
    "<audio src=x onerror=z({n})></audio>",
    "<video poster=/x/{n}></video>",
    "<input autofocus onfocus=z({n})>",
    "<select autofocus onfocus=z({n})>",
    "<p tabindex=1 autofocus onfocus=z({n})>",
    "<marquee onstart=z({n})>看</marquee>",
    "<style>@keyframes k{}</style><p style=animation:k onanimationstart=z({n})>",
    "<style>@import '/x/{n}';</style>",
    "<link rel=stylesheet href=/x/{n}>",
    "<p style=background:url(/x/{n})>看",
    "<meta http-equiv=refresh content='0;url=/x/{n}'>",
    "<base href=/x/{n}/>",
    "<iframe srcdoc='<script>parent.z({n})</script>'></iframe>",
    "<iframe src=javascript:parent.z({n})></iframe>",
    "<object data=/x/{n}></object>",
    "<embed src=/x/{n}>",
    "<a href=javascript:z({n})>看</a>",
    "<form action=javascript:z({n})><button>看</button></form>",
    "<input type=image src=/x/{n}>",
    "<noscript><p title='</noscript><img src=x onerror=z({n})>'>",
    "<!--><svg onload=z({n})>-->",
]
PAYLOADS = [
    *(Payload(text) for text in _BODY),
    Payload("</title><script>z({n})</script>", "title"),
    Payload("</textarea><script>z({n})</script>", "textarea"),
    Payload("</style><img src=x onerror=z({n})>", "style"),
    Payload("--><svg onload=z({n})>", "comment"),
    Payload('"><img src=x onerror=z({n})>', "double quotes"),
    Payload("'><img src=x onerror=z({n})>", "single quotes"),
    Payload('" onfocus=z({n}) autofocus tabindex=1 y="', "double quotes"),
    Payload("' onfocus=z({n}) autofocus tabindex=1 y='", "single quotes"),
    Payload("</script><script>z({n})</script>", "json"),
    Payload('";z({n});//', "script in double quotes"),
    Payload("';z({n});//", "script in single quotes"),
    Payload("${z({n})}", "script in backticks"),
    Payload("javascript:z({n})", "link"),
    Payload("JaVa\tScRiPt:z({n})", "link"),
    Payload("&lt;img src=x onerror=z({n})&gt;", "unescaped twice"),
    Payload("\\u003cimg src=x onerror=z({n})\\u003e", "script that writes"),
    Payload("%3Cimg src=x onerror=z({n})%3E", "unquoted"),
    Payload("＜img src=x onerror=z（{n}）＞", "made half-width"),
]

_CONTEXTS = {
    "body": lambda text: text,
    "title": lambda text: f"<title>{text}</title>",
    "textarea": lambda text: f"<textarea>{text}</textarea>",
    "style": lambda text: f"<style>{text}</style>",
    "comment": lambda text: f"<!-- {text} -->",
    "double quotes": lambda text: f'<input value="{text}">',
    "single quotes": lambda text: f"<input value='{text}'>",
    "json": lambda text: f'<script type="application/json">"{text}"</script>',
    "script in double quotes": lambda text: f'<script>var v = "{text}";</script>',
    "script in single quotes": lambda text: f"<script>var v = '{text}';</script>",
    "script in backticks": lambda text: f"<script>var v = `{text}`;</script>",
    "script that writes": lambda text: (
        f'<p></p><script>document.querySelector("p").innerHTML = "{text}"</script>'
    ),
    "link": lambda text: f'<a href="{text}">看</a>',
    "unescaped twice": html.unescape,
    "unquoted": unquote,
    "made half-width": lambda text: unicodedata.normalize("NFKC", text),
}


def unsafe_page(payload: Payload, n: int) -> str:
    """A page that does what no page of ours may."""
    inside = _CONTEXTS[payload.context](payload.numbered(n))
    return f"<!doctype html><html><head><meta charset=utf-8></head><body>{inside}</body></html>"


def undone(page: str) -> str:
    """A page of ours as it would be if nothing in it were escaped."""
    data = re.compile(r'(<script[^>]*type="application/json"[^>]*>)(.*?)(</script>)', re.S)
    page = data.sub(lambda m: m[1] + json.dumps(json.loads(m[2]), ensure_ascii=False) + m[3], page)
    return html.unescape(page)
