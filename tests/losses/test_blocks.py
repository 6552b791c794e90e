"""Blocks: however small they are, every position comes once, in the dtype to calculate in."""

from __future__ import annotations

import numpy as np
import pytest

from lossbook.losses import _blocks

RNG = np.random.default_rng(0)


@pytest.fixture(params=[1, 2, 6, 7, 24, 10_000])
def block(request, monkeypatch):
    monkeypatch.setattr(_blocks, "BLOCK", request.param)
    monkeypatch.setattr(_blocks, "SHORT", 3)
    return request.param


def squares(*pieces):
    return pieces[0] ** 2 + sum(pieces[1:])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
@pytest.mark.parametrize("shapes", [
    [(5, 4), (5, 4)], [(5, 1), (4,)], [(), ()], [(0, 3), (3,)], [(2, 3, 4), (3, 1), ()],
], ids=str)  # fmt: skip
def test_elements_come_once(block, shapes, dtype):
    arrays = [(RNG.normal(size=shape) * 4).astype(dtype) for shape in shapes]
    work = np.dtype(np.float32) if dtype in (np.float16, np.float32) else np.dtype(np.float64)
    out = np.zeros(np.broadcast_shapes(*shapes), np.float64)
    seen = 0
    for *pieces, part in _blocks.element_blocks(arrays, out):
        assert len(pieces) == len(arrays)
        if dtype is not np.int64:
            assert {piece.dtype for piece in pieces} == {work}
        assert part.size <= max(block, out.size if out.size <= block else 1)
        part[...] = squares(*pieces)
        seen += part.size
    assert seen == out.size
    np.testing.assert_allclose(
        out, squares(*(array.astype(float) for array in arrays)), rtol=1e-4, atol=1e-5
    )
    total = sum(squares(*pieces).sum() for pieces in _blocks.element_blocks(arrays))
    np.testing.assert_allclose(total, out.sum(), rtol=1e-4)


def test_small_arrays_come_as_they_are():
    x, out = RNG.normal(size=(3, 2)), np.zeros((3, 2))
    ((piece, part),) = _blocks.element_blocks([x], out)
    assert piece is x
    assert part is out


@pytest.mark.parametrize(
    "shapes", [[(7, 3)], [(7, 3), (7, 2)], [(3,), (3,)], [(1, 40)], [(0, 3)]], ids=str
)
def test_rows_come_once_and_vectors_whole(block, shapes):
    arrays = [RNG.normal(size=shape) for shape in shapes]
    one = arrays[0].ndim == 1
    first, second = np.zeros(shapes[0][:-1]), np.zeros(shapes[0])
    sizes = []
    for *pieces, sums, copy in _blocks.row_blocks(arrays, first, second):
        sums[...] = sum(piece.sum(axis=-1) for piece in pieces)
        copy[...] = pieces[0]
        sizes.append(max(piece.size for piece in pieces))
        if one:
            assert [piece.shape for piece in pieces] == shapes
    np.testing.assert_allclose(first, sum(array.sum(axis=-1) for array in arrays))
    np.testing.assert_array_equal(second, arrays[0])
    if not one and sizes:
        width = max(array.shape[1] for array in arrays)
        assert max(sizes) <= max(block, width)
        if width * len(arrays[0]) > block >= width:
            assert sizes[0] == block // width * width, "as many rows as fit"


def test_rows_without_an_output_and_in_half_precision(block):
    x = RNG.normal(size=(5, 3)).astype(np.float16)
    pieces = [piece for (piece,) in _blocks.row_blocks([x], None)]
    assert {piece.dtype for piece in pieces} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(np.concatenate(pieces), x)


@pytest.mark.parametrize(
    "shape", [(4,), (5, 4), (3, 2), (3, 4, 5), (1, 2, 3, 7), (2, 3, 0), (0, 3), (9, 1)], ids=str
)
def test_classes_come_once(block, shape):
    x = RNG.normal(size=shape)
    rest = shape[:0] if len(shape) == 1 else (shape[0], *shape[2:])
    w = RNG.normal(size=rest)
    out, most = np.zeros(rest), 0
    C = shape[0] if len(shape) == 1 else shape[1]
    classes = 0 if len(shape) == 1 else 1
    wanted = (x**2).sum(axis=classes) * w
    for logits, weight, part in _blocks.class_blocks([x, w], out):
        assert logits.shape == (C, *part.shape)
        assert logits.flags.c_contiguous == (C <= 3) or logits.size <= C or 1 in logits.shape
        part[...] = (logits**2).sum(axis=0) * weight
        most = max(most, logits.size)
    np.testing.assert_allclose(out, wanted)
    assert most <= max(block, C)


