"""Names as an attacker, a broken exporter or the world at large writes them."""

from __future__ import annotations

ESC, BELL, LONG = "\x1b", "\x07", 10_000
NAMES = {
    "markup": "[ACME] x [/foo]",
    "action": "[@click=app.quit]press[/]",
    "unclosed": "[bold red on blue",
    "link": "[link=http://evil.example]here",
    "escape": f"{ESC}[31mred{ESC}[2J",
    "clipboard": f"{ESC}]52;c;cm0gLXJmIH4={BELL}",
    "eight bit": "\x9b31mcsi\x9d0;title\x9c",
    "backwards": "invoice\u202efdp.exe",
    "isolates": "\u2066\u2067\u2069mixed",
    "zero width": "A\u200bn\u200dn\u2060a\ufeff",
    "wide": "株式会社東京電機販売",
    "combining": "Z\u0351\u036b\u0343a\u0300\u0301\u0302lgo e\u0301",
    "newlines": "one\r\ntwo\u2028three",
    "nul": "nul\x00byte",
    "tab": "tab\there",
    "long": "x" * LONG,
    "long and wide": "漢" * LONG,
    "family": "👨‍👩‍👧‍👦 Family",
    "flag": "🇮🇹 Italia 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "heart": "❤️ and 1️⃣",
    "joined to what stands before": "\ufe0f\u0301\U0001f3fd start",
    "surrogate": "lone \ud800 half",
    "arabic": "شركة الأمل",
    "nothing": "\u3164\u115f",
    "devanagari": "क्षत्रिय नमस्ते",
}
