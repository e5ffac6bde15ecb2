"""Formulas in Unicode."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemochat.screen.markdown.latex import to_unicode


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("x_1", "x₁"),
        ("x^2 + y^2", "x² + y²"),
        ("E = mc^2", "E = mc²"),
        (r"\alpha \le \beta", "α ≤ β"),
        (r"a\times b", "a × b"),
        (r"\frac{1}{2}", "1/2"),
        (r"\frac12", "1/2"),
        (r"\frac{a+b}{c}", "(a+b)/c"),
        (r"\frac{1}{2}x", "(1/2)x"),
        (r"\frac{1}{2} x", "(1/2) x"),
        (r"2\frac{1}{2}", "2(1/2)"),
        (r"\sum_{i=1}^n i", "∑ᵢ₌₁ⁿ i"),
        (r"\sqrt{x}", "√x"),
        (r"\sqrt{x+1}", "√(x+1)"),
        (r"\mathbb{R}^n", "ℝⁿ"),
        (r"\sin^2 x + \cos x", "sin² x + cos x"),
        (r"\left(\frac{1}{n}\right)", "(1/n)"),
        (r"x \in \{1, 2\}", "x ∈ {1, 2}"),
        (r"90^\circ", "90°"),
        (r"f'(x)\,dx", "f′(x) dx"),
        (r"\text{if } x > 0", "if x > 0"),
        ("H_2O", "H₂O"),
        ("{a}^2", "a²"),
        (r"\sqrt X", "√X"),
        (r"\sin{x}", "sin x"),
        (r"\sin(x)", "sin(x)"),
        (r"\log_2 x", "log₂ x"),
        (r"a\quad b", "a   b"),
        (r"a \, \; b", "a b"),
        ("{ab}", "ab"),
        ("x^ 2", "x²"),
        ("x^{-1}", "x⁻¹"),
        ("", ""),
        (r"1/\frac{a}{b}", "1/(a/b)"),
        (r"1 \div \frac{a}{b}", "1 ÷ (a/b)"),
        (r"\frac{a}{b}/\frac{c}{d}", "a/b/(c/d)"),
        (r"x = -\frac{a}{b} + \frac{c}{d}", "x = -a/b + c/d"),
        (r"2 \frac{1}{2}", "2 (1/2)"),
        (r"\frac{1}{2}\,x", "(1/2) x"),
        (r"\frac{1}{2}\left(x+1\right)", "(1/2)(x+1)"),
        (r"\frac{n}{2}!", "(n/2)!"),
        (r"\sum_i \frac{1}{i}", "∑ᵢ (1/i)"),
        (r"\ln\frac{p}{1-p}", "ln(p/(1-p))"),
        (r"\sin\frac{x}{2}\cos y", "sin(x/2) cos y"),
        (r"\log \frac{a}{b}", "log(a/b)"),
        (r"\log_2 \frac{a}{b}", "log₂(a/b)"),
        (r"\sqrt{2}x", "(√2)x"),
        (r"\sqrt{2}\pi", "(√2)π"),
        (r"\sqrt{x+1}y", "√(x+1)y"),
        (r"\sqrt{2}/2 + \sqrt{3}", "√2/2 + √3"),
        (r"\sqrt{\frac{a}{b}}", "√(a/b)"),
        (r"x\sin y", "x sin y"),
        (r"x\text{ if }y", "x if y"),
        (r"\operatorname{rank}A", "rank A"),
    ],
)
def test_what_is_exact_is_shown_in_unicode(source: str, shown: str) -> None:
    assert to_unicode(source) == shown


@pytest.mark.parametrize(
    "source",
    [
        r"\begin{aligned} a &= b \end{aligned}",
        r"\unknown{x}",
        r"\hat{x}",
        "x^{y^2}",
        "x^{Q}",
        "{a+b}^2",
        r"\frac{1}{2}^2",
        r"\frac{1}{2} ^2",
        r"\sin\frac{x}{2}^2",
        r"\sqrt{2}^2",
        r"\sqrt[3]{2}",
        "x^",
        "{",
        "}",
        "a & b",
        "a ~ b",
        "a $ b",
        "x^X",
        "x^^2",
        "x^_2",
        "{ab}_1",
        r"\left. x \right|",
        r"\frac{1}",
        "{" * 2000 + "x" + "}" * 2000,
        r"\sqrt" * 2000 + "x",
    ],
)
def test_what_is_not_exact_keeps_its_source(source: str) -> None:
    assert to_unicode(source) is None


@given(st.text("\\{}^_ax12 +-=fracsqrtleft", max_size=40))
def test_any_source_is_shown_or_kept(source: str) -> None:
    shown = to_unicode(source)
    assert shown is None or "\\" not in shown
