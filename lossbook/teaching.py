"""장과 과제에서 쓰는 작은 도구: 코드 보여 주기, 표, torch와 비교, 연습 문제 채점."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

__all__ = ["attempt", "both", "checking", "compare", "source", "table"]


@dataclass(frozen=True)
class Source:
    """함수의 코드. Jupyter에서는 색을 입혀 보여 줍니다."""

    code: str

    def __repr__(self) -> str:
        return self.code

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.code}\n```"


def source(*functions: Callable[..., Any]) -> Source:
    """함수의 코드를 docstring 없이 보여 줍니다.

    Parameters
    ----------
    *functions : callable
        파이썬으로 쓴 함수. 여럿이면 빈 줄 두 개로 나눕니다.

    Returns
    -------
    Source
        코드를 담은 객체.
    """
    return Source("\n\n\n".join(_without_docstring(function) for function in functions))


def _without_docstring(function: Callable[..., Any]) -> str:
    lines = inspect.getsource(function).splitlines()
    definition = ast.parse("\n".join(lines)).body[0]
    assert isinstance(definition, ast.FunctionDef)
    first = definition.body[0]
    if ast.get_docstring(definition) is not None and first.end_lineno is not None:
        del lines[first.lineno - 1 : first.end_lineno]
    return "\n".join(lines).strip()


@dataclass(frozen=True)
class Table:
    """계산한 값을 담은 작은 표."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __repr__(self) -> str:
        return "\n".join(" | ".join(row) for row in (self.columns, *self.rows))

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.columns)
        body = "\n".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self.rows
        )
        return (
            f'<table class="loss-table">\n<thead><tr>{head}</tr></thead>\n'
            f"<tbody>\n{body}\n</tbody>\n</table>"
        )


def table(rows: Iterable[Sequence[object]], columns: Sequence[str]) -> Table:
    """계산한 값을 표로 보여 줍니다.

    Parameters
    ----------
    rows : iterable of sequence
        행. 실수는 유효 숫자 여섯 자리로, 그 밖의 값은 `str`로 적습니다.
    columns : sequence of str
        열 이름.

    Returns
    -------
    Table
        Jupyter가 표로 보여 주는 객체.

    Raises
    ------
    ValueError
        어떤 행의 길이가 열의 수와 다를 때.
    """
    written = tuple(tuple(_written(cell) for cell in row) for row in rows)
    for row in written:
        if len(row) != len(columns):
            raise ValueError(
                f"rows의 모든 행은 columns처럼 {len(columns)}칸이어야 합니다. 받은 행: {row}."
            )
    return Table(tuple(columns), written)


def _written(cell: object) -> str:
    if isinstance(cell, float | np.floating):
        return f"{cell:.6g}"
    return str(cell)


def compare(
    cases: Iterable[tuple[str, object, object]], tolerance: float = 1e-12
) -> Table:
    """여러 경우에 두 구현의 값을 견주어 가장 큰 차이를 표로 보여 줍니다.

    Parameters
    ----------
    cases : iterable of (str, array_like, array_like)
        이름, `lossbook`의 값, 다른 라이브러리의 값. 텐서는 NumPy 배열로 바꿉니다.
    tolerance : float
        이 상대 차이까지는 같다고 봅니다. 상대 차이의 분모는 1보다 작아지지 않습니다.

    Returns
    -------
    Table
        차이가 `tolerance` 안이면 그렇다고, 넘으면 그 차이를 적은 표.
        inf와 nan은 같은 자리에 같은 값이 있어야 같습니다.
    """
    columns = ("경우", "모양", "가장 큰 차이")
    rows = [
        (name, str(_array(ours).shape), _difference(_array(ours), _array(theirs), tolerance))
        for name, ours, theirs in cases
    ]
    return table(rows, columns)


