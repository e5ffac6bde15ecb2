"""Long answers of the kinds that models write, written for these tests."""

from __future__ import annotations

CODE: dict[str, str] = {
    "python": '''
@dataclass
class Node(Generic[T]):
    """A node.

    It has `marks` and **stars** that are no Markdown.
    """

    value: T
    next: "Node[T] | None" = None

    def __iter__(self) -> Iterator[T]:
        node = self
        while node is not None:  # walk on
            yield node.value
            node = node.next
        print(f"{self.value!r:>10} * {len('x')}")
''',
    "javascript": """
/* a comment
   of two lines */
const sum = (xs) => xs.reduce((a, b) => a + b, 0);
async function* pages(url) {
  for (let n = 1; ; n++) {
    const reply = await fetch(`${url}?page=${n}`); // again
    if (!reply.ok) return;
    yield await reply.json();
  }
}
""",
    "go": """
package main

import "fmt"

func main() {
\tfor i := 0; i < 3; i++ {
\t\tfmt.Printf("%d\\t%s\\n", i, `raw`)
\t}
}
""",
    "rust": """
fn longest<'a>(x: &'a str, y: &'a str) -> &'a str {
    if x.len() > y.len() { x } else { y }
}

/// Documentation with `code`.
#[derive(Debug, Clone)]
struct Point<T> { x: T, y: T }
""",
    "c": """
#include <stdio.h>
#define MAX(a, b) ((a) > (b) ? (a) : (b))

int main(void) {
    char *s = "a \\"quoted\\" text"; /* why
    not */ int n = 0x1F;
    return MAX(n, 1) == 0 ? 1 : 0;
}
""",
    "sql": """
SELECT u.name, COUNT(*) AS n -- all of them
FROM users u LEFT JOIN orders o ON o.user_id = u.id
WHERE u.created_at >= '2024-01-01' AND u.name LIKE 'A%'
GROUP BY u.name HAVING COUNT(*) > 1;
""",
    "bash": """
set -euo pipefail
for f in *.txt; do
  echo "${f%.txt}: $(wc -l < "$f")" | tee -a log
done
cat <<'EOF'
# not a heading
EOF
""",
    "html": """
<!DOCTYPE html>
<!-- a comment
     of two lines -->
<ul class="a b">
  <li onclick="go('x')">one &amp; two</li>
</ul>
""",
    "yaml": """
services:
  web:
    image: "nginx:1.27"
    ports: ["80:80", '443:443']
    command: >
      folded
      text
""",
    "diff": """
--- a/file.py
+++ b/file.py
@@ -1,2 +1,2 @@
-old = 1
+new = 2
 same = 3
""",
}

LISTS = """Here is **what to do**:

1. First, install it:

   ```bash
   pip install -U nemochat   # or pipx
   ```

   Then check `nemochat --version`.
2. Second, three things:
   - a bullet with *emphasis* and a rather long text that goes on until it must be wrapped somewhere
     - deeper: `List<String>` and a_b_c
       1. deeper still

          ```python
          def f(x):

              return x
          ```
       2. and on
   - another
3. Third
9. Ninth
10. Tenth

* other bullet

  > a quote in an item
  > > and one in a quote
  lazy line

- [ ] a task
- [x] done
"""

TABLES = """| Language | Typing | Example | Notes |
|:---------|:------:|--------:|-------|
| Python | dynamic | `print("hi")` | The language with **batteries included**, says its page |
| Rust | static | `println!("hi")` | Borrow checker, `a \\| b`, no collector |
| 日本語 | 動的型付け | `表示(「こんにちは」)` | 全角文字の幅は二桁です。改行も正しく行われます。 |
| Go | static | | |
| Odd | one | two | three | four |

Text with a header | that is none
and more.

The table:
| a | b |
|---|---|
| 1 | 2 |

""" + "".join(f"| row {n} | cell {n * n} |\n" for n in range(3))

