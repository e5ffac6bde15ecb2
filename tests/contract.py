"""The contract of the command line as a table: what goes in, and the bytes that come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MODEL = "mistralai/Mistral-Nemo-Instruct-2407"
CODE = "Take this:\n\n```python\nprint(1)\n```\n\nor\n\n````sh\necho '```'\n````\n\nas you like"
FITS = '{"name": "Ada", "age": 36}'
UNFIT = '{"name": "Ada"}'
TEXTS: dict[str, tuple[str, ...]] = {
    "plain": ("two words",),
    "short": ("word",),  # one piece: those of longer ones may come joined
    "foreign": ("naïve 日本 🎉\u2028x",),
    "newline": ("a line\n",),
    "crlf": ("a\r\nb",),
    "escapes": ("a\x1b[31mb\x00\x9bc",),
    "code": (CODE,),
    "fits": (FITS,),
    "fenced": (f"```json\n{FITS}\n```",),
    "mends": (UNFIT, FITS),
    "unfit": (UNFIT, "no JSON at all"),
}
FILES = {
    "notes.txt": b"one\ntwo\n",
    "more/a.py": b"print('```')\n",
    "more/b.py": b"b\n",
    "binary.dat": b"\x7fELF\x00\x01",
    "latin.txt": b"caf\xe9",
    "person.json": b'{"type": "object", "required": ["name", "age"]}',
    "broken.json": b"{",
    "wrong.json": b'{"type": "thing"}',
    ".config/nemochat/config.toml": b"""
