"""Fixed answers of the golden server, by question."""

from __future__ import annotations

CODE = """Here are two ways.

```python
def greet(name: str) -> str:
    return f"Hello, {name}!"
```

Or in the shell:

```sh
echo "Hello, $USER!"
```

Take the first."""

TABLE = """| fruit | colour | price |
|:--|:-:|--:|
| apple | red | 1.20 |
| banana | **yellow** | 0.35 |
| blueberry, from the woods | `blue` | 12.00 |

That is all."""

LISTS = """# Steps

1. Install it.
   - with pipx
   - or with *uv*
2. Run `nemochat`.

> A quotation with a [link](https://example.org/page).

- [x] done
- [ ] to do

---

## Formula

$a^2 + b^2 = c^2$ and **bold _both_ ~~gone~~**."""

LONG = "\n\n".join(
    f"Paragraph {number}. " + "The quick brown fox jumps over the lazy dog again. " * 4
    for number in range(1, 13)
)

FOREIGN = "naïve café, 日本語のテキスト, 🎉👩‍👩‍👧, עברית, \u202eodd\u202c end."
FITS = '{"name": "Ada", "age": 36}'

# Several texts are the answers to the same question asked again.
TEXTS: dict[str, tuple[str, ...]] = {
    "Hello": ("Hello! How can I help?",),
    "code": (CODE,),
    "table": (TABLE,),
    "lists": (LISTS,),
    "long": (LONG,),
    "foreign": (FOREIGN,),
    "escapes": ("a\x1b[31mb\x00\x9bc",),
    "colours": ("Red and green.", "Blue and yellow.", "Black and white."),
    "fits": (FITS,),
    "unfit": ('{"name": "Ada"}', FITS),
    "never": ('{"name": "Ada"}', "no JSON"),
    "hold": ("These words come, and then nothing more",),
    "hold on": ("These words come, and then nothing more",),
    "cut": ("These words come, and",),
    "break": ("These words come, then memory ends",),
    "ending length": ("This is cut off at",),
    "ending content_filter": ("This is filtered",),
}
