r"""LaTeX in Unicode where that is exact; everything else keeps its source.

Only formulas that read the same on one line are exact: `x^2` becomes x², `\alpha \le \beta` becomes
α ≤ β; a matrix, an aligned environment or an unknown command keeps its source.
"""

from __future__ import annotations

import re


def _table(words: str) -> dict[str, str]:
    names = words.split()
    return dict(zip(names[::2], names[1::2], strict=True))


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|[{}^_]|\s+|[^\\{}^_\s]", re.DOTALL)

_RAISED = dict(zip("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", strict=True))
_RAISED |= dict(zip("abcdefghjklmoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))
_RAISED |= {"T": "ᵀ", "−": "⁻", "′": "′", "*": "*", "∘": "°"}
_LOWERED = dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True))
_LOWERED |= dict(zip("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_LOWERED |= {"−": "₋"}

_SIGNS = _table(
    "alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι "
    "kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ "
    "varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ "
    "Phi Φ Psi Ψ Omega Ω "
    "infty ∞ partial ∂ nabla ∇ forall ∀ exists ∃ nexists ∄ emptyset ∅ varnothing ∅ hbar ℏ ell ℓ "
    "Re ℜ Im ℑ aleph ℵ angle ∠ triangle △ ldots … dots … cdots ⋯ vdots ⋮ ddots ⋱ prime ′ circ ∘ "
    "degree ° top ⊤ bot ⊥ neg ¬ lnot ¬ sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮ langle ⟨ "
    "rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ lvert | rvert | vert | mid | Vert ‖ lVert ‖ "
    "rVert ‖ | ‖ { { } } % % $ $ & & # # _ _ cdot · bullet • ast ∗ star ⋆ dagger † backslash \\ "
    "surd √ bigcup ⋃ bigcap ⋂ checkmark ✓ pounds £"
)
_OPERATORS = _table(
    "times × div ÷ pm ± mp ∓ leq ≤ le ≤ geq ≥ ge ≥ neq ≠ ne ≠ approx ≈ equiv ≡ cong ≅ sim ∼ "
    "simeq ≃ propto ∝ ll ≪ gg ≫ in ∈ notin ∉ ni ∋ subset ⊂ subseteq ⊆ supset ⊃ supseteq ⊇ cup ∪ "
    "cap ∩ setminus ∖ to → rightarrow → leftarrow ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐ "
    "iff ⇔ Leftrightarrow ⇔ implies ⇒ longrightarrow ⟶ Longrightarrow ⟹ mapsto ↦ uparrow ↑ "
    "downarrow ↓ land ∧ wedge ∧ lor ∨ vee ∨ oplus ⊕ otimes ⊗ perp ⊥ parallel ∥ models ⊨ vdash ⊢ "
    "therefore ∴ because ∵ colon : doteq ≐ prec ≺ succ ≻ nmid ∤"
)
_NAMES = _words(
    "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln lg exp lim max "
    "min sup inf det dim ker deg gcd arg Pr bmod mod"
)
_BLANKS = {",": " ", ";": " ", ":": " ", " ": " ", "!": "", "quad": "  ", "qquad": "    "}
_SILENT = _words("left right displaystyle textstyle limits nolimits big Big bigg Bigg")
_UPRIGHT = _words("text mathrm textrm mathit mathbf textbf boldsymbol mbox")
_FRACTIONS = _words("frac dfrac tfrac")
_LOOSE = frozenset("+-−=<>([{,;|·" + "".join(_OPERATORS.values())) - {":", "÷"}  # before a fraction
_THIN = frozenset({*",;: !", "left", "big", "Big", "bigg", "Bigg"})  # separate no factors
_DOUBLE_STRUCK = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))


class _NotExactError(Exception):
    """No line of Unicode has the same meaning."""


def to_unicode(source: str) -> str | None:
    """Return the formula in Unicode, or None if only its source is exact."""
    tokens: list[str] = _TOKEN.findall(source.strip())
    tokens.reverse()
    try:
        text = _group(tokens, closed=False)
    except (_NotExactError, RecursionError):  # hundreds of nested braces
        return None
    return re.sub(r" {2,}", " ", text).strip() if "quad" not in source else text.strip()


