"""Answers that fit a JSON Schema: reading the schema, and validating with jsonschema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nemochat.api.json_values import parse
from nemochat.chat.chat import Chat
from nemochat.core import json_schema
from nemochat.core.messages import Message
from nemochat.core.text import format_value
from nemochat.errors import NotAnAnswer, UsageError
from nemochat.files import expand_home, read_text

MAX_PROBLEM_LENGTH = 160  # characters


class Schema:
    """JSON Schema and its validator.

    Attributes:
        document: The schema.
    """

    def __init__(self, text: str) -> None:
        """Read the value of `--schema`: the name of a file, JSON, or fields.

        Raises:
            UsageError: it is not a schema, or jsonschema is not installed.
        """
        try:
            import jsonschema  # an extra
            from referencing import Registry
        except ImportError:
            raise UsageError(
                "--schema needs the library jsonschema", "Run pip install 'nemochat[schema]'"
            ) from None
        self.document = _load_document(text)
        kind = jsonschema.validators.validator_for(
            self.document, default=jsonschema.Draft202012Validator
        )
        try:
            kind.check_schema(self.document)
        except jsonschema.SchemaError as error:
            raise UsageError(f"this is not a JSON Schema: {_shorten(error.message)}") from None
        # An empty registry: what the schema refers to is not fetched.
        self._validator: Any = kind(self.document, registry=Registry())

    def validate(self, answers: list[Message]) -> list[Any]:
        """Return the JSON values in answers.

        Raises:
            NotAnAnswer: an answer is not JSON, or does not fit.
            UsageError: the schema refers to something outside it.
        """
        return [self._validate_text(json_schema.extract_json(answer.content)) for answer in answers]

    def _validate_text(self, text: str) -> Any:  # noqa: ANN401 - what JSON holds
        from jsonschema.exceptions import best_match
        from referencing.exceptions import Unresolvable

        try:
            value = parse(text)
        except ValueError as error:
            raise NotAnAnswer(f"the answer is not JSON ({_shorten(str(error))})") from None
        try:
            problem = best_match(self._validator.iter_errors(value))
        except Unresolvable as error:
            refers = f"the schema refers to {format_value(error.ref)}, which it does not contain"
            raise UsageError(refers) from None
        except RecursionError:
            raise NotAnAnswer("the answer does not fit the schema: nested too deeply") from None
        if problem is not None:
            place = "".join(f"[{format_value(p)}]" for p in problem.absolute_path)
            where = f"at {place}: " if place else ""
            raise NotAnAnswer(
                f"the answer does not fit the schema: {where}{_shorten(problem.message)}"
            )
        return value


def ask_with_schema(chat: Chat, question: str, schema: Schema) -> list[Message]:
    """Ask; if the answer does not fit, ask once more and say what is wrong.

    Answers that broke off are returned without validation.

    Raises:
        NotAnAnswer: the second answer does not fit either, or a limit cut the first.
        EndpointError: there is no answer.
    """
    for last in (False, True):
        answers = chat.say(question)
        endings = [answer.ending for answer in answers if answer.ending]
        if any(ending.exit_code for ending in endings):
            return answers
        try:
            schema.validate(answers)
        except NotAnAnswer as error:
            if last or not all(ending.is_complete for ending in endings):
                raise
            chat.view.notice(f"{error.sentence}; asking once more")
            question = _correction_prompt(error.sentence, schema)
        else:
            break
    return answers


def _correction_prompt(problem: str, schema: Schema) -> str:
    return (
        f"{problem[0].upper()}{problem[1:]}. Answer again, with nothing but JSON that fits this"
        f" schema:\n\n{json.dumps(schema.document, ensure_ascii=False)}"
    )


def _load_document(text: str) -> json_schema.Document:
    """Return the schema that a text is or, if it names a file, that the file contains."""
    if not text.lstrip().startswith("{"):
        path = expand_home(text.removeprefix("@"))
        if not (text.startswith("@") or path.suffix == ".json" or "/" in text or _is_file(path)):
            return json_schema.parse_fields(text)
        text, name = read_text(path), str(path)
    else:
        name = "--schema"
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is not JSON ({error})") from None
    if not isinstance(document, dict):
        raise UsageError(f"{name} is not a JSON Schema: it must be an object")
    return document


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_PROBLEM_LENGTH else f"{line[: MAX_PROBLEM_LENGTH - 1]}…"