SCRIPTS = """Ein Absatz mit Umlauten: äöüß, „Anführungszeichen“ – und Gedankenstriche — so.

日本語の段落です。句読点、括弧（かっこ）と「鉤括弧」があります。長い文章は途中で折り返されますが、行頭に句点は来ません。

한국어 문장은 띄어쓰기가 있습니다. 그래서 줄바꿈이 쉽습니다.

Emoji: 👩‍👩‍👧‍👦 family, 🇩🇪🇫🇷 flags, 👍🏽 thumbs, ❤️ heart, 1️⃣ one, 🏳️‍🌈 flag.

ภาษาไทยไม่มีช่องว่างระหว่างคำจึงต้องตัดที่ขอบ และ हिन्दी में संयुक्ताक्षर क्षत्रिय हैं।

العربية تكتب من اليمين إلى اليسار, עברית גם כן. Zürich, naïve, cafe\u0301.
"""

FORMULAS = r"""The roots of \(x^2 + px + q = 0\) are

\[
x_{1,2} = -\frac{p}{2} \pm \sqrt{\left(\frac{p}{2}\right)^2 - q}
\]

so for $p = 2$ and $q = 1$ both are $-1$; it costs $5 or $6, not 7$.

$$
\begin{aligned}
a &= b + c \\
+ d &= \alpha \le \beta
\end{aligned}
$$

Inline: \[ E = mc^2 \] and $$\sum_{i=1}^n i$$ and \(\unknown{x}\).
"""

POEM = """Roses are red,
violets are blue,
*this line is short*,
and **this one is
two**.

Jane Doe
12 High Street
Anytown


***

Setext
======

Another
---

Text right before a rule
of two lines
---
"""

UNCLOSED = """Some **bold that never ends and `code that

- item with [a link](https://example.org/never
- item with ~~strike

> quote with *emphasis

| a | b
|---|---
| `x | **y

$$
x = 1

```python
def f(
    '''a string
"""

LITERAL = """`List<String>` and List<String> and <vector> and #include <stdio.h>
[/INST] [bold] [red]text[/red] a_b_c snake_case_name __init__ 2*3*4 5 * 6
$5 and $6, \\(x_1\\), C:\\new\\file, &amp; &copy; &#65; &unknown; <br>break
~5 min, ~~struck~~, ~tilde~ https://example.org/a_b_c?x=1&y=2. (http://a.b)
[a link](https://example.org/ä?q=1 "title") [empty]() ![image](pic.png) <mail@example.org>
[label]: no definition
"""

NUMBERED = "\n\n".join(
    [
        "# Head w000",
        " ".join(f"w{n:03}" for n in range(1, 90)),
        "\n".join(f"- w{n:03} **w{n + 1:03}** `w{n + 2:03}`" for n in range(90, 120, 3)),
        "> " + " ".join(f"w{n:03}" for n in range(120, 160)),
        "```\n" + "\n".join(f"w{n:03}" for n in range(160, 180)) + "\n```",
        "| w180 | w181 |\n|---|---|\n"
        + "\n".join(f"| w{n:03} | w{n + 1:03} |" for n in range(182, 222, 2)),
        "1. w222\n   - w223\n     - w224 " + " ".join(f"w{n:03}" for n in range(225, 260)),
    ]
)

ANSWERS: dict[str, str] = {
    "code": "\n".join(f"In {name}:\n\n```{name}{text}```\n" for name, text in CODE.items()),
    "lists": LISTS,
    "tables": TABLES,
    "scripts": SCRIPTS,
    "formulas": FORMULAS,
    "poem": POEM,
    "unclosed": UNCLOSED,
    "literal": LITERAL,
    "numbered": NUMBERED,
    "one long line": " ".join(f"word{n} **bold{n}** `c{n}` *e{n}*" for n in range(400)),
    "no blank at all": "x" * 6_000,
    "brackets": "[" * 3_000 + "a" + "]" * 3_000,
    "stars": "*a " * 500 + "**b" * 200,
    "one long line of code": "```\n" + "call(1);" * 900 + "\nshort\n```\n",
    "one long line of code with tabs": "```\n" + "a\tb漢字e" * 900 + "\nshort\n```\n",
    "many blank lines": "```\na" + "\n" * 100 + "b\n```\n" + "\n" * 60 + "c",
    "a long table": "| n | square |\n|---|---|\n"
    + "".join(f"| {n} | {n * n} |\n" for n in range(320)),
}