def both(
    name: str,
    ours: Callable[..., Any],
    theirs: Callable[..., Any],
    *inputs: Any,
    wrt: Sequence[int] = (0,),
    **options: Any,
) -> list[tuple[str, object, object]]:
    """같은 입력에서 `lossbook`과 PyTorch의 값과 기울기를 구해 `compare`에 넘길 경우로 묶습니다.

    Parameters
    ----------
    name : str
        경우의 이름.
    ours : callable
        `lossbook`의 손실. 기울기는 같은 모듈의 ``<이름>_grad``로 구합니다.
    theirs : callable
        텐서를 받는 함수. 인수의 순서와 이름은 `ours`와 같습니다.
    *inputs : array_like
        두 함수에 차례로 넘길 입력. `theirs`에는 텐서로 바꾸어 넘깁니다.
    wrt : sequence of int
        `ours`의 기울기가 어느 입력에 대한 것인지. 여럿이면 기울기의 튜플과 순서가 같습니다.
    **options
        두 함수에 이름으로 넘길 값. 배열은 `theirs`에는 텐서로 바꾸어 넘깁니다.

    Returns
    -------
    list of (str, array_like, Tensor)
        값 하나와 `wrt`마다 기울기 하나.

    Examples
    --------
    >>> import torch.nn.functional as F
    >>> from lossbook import mse_loss
    >>> compare(both("(2,)", mse_loss, F.mse_loss, [1.0, 3.0], [1.0, 1.0]))
    경우 | 모양 | 가장 큰 차이
    (2,) | () | 1e-12 이하
    (2,): 기울기 | (2,) | 1e-12 이하
    """
    import torch

    arrays = [np.array(value) for value in inputs]
    tensors = [torch.tensor(array) for array in arrays]
    for position in wrt:
        tensors[position].requires_grad_()
    same = {
        key: torch.tensor(value) if isinstance(value, np.ndarray) else value
        for key, value in options.items()
    }
    value = theirs(*tensors, **same)
    value.sum().backward()
    gradient = getattr(inspect.getmodule(ours), f"{ours.__name__}_grad")(*arrays, **options)
    gradients = gradient if isinstance(gradient, tuple) else (gradient,)
    cases = [(name, ours(*arrays, **options), value)]
    for number, (position, slope) in enumerate(zip(wrt, gradients, strict=True), 1):
        which = f"{name}: 기울기 {number}" if len(wrt) > 1 else f"{name}: 기울기"
        cases.append((which, slope, tensors[position].grad))
    return cases


def attempt(call: Callable[[], object], digits: int = 6) -> str:
    """함수를 불러 그 값을, 오류가 나면 오류의 이름과 첫 줄을 글로 돌려줍니다.

    Parameters
    ----------
    call : callable
        인수 없이 부를 함수.
    digits : int
        실수를 적는 유효 숫자.

    Examples
    --------
    >>> attempt(lambda: 2 / 3)
    '0.666667'
    >>> attempt(lambda: float("하나"))
    "ValueError: could not convert string to float: '하나'"
    """
    try:
        value = call()
    except Exception as error:  # 무엇이 나오는지 보여 주는 것이 일이다
        return f"{type(error).__name__}: {error}".splitlines()[0]
    array = _array(value)
    if array.ndim == 0 and np.issubdtype(array.dtype, np.floating):
        return f"{float(array):.{digits}g}"
    return str(array if array.ndim else value)


def _array(value: Any) -> np.ndarray[Any, np.dtype[Any]]:
    return np.asarray(value.detach() if hasattr(value, "detach") else value)


def _difference(
    ours: np.ndarray[Any, np.dtype[Any]],
    theirs: np.ndarray[Any, np.dtype[Any]],
    tolerance: float,
) -> str:
    if ours.shape != theirs.shape:
        return f"모양이 다름: {ours.shape}과 {theirs.shape}"
    ours, theirs = ours.astype(np.float64), theirs.astype(np.float64)
    finite = np.isfinite(ours) & np.isfinite(theirs)
    if not np.array_equal(ours[~finite], theirs[~finite], equal_nan=True):
        return "inf나 nan의 자리가 다름"
    scale = np.maximum(1, np.abs(theirs[finite]))
    largest = np.max(np.abs(ours[finite] - theirs[finite]) / scale, initial=0.0)
    return f"{tolerance:.0e} 이하" if largest <= tolerance else f"{largest:.1e}"


@contextmanager
def checking(title: str) -> Iterator[None]:
    """연습 문제의 답을 확인하고 결과를 한 줄로 적습니다.

    아직 풀지 않은 문제(``NotImplementedError``)와 틀린 답(``AssertionError``)은 예외를
    밖으로 내보내지 않으므로, 노트북은 끝까지 실행됩니다. 그 밖의 예외는 그대로 나갑니다.

    Parameters
    ----------
    title : str
        연습 문제의 이름.

    Examples
    --------
    >>> with checking("연습 1"):
    ...     assert 1 + 1 == 2
    연습 1: 통과
    >>> with checking("연습 1"):
    ...     assert 1 + 1 == 3, "덧셈을 다시 보세요"
    연습 1: 아직 맞지 않습니다. 덧셈을 다시 보세요
    """
    try:
        yield
    except NotImplementedError:
        print(f"{title}: 아직 풀지 않았습니다. 위 셀을 채우고 두 셀을 다시 실행하세요.")
    except AssertionError as error:
        print(f"{title}: 아직 맞지 않습니다. {error}".rstrip())
    else:
        print(f"{title}: 통과")