[profile.translate]
template = "Into {language}:\\n\\n{input}"
[profile.brief]
system = "One sentence."
template = "Briefly:"
""",
    "edit.sh": b'echo "edited $(cat "$1")" > "$1"\n',
}
ANSWER = (
    f'"asked_model": "{MODEL}", "endpoint": "deepinfra", "ending": "complete", "usage":'
    ' {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5, "estimated_cost": 1.2e-06},'
    ' "first_token": 0, "seconds": 0'
)
START = f'{{"event": "start", "conversation": 1, "model": "{MODEL}", "endpoint": "deepinfra"}}\n'
FIELDS = "'name, age int'"
FIELDS_SCHEMA = (
    '{"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},'
    ' "required": ["name", "age"], "additionalProperties": false}'
)


@dataclass(frozen=True, slots=True)
class Row:
    """One command line.

    Attributes:
        line: Its arguments, quoted as for a shell.
        out: Standard output, to the byte; the times in JSON count as 0.
        err: A pattern that all of standard error matches, but for `nemochat: ` and the newline.
        code: The exit code.
        stdin: What comes through the pipe.
        environment: Further variables.
    """

    line: str
    out: str | bytes
    err: str = ""
    code: int = 0
    stdin: str | bytes = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.line or "(nothing)"


STREAMS = (
    Row("plain", "", 'there is no command "plain". To ask it as a question: nemochat ask plain', 2),
    Row("two words", "two words\n"),
    Row("'two words'", "two words\n"),
    Row("-t 0.3 two words -S", "two words\n"),
    Row("ask plain", "two words\n"),
    Row("ask foreign", "naïve 日本 🎉\u2028x\n"),
    Row("ask newline", "a line\n\n"),
    Row("ask crlf", b"a\r\nb\n"),
    Row("ask escapes", b"a\x1b[31mb\x00\xc2\x9bc\n"),
    Row("ask --raw escapes", b"a\x1b[31mb\x00\xc2\x9bc\n"),
    Row("ask --no-stream foreign", "naïve 日本 🎉\u2028x\n"),
    Row("ask -u plain", "two words\n", r"3 tokens in, 2 out, \$0\.0000012, \d+\.\d s"),
    Row("ask --max-tokens 5 ending length", "text\n", "cut off at max_tokens"),
    Row("ask -q --max-tokens 5 ending length", "text\n"),
    Row("ask -n 2 plain", "two words\n\n---\n\ntwo words!\n"),
)
INPUT = (
    Row("ask several words", "several words\n"),
    Row("ask -- -x", "-x\n"),
    Row("", "from the pipe\n", stdin="from the pipe\n"),
    Row("ask -", "from the pipe\n", stdin="from the pipe"),
    Row("ask -", "from\r\nWindows\n", stdin="from\r\nWindows\r\n"),
    Row("ask Review this", "Review this\n\n```\na = 1\n```\n", stdin="a = 1\n"),
    Row("ask Review", "Review\n\n````\n```\n````\n", stdin="```\n"),
    Row("ask --no-stdin Review", "Review\n", stdin="a = 1\n"),
    Row("ask --no-stdin -", "", "- means standard input and cannot be combined with --no-stdin", 2),
    Row("ask Sum -f notes.txt", "Sum\n\n`notes.txt`:\n\n```txt\none\ntwo\n```\n"),
    Row(
        "ask -f 'more/*.py' Sum",
        "Sum\n\n`more/a.py`:\n\n````py\nprint('```')\n````\n\n`more/b.py`:\n\n```py\nb\n```\n",
    ),
    Row(
        "ask -f more/b.py -f notes.txt Sum",
        "Sum\n\n```\nx\n```\n\n`more/b.py`:\n\n```py\nb\n```\n\n"
        "`notes.txt`:\n\n```txt\none\ntwo\n```\n",
        stdin="x",
    ),
    Row("ask -f notes.txt", "one\ntwo\n"),
    Row("ask -f note.txt x", "", r'there is no file "note.txt"\. Did you mean "notes.txt"\?', 2),
    Row("ask -f binary.dat x", "", "binary.dat is binary, not text", 2),
    Row("ask -f latin.txt x", "", r"latin.txt is not UTF-8 text \(byte 3 is 0xe9\)", 2),
    Row("ask x", "", r"standard input is not UTF-8 text \(byte 3 is 0xe9\)", 2, b"caf\xe9"),
    Row("ask x", "", "standard input is binary, not text", 2, b"\x00\x01"),
    Row("ask", "", "there is no question: pass it as arguments or through a pipe", 2),
    Row("ask '  '", "", "there is no question: .*", 2, " \n"),
    Row(
        "ask ending stop",
        "text\n",
        r"the prompt has about 150,0\d\d tokens, and the model's context 131,072; .*",
        stdin="abc\n" * 150_000,
    ),
    Row("ask -e a word", "edited a word\n", environment={"EDITOR": "sh edit.sh"}),
    Row("ask -e x", "edited x\n\n```\np\n```\n", stdin="p", environment={"VISUAL": "sh edit.sh"}),
    Row("ask -e x", "", "there is no editor: .*", 2),
    Row(
        "ask -e x", "", "the editor failed with exit code 1; .*", 2, environment={"EDITOR": "false"}
    ),
    Row("ask -e x", "", "there is no question: .*", 2, environment={"EDITOR": "cp /dev/null"}),
)
OUTPUT = (
    Row("ask -x code", "print(1)\n"),
    Row("ask -x 2 code", "echo '```'\n"),
    Row("ask -x2 code", "echo '```'\n"),
    Row("ask code -x", "print(1)\n"),
    Row("ask --xl code", "echo '```'\n"),
    Row("ask -x plain", "", "the answer has no code block", 8),
    Row("ask -x 3 code", "", "the answer has 2 code blocks, not 3", 8),
    Row("ask -x 0 code", "", "-x takes a whole number from 1 to 1,000, not 0", 2),
    Row(
        "ask --json plain",
        f'{{"conversation": 1, "content": "two words", {ANSWER}, "exit_code": 0}}\n',
    ),
    Row(
        "ask --private --output-format=json plain",
        f'{{"content": "two words", {ANSWER}, "exit_code": 0}}\n',
    ),
    Row(
        "ask --output-format jsonl short",
        f'{START}{{"event": "delta", "candidate": 0, "text": "word"}}\n'
        f'{{"event": "end", "candidate": 0, {ANSWER}, "exit_code": 0}}\n',
    ),
    Row(
        "ask --output-format jsonl tool",
        f'{START}{{"event": "tool_call", "candidate": 0, "id": "call00001", "name": "clock",'
        ' "arguments": "{\\"zone\\": \\"UTC\\"}"}\n'
        f'{{"event": "end", "candidate": 0, {ANSWER}, "exit_code": 0}}\n'.replace(
            '"complete"', '"tool_calls"'
        ),
        "the model wants to call tools",
    ),
    Row(
        "ask --json status 404 No such thing",
        '{"error": {"message": "the endpoint refused the request (404: No such thing)",'
        f' "hint": "The requested model is {MODEL}; is the address right?",'
        ' "exit_code": 5}}\n',
        r"the endpoint refused the request \(404: No such thing\)\. The requested model is .*",
        5,
    ),
    Row(
        "ask --output-format jsonl status 400 No",
        f'{START}{{"event": "error", "message": "the endpoint refused the request (400: No)",'
        ' "exit_code": 5}\n',
        r"the endpoint refused the request \(400: No\)",
        5,
    ),
    Row(
        "ask --json",
        '{"error": {"message": "there is no question: pass it as arguments or through a pipe",'
        ' "exit_code": 2}}\n',
        "there is no question: .*",
        2,
    ),
    Row("ask --output-format xml x", "", '--output-format takes text, json, jsonl, not "xml"', 2),
    Row("ask --out answer.md plain", ""),
    Row("ask --out /dev/null plain", ""),
    Row("ask --out - plain", "two words\n"),
    Row("ask --out /dev/full plain", "two words\n", "/dev/full cannot be written .*", 1),
    Row("ask --out answer.md cut", "text\n", "the endpoint closed the connection early", 9),
    Row("ask --out no/answer.md x", "", "no/answer.md cannot be written: there is no folder .*", 2),
    Row("ask -i x", "", "-i continues in the chat, which needs a terminal", 2),
)
STRUCTURED = (
    Row(f"ask --schema {FIELDS} fits", f"{FITS}\n"),
    Row(f"ask --schema {FIELDS} fenced", f"{FITS}\n"),
    Row("ask --schema person.json fits", f"{FITS}\n"),
    Row("""ask --schema '{"required": ["age"]}' fits""", f"{FITS}\n"),
    Row(
        f"ask --schema {FIELDS} mends",
        f"{FITS}\n",
        "the answer does not fit the schema: 'age' is a required property; asking once more",
    ),
    Row(f"ask -q --schema {FIELDS} mends", f"{FITS}\n"),
    Row(
        f"ask --schema {FIELDS} unfit",
        "",
        "the answer does not fit .*; asking once more\nnemochat: the answer is not JSON .*",
        8,
    ),
    Row(
        f"ask --json --schema {FIELDS} fits",
        f'{{"conversation": 1, "content": "{FITS}", {ANSWER}, "exit_code": 0,'.replace(
            f'"{FITS}"', '"{\\"name\\": \\"Ada\\", \\"age\\": 36}"'
        )
        + f' "value": {FITS}}}\n',
    ),
    Row(f"ask --schema {FIELDS} cut", "text\n", "the endpoint closed the connection early", 9),
    Row("ask --schema 'name, age number' x", "", 'a schema is .*, not "age number".*', 2),
    Row("ask --schema nothing.json x", "", "nothing.json cannot be read .*", 2),
    Row("ask --schema broken.json x", "", "broken.json is not JSON .*", 2),
    Row("ask --schema wrong.json x", "", "this is not a JSON Schema: 'thing' is not valid .*", 2),
    Row(
        f"ask --json-mode --schema {FIELDS} x", "", "--schema and --json-mode cannot be combined", 2
    ),
    Row(
        "ask --json-mode --dry-run x",
        f'{{"model": "{MODEL}", "messages": [{{"role": "user", "content": "x"}}],'
        ' "response_format":'
        ' {"type": "json_object"}, "stream": true, "stream_options": {"include_usage": true}}\n',
    ),
    Row(
        f"ask -S --schema {FIELDS} --dry-run x",
        f'{{"model": "{MODEL}", "messages": [{{"role": "user", "content": "x"}}],'
        ' "response_format":'
        ' {"type": "json_schema", "json_schema": {"name": "answer", "schema":'
        f' {FIELDS_SCHEMA}, "strict": true}}}}}}\n',
    ),
)
FRENCH = "ask -p translate --param language=French"
TEMPLATES = (
    Row(FRENCH, "Into French:\n\nGuten Tag\n", stdin="Guten Tag\n"),
    Row(f"{FRENCH} a word", "Into French:\n\na word\n"),
    Row(f"{FRENCH} Politely", "Into French:\n\nPolitely\n\n```\nHallo\n```\n", stdin="Hallo\n"),
    Row(f"{FRENCH} -f notes.txt", "Into French:\n\none\ntwo\n"),
    Row("ask -p brief x", "Briefly:\n\nx\n"),
    Row("ask x", "Briefly:\n\nx\n", environment={"NEMOCHAT_PROFILE": "brief"}),
    Row("ask -p none x", "x\n", environment={"NEMOCHAT_PROFILE": "brief"}),
    Row("ask -p translate x", "", ".*language.*", 2),
    Row("ask -p translate --param lang=French x", "", ".*language.*", 2),
    Row("ask -p translate --param language x", "", ".*NAME=VALUE.*", 2),
    Row(
        "ask --param language=French x",
        "",
        "--param needs a profile with a template. Add -p NAME",
        2,
    ),
    Row("ask -p transalte x", "", r".*Did you mean translate\?", 2),
)
CONTINUED = (
    Row("ask -c x", "", "there is no conversation to continue", 2),
    Row("ask --resume lamb x", "", 'there is no conversation "lamb".*', 2),
    Row("ask --resume '' x", "", "--resume needs the name or number of a conversation", 2),
    Row("ask --fork x", "", "--fork needs a conversation to copy: add -c or --resume", 2),
    Row("ask --private -c x", "", "--private and -c cannot be combined: .*", 2),
    Row("ask -c --resume lamb x", "", "-c and --resume cannot be combined: .*", 2),
)
ENDINGS = (
    Row("ask status 401 Not authenticated", "", "the endpoint .*401.*", 4),
    Row("ask --retries 0 status 500 Down", "", r"the endpoint failed \(500: Down\).*", 7),
    Row("ask page", "", ".*A page.*", 8),
    Row("ask cut", "text\n", "the endpoint closed the connection early", 9),
    Row("ask -q cut", "text\n", "the endpoint closed the connection early", 9),
    Row("ask ending length", "text\n", "cut off at the endpoint's token limit", 9),
    Row("ask --base-url http://127.0.0.1:9 --retries 0 x", "", ".*127.0.0.1:9.*", 6),
    Row("ask --base-url ftp://x x", "", ".*http:// or https://.*", 3),
    Row("ask --endpoint guied x", "", r".*Did you mean guide\?", 3),
    Row("ask --endpoint deepinfra x", "", ".*token.*", 3, environment={"DEEPINFRA_TOKEN": "a\nb"}),
    Row("ask -t 3 x", "", "temperature must be 0 to 2, not 3", 2),
    Row("ask -o tempature 3 x", "", r'.*"tempature"\. Did you mean temperature\?', 2),
    Row("ask --temprature 1 x", "", r".*Did you mean --temperature\?", 2),
    Row("ask --retries many x", "", "--retries: retries must be .*", 2),
    Row("ask -s @nothing.txt x", "", "nothing.txt cannot be read .*", 2),
    Row("aks", "", r".*Did you mean nemochat ask\?", 2),
    Row(
        "chat", "", 'there is no command "chat". Run nemochat without arguments to open the chat', 2
    ),
    Row("ask --modle x x", "", r"nemochat ask has no flag --modle\. Did you mean --model\?", 2),
    Row("completions fsh", "", r".*Did you mean fish\?", 2),
)
TABLE = (*STREAMS, *INPUT, *OUTPUT, *STRUCTURED, *TEMPLATES, *CONTINUED, *ENDINGS)
