"""Faults of language are found; what only looks like one is not."""


from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from booktools.prose.chapter import parse_chapter
from booktools.prose.language import TERMS, check_language
from booktools.prose.particles import ending_of_code, ending_of_math, ending_of_number, fitting

GOOD = (Path(__file__).parents[1] / "data" / "prose" / "04-huber-loss.md").read_text("utf-8")
PATH = "chapters/regression/04-huber-loss.md"
SPOT = "그림을 봅니다."


def problems(text: str) -> list[str]:
    return [str(problem) for problem in check_language(parse_chapter(text, PATH))]


def test_the_good_chapter_passes():
    assert problems(GOOD) == []


FAULTS = [
    # what is written, what the message says was found and expected
    ("**교차 엔트로피(cross-entropy)**는 크다고 합니다.", "asterisks that readers see"),
    ("파생 상품을 구합니다.", "found “파생 상품”; expected “도함수 또는 미분”"),
    ("이윤이 큽니다.", "expected “마진”"),
    ("가로채기를 봅니다.", "expected “절편”"),
    ("그려지고 생각되어집니다.", "found “되어집"),
    ("손실에 대해서 말합니다.", "found “에 대해서”"),
    ("계산함에 있어서 빠릅니다.", "found “함에 있어”"),
    ("값을 가지고 있습니다.", "found “을 가지고 있”"),
    ("이것은 쉽게 알 수 있습니다.", "found “쉽게 알 수 있”"),
    ("교차엔트로피입니다.", "expected “교차 엔트로피”"),
    ("크로스 엔트로피입니다.", "expected “교차 엔트로피”"),
    ("좋은 손실함수입니다.", "expected “손실 함수”"),
    ("데이터 셋입니다.", "expected “데이터셋”"),
    ("라벨입니다.", "expected “레이블”"),
    ("그래디언트입니다.", "expected “기울기”"),
    ("로그확률입니다.", "expected “로그 확률”"),
    ("서브그래디언트입니다.", "expected “열미분"),
    ("우도입니다.", "expected “가능도"),
    ("| 표 | 라벨 |\n| --- | --- |\n| 손실함수 | b |", "expected “손실 함수”"),
    ("### 라벨\n\n글입니다.", "expected “레이블”"),
    (unicodedata.normalize("NFD", "그림입니다."), "expected NFC"),
    ("https://pytorch.org를 보세요.", "found “https://pytorch.org를”"),
    ("> **인용(quote)**은 씁니다.", "asterisks that readers see"),
    ("손실은 평균이다.", "found “손실은 평균이다.”; expected a sentence that ends in ~니다"),
    ("* 손실을 더한다.", "found “손실을 더한다.”"),
    ("크다. 작습니다.", "found “크다.”"),
    ("하나입니다. 둘입니다. 셋입니다. 넷입니다. 다섯입니다. 여섯입니다.", "found a paragraph of 6 sentences"),
    ("글입니다.\n다음 줄입니다.이어집니다.", "found “다.이어집니다"),
    ("하나,둘입니다.", "found “나,둘입니다"),
    ("δ이 큽니다.", "found “δ이”; expected “δ가”"),
    ("ε가 작습니다.", "found “ε가”; expected “ε이”"),
    ("1를 더합니다.", "found “1를”; expected “1을”"),
    ("2으로 나눕니다.", "found “2으로”; expected “2로”"),
    ("1으로 나눕니다.", "found “1으로”; expected “1로”"),
    ("10로 나눕니다.", "found “10로”; expected “10으로”"),
    ("0.5은 작습니다.", "found “0.5은”; expected “0.5는”"),
    ("30 %을 씁니다.", "found “30 %을”; expected “30 %를”"),
    ("`nn.HuberLoss`은 느립니다.", "expected “nn.HuberLoss는”"),
    ("`reduction`는 축약입니다.", "expected “reduction은”"),
    ("`reduction='mean'`는 평균입니다.", "expected “reduction='mean'은”"),
    (r"$\delta$이 큽니다.", r"expected “\delta가”"),
    ("$N$는 큽니다.", "expected “N은”"),
    ("$x = 0.5$을 봅니다.", "expected “x = 0.5를”"),
    ("MSE은 큽니다.", "expected “MSE는”"),
    ("후버 손실(Huber loss)는 둥급니다.", "expected “실(Huber loss)은”"),
    ("손실를 봅니다.", "expected “실을”"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "message"), FAULTS)
def test_a_planted_fault_is_found(fault, message):
    text = GOOD.replace(SPOT, fault)
    found = problems(text)
    assert any(message in problem for problem in found), found
    assert all(re.match(rf"{re.escape(PATH)}:\d+: found .+; expected .+; .+", p) for p in found)


def test_the_line_is_that_of_the_fault():
    found = problems(GOOD.replace(SPOT, "첫 줄입니다.\n둘째 줄의 라벨입니다."))
    line = GOOD.split("\n").index(SPOT) + 2
    assert [problem.split(": ")[0] for problem in found] == [f"{PATH}:{line}"]


@pytest.mark.parametrize(
    "text",
    [
        "**교차 엔트로피**(cross-entropy)는 큽니다.",
        "값이 2.5입니다. [손실](a.md)을 보고, `손실함수`를 읽고, 해 봅시다. 될까요?",
        "열미분(서브그래디언트)과 가능도(우도)를 씁니다.",
        "“손실이 0이다.”라는 말을 봅니다.",
        "| 하는 일 |\n| --- |\n| 방향을 알려 준다. |",
        "https://pytorch.org 를 보세요.",
        "0은 0이고 1은 1이며 3과 6으로, 7로, 100으로, 1,000을, 0.10을 씁니다.",
        "F1을, `f(x)`을, `x`는, $y_n$은, $\\hat y$는, R은 그대로 둡니다.",
        "> 손실함수은 라벨이다.",
        "다를 수 있고, 고를 수 있고, 마을을 봅니다.",
        "[2.3.5. 손실함수](introduction.md)를 보세요.",
    ],
)
def test_what_is_right_is_left_alone(text):
    assert problems(GOOD.replace(SPOT, text)) == []


def test_quotations_of_the_source_document_keep_its_words():
    errata = "**R04.1.** \"손실함수\": 중괄호가"
    assert errata in GOOD
    assert problems(GOOD.replace(errata, "**R04.1.** 손실함수: 중괄호가")) != []


def test_readings():
    assert [ending_of_number(n) for n in ("0", "10", "1000", "21", "0.5", "2.10", "1,234")] == [
        "other", "other", "other", "liel", "vowel", "other", "vowel",
    ]  # fmt: skip
    assert ending_of_code("F.cross_entropy") == "vowel"
    assert ending_of_code("torch.nn.NLLLoss") == "vowel"
    assert ending_of_code("f(x)") is None
    assert ending_of_math(r"\varepsilon_n") is None
    assert [fitting(p, "liel") for p in ("은", "으로", "를")] == ["은", "로", "을"]


def test_the_table_of_terms_never_recommends_what_it_forbids():
    for pattern, use in TERMS:
        plain = use.split(" (")[0]
        assert not any(other.search(plain) for other, _ in TERMS), (pattern, use)