def _group(tokens: list[str], *, closed: bool) -> str:
    """Return the text up to the closing brace or the end."""
    text = ""
    after_name = False
    while tokens:
        token = tokens.pop()
        if token == "}":
            if closed:
                return text
            raise _NotExactError
        if token in "^_":
            table = _RAISED if token == "^" else _LOWERED
            text = text.rstrip() + _shift(_argument(tokens), table)
        else:
            value = _value(token, tokens)
            if token[1:] in _FRACTIONS:
                text = _append_fraction(text, value, tokens, after_name=after_name)
            else:
                parts = token[1:] in _NAMES and (text[-1:].isalnum() or text.endswith(")"))
                text += f" {value}" if parts else value
        if not (token.isspace() or token in "^_"):
            after_name = token[1:] in _NAMES
    if closed:
        raise _NotExactError
    return text


def _append_fraction(text: str, fraction: str, tokens: list[str], *, after_name: bool) -> str:
    """Return the text and the fraction, in parentheses where it would read otherwise."""
    if after_name:
        return f"{text.rstrip()}({fraction})"
    before = text.rstrip()[-1:]
    if (before and before not in _LOOSE) or _is_factor_next(tokens):
        fraction = f"({fraction})"
    return text + fraction


def _argument(tokens: list[str]) -> str:
    """Return the next group, command or single character."""
    while tokens and tokens[-1].isspace():
        tokens.pop()
    if not tokens or tokens[-1] in "^_}":
        raise _NotExactError
    token = tokens.pop()
    return _group(tokens, closed=True) if token == "{" else _value(token, tokens)


def _shift(text: str, table: dict[str, str]) -> str:
    try:
        return "".join([table[character] for character in text if character != " "])
    except KeyError:
        raise _NotExactError from None


def _value(token: str, tokens: list[str]) -> str:
    if token == "{":
        text = _group(tokens, closed=True)
        return text if len(text) == 1 else _guard_suffix(text, tokens)
    if token.isspace():
        return " "
    if token == "'":
        return "′"
    if token in {"&", "~", "$"}:
        raise _NotExactError
    if not token.startswith("\\"):
        return token
    name = token[1:]
    if name in _SIGNS:
        return _SIGNS[name]
    if name in _OPERATORS:
        return f" {_OPERATORS[name]} "
    if name in _NAMES:
        return name if tokens and tokens[-1] in {"(", "^", "_"} else f"{name} "
    return _construct(name, tokens)


def _construct(name: str, tokens: list[str]) -> str:
    if name in _BLANKS:
        return _BLANKS[name]
    if name in _SILENT:
        if tokens and tokens[-1] == ".":
            raise _NotExactError
        return ""
    if name in _UPRIGHT:
        return _argument(tokens)
    if name == "operatorname":
        text = _argument(tokens)
        return text if tokens and tokens[-1] in {"(", "^", "_"} else f"{text} "
    if name in _FRACTIONS:
        above, below = _argument(tokens), _argument(tokens)
        return _guard_suffix(f"{_parenthesize(above)}/{_parenthesize(below)}", tokens)
    if name == "sqrt" and not (tokens and tokens[-1] == "["):
        root = _guard_suffix(f"√{_parenthesize(_argument(tokens))}", tokens)
        return f"({root})" if root[-1] != ")" and _is_factor_next(tokens) else root
    if name == "mathbb":
        return _shift(_argument(tokens), _DOUBLE_STRUCK)
    raise _NotExactError


def _is_factor_next(tokens: list[str]) -> bool:
    """Return whether the next token would seem to belong to the number before it."""
    for token in reversed(tokens):
        name = token[1:]
        if token.isspace() or (token[0] == "\\" and name in _THIN):
            continue
        if token[0] == "\\":
            return not (name in _OPERATORS or name in _SILENT or name in _BLANKS)
        return token.isalnum() or token in "({[|!'"
    return False


def _guard_suffix(text: str, tokens: list[str]) -> str:
    """Return the text, unless a following exponent or index would seem to belong to its end."""
    if next((token for token in reversed(tokens) if not token.isspace()), "") in {"^", "_"}:
        raise _NotExactError
    return text


def _parenthesize(text: str) -> str:
    """Return the text in parentheses, unless it is a single number or letter."""
    text = text.strip()
    return text if text and (len(text) == 1 or text.isdecimal()) else f"({text})"