def test_a_gradient_block_is_a_view(block):
    x = RNG.normal(size=(3, 4, 5)).astype(np.float16)
    slopes = np.zeros_like(x)
    for logits, part in _blocks.class_blocks([x], slopes):
        assert logits.dtype == np.float32
        part[...] = 2 * logits
    np.testing.assert_array_equal(slopes, 2 * x)


def test_without_classes_there_is_no_block():
    assert list(_blocks.class_blocks([np.zeros((3, 0))])) == []


@pytest.mark.parametrize(
    ("N", "D", "count"),
    [(1, 1, 1), (4, 3, 2), (4, 3, 3), (4, 3, 7), (4, 3, 100), (3, 0, 5), (0, 4, 2), (2, 9, 4)],
)
def test_positions_are_a_partition(N, D, count):
    times, pieces = np.zeros((N, D), int), list(_blocks._positions(N, D, count))
    for n, d in pieces:
        times[n, d] += 1
        assert times[n, d].size <= count
        assert min(n.start, d.start) >= 0
    assert np.all(times == 1)
    if D and N:
        assert len(pieces) == (N * -(-D // count) if count < D else -(-N // (count // D)))


TERMS = {"mean": lambda t, total: t.sum() / (t.size if total is None else total),
         "sum": lambda t, total: t.sum(), "none": lambda t, total: t}  # fmt: skip


@pytest.mark.parametrize("total", [None, 2.5])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("reduction", TERMS)
def test_reduced(block, reduction, weighted, total):
    x, y = RNG.normal(size=(5, 4)), RNG.normal(size=(4,))
    weight = RNG.uniform(size=(5, 1)) if weighted else None
    found = _blocks.reduced(squares, (x, y), reduction, weight=weight, total=total)
    terms = squares(x, y) * (weight if weighted else 1)
    np.testing.assert_allclose(found, TERMS[reduction](terms, total))
    assert found.dtype == np.float64
    narrow = _blocks.reduced(squares, (x, y), reduction, dtype=np.dtype(np.float32))
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, TERMS[reduction](squares(x, y), None), rtol=1e-5)
    done = _blocks.reduced_terms(terms, reduction, np.dtype(np.float32), total)
    assert done.dtype == np.float32
    np.testing.assert_allclose(done, TERMS[reduction](terms, total), rtol=1e-5)
    scalar = _blocks.reduced_terms(np.array(3.0), reduction, np.dtype(np.float64), total)
    np.testing.assert_allclose(scalar, TERMS[reduction](np.array(3.0), total))


@pytest.mark.parametrize("total", [None, 2.5])
@pytest.mark.parametrize("reduction", TERMS)
@pytest.mark.parametrize(
    "shape", [(3, 5, 4), (5, 4), (1, 4), (5, 1), (4,), (1,), (), (1, 1, 1)], ids=str
)
def test_gradient_sums_where_an_input_was_broadcast(block, shape, reduction, total):
    x, y = RNG.normal(size=shape), RNG.normal(size=(3, 5, 4))
    weight = RNG.uniform(size=(4,))

    def slope(x, y):
        return 2 * x + y

    found = _blocks.gradient(slope, (x, y), reduction, like=x, weight=weight, total=total)
    every = (2 * x + y) * weight / ((total or 60) if reduction == "mean" else 1)
    assert found.shape == shape
    extra = tuple(range(3 - len(shape)))
    axes = extra + tuple(axis for axis in range(3) if axis not in extra and shape[axis - 3] == 1)
    np.testing.assert_allclose(found, every.sum(axis=axes).reshape(shape))
    assert _blocks.gradient(slope, (x, y), reduction, like=x.astype(np.float32)).dtype == np.float32


def test_an_axis_of_one_that_was_not_stretched_stays():
    slopes = np.arange(6.0).reshape(1, 2, 3)
    assert _blocks.collected(slopes, np.zeros((1, 2, 3))) is slopes
    np.testing.assert_array_equal(_blocks.collected(slopes, np.zeros((2, 3))), slopes[0])
    np.testing.assert_array_equal(
        _blocks.collected(slopes, np.zeros((1, 1, 3))), slopes.sum(1, keepdims=True)
    )
    narrow = _blocks.collected(slopes, np.zeros((1, 2, 3), np.float32))
    assert narrow.dtype == np.float32


def test_options_are_named():
    x = np.zeros(2)
    with pytest.raises(TypeError):
        _blocks.reduced(squares, (x,), "sum", None)
    with pytest.raises(TypeError):
        _blocks.gradient(squares, (x,), "sum", x)
