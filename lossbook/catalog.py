"""책의 절 목록. 표, 카드, 목록, 시험이 모두 여기에서 나옵니다."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from lossbook._sections import ENTRIES

PARTS = {
    "loss": "Loss",
    "regression": "Regression Loss",
    "regression-additional": "Regression Loss (additional)",
}
TAGS = ("분류", "시퀀스", "회귀", "분포", "순위", "임베딩")


@dataclass(frozen=True)
class Section:
    """원문의 한 절.

    Attributes
    ----------
    part, number, slug, name : str
        원문의 부, 번호, 주소에 쓰는 이름, 원문의 제목.
    korean, tag, purpose : str
        한국어 이름, 갈래(분류·시퀀스·회귀·분포·순위·임베딩), 무엇에 쓰는지 한 문장.
    input, target, shape, range, unit, minimizer, defaults : str
        입력 공간, 목표, 모양, 값의 범위, 단위, 최소점, 기본 선택 사항.
    functions : tuple of str
        `lossbook`의 함수 이름.
    torch, keras, sklearn : str
        다른 라이브러리의 이름. 없으면 빈 문자열.
    """

    part: str
    number: str
    slug: str
    name: str
    korean: str
    tag: str
    purpose: str
    input: str
    target: str
    shape: str
    range: str
    unit: str
    minimizer: str
    defaults: str
    functions: tuple[str, ...]
    torch: str = ""
    keras: str = ""
    sklearn: str = ""

    @property
    def title(self) -> str:
        """장의 제목. 예: ``04. Huber loss``."""
        return f"{self.number}. {self.name}" if self.number else self.name

    @property
    def module(self) -> str:
        """`lossbook.losses`와 `lossbook.plots`, `tests`에서 쓰는 모듈 이름."""
        return self.slug.replace("-", "_")

    @property
    def stem(self) -> str:
        """확장자를 뺀 장의 파일 이름."""
        return f"{self.number}-{self.slug}" if self.number else self.slug

    @property
    def path(self) -> str:
        """저장소에서 장의 원본 경로."""
        return f"chapters/{self.part}/{self.stem}.md"


SECTIONS: tuple[Section, ...] = tuple(Section(**entry) for entry in ENTRIES)


def section(slug: str) -> Section:
    """이름으로 절을 찾습니다.

    Parameters
    ----------
    slug : str
        예: ``"huber-loss"``.

    Raises
    ------
    ValueError
        그런 절이 없을 때.

    Examples
    --------
    >>> section("huber-loss").torch
    'nn.HuberLoss'
    """
    for candidate in SECTIONS:
        if candidate.slug == slug:
            return candidate
    known = ", ".join(candidate.slug for candidate in SECTIONS)
    raise ValueError(f"slug는 다음 가운데 하나여야 합니다: {known}. 받은 값: {slug!r}.")


@dataclass(frozen=True)
class Card:
    """한 절의 사실을 두 열의 표로 보여 줍니다."""

    rows: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        return "\n".join(f"{key}: {value}" for key, value in self.rows)

    def _repr_html_(self) -> str:
        body = "\n".join(
            f'<tr><th scope="row" style="text-align:left;white-space:nowrap">{escape(key)}</th>'
            f'<td style="text-align:left">{escape(value)}</td></tr>'
            for key, value in self.rows
        )
        return f'<table class="loss-card">\n<tbody>\n{body}\n</tbody>\n</table>'


def card(slug: str) -> Card:
    """'한눈에 보기' 표를 만듭니다.

    Parameters
    ----------
    slug : str
        절의 이름. 예: ``"huber-loss"``.

    Returns
    -------
    Card
        Jupyter가 표로 보여 주는 객체.

    Examples
    --------
    >>> print(card("huber-loss"))  # doctest: +ELLIPSIS
    이름: 후버 손실 (Huber loss)
    갈래: 회귀
    ...
    """
    item = section(slug)
    names = [name for function in item.functions for name in (function, f"{function}_grad")]
    return Card(
        (
            ("이름", f"{item.korean} ({item.name})"),
            ("갈래", item.tag),
            ("입력 공간", item.input),
            ("목표", item.target),
            ("모양", item.shape),
            ("값의 범위", item.range),
            ("단위", item.unit),
            ("최소점", item.minimizer),
            ("기본값", item.defaults),
            ("lossbook", ", ".join(names)),
            ("PyTorch", item.torch or "없음"),
            ("Keras", item.keras or "없음"),
            ("scikit-learn", item.sklearn or "없음"),
        )
    )
