"""poisson_nll_loss against torch, on its edges, on the worked numbers, and as mathematics."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import gammaln
from sklearn.metrics import mean_poisson_deviance

from lossbook import poisson_nll_loss, poisson_nll_loss_grad
from tests.losses import pairs
from tests.losses.against_torch import REFUSALS, Case, assert_refused, options

INF, NAN = np.inf, np.nan
DTYPES = [*pairs.FLOATS, "int64", "int32", "uint8", "bool"]
BOTH = [True, False]


def counts(shape, dtype):
    """Return 0, ½, 1, 1.5, 2, … : both sides of Stirling's jump."""
    return np.asarray(np.arange(np.prod(shape, dtype=int)).reshape(shape) / 2).astype(dtype)


@pytest.mark.parametrize("dtype", pairs.FLOATS)
@pytest.mark.parametrize("shape", pairs.SHAPES, ids=str)
def test_as_torch(shape, dtype):
    x, y = pairs.positive(0, shape, dtype), counts(shape, dtype)
    pairs.assert_same(
        Case("poisson_nll_loss", (x, y), option)
        for option in options(
            log_input=[None, *BOTH],
            full=[None, *BOTH],
            eps=[None, 0, 1e-3, True],
            reduction=[None, *pairs.REDUCTIONS],
        )
    )


@pytest.mark.parametrize("log_input", BOTH)
def test_layouts_and_blocks(log_input):
    pairs.assert_layouts("poisson_nll_loss", 2, {"log_input": log_input, "full": True})
    choices = options(log_input=[log_input], full=BOTH, reduction=["none", "sum"])
    pairs.assert_blocks("poisson_nll_loss", 2, choices)


@pytest.mark.parametrize("full", BOTH)
@pytest.mark.parametrize("log_input", BOTH)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.filterwarnings("ignore:input에 음수가")
def test_edges_as_torch(dtype, log_input, full):
    x = [INF, INF, -INF, -INF, NAN, 0, 0, 0, 80, -1, -1e-9, 0, 800, 0, -0.0, 1e-30, -90, 1e-42, 5]
    y = [0, 1, 0, 1, 0, NAN, INF, -INF, 1, 1, 1, -2, 1, 3, 0, 0, 2, 1, 1 + 1e-6]
    pairs.assert_same(
        Case("poisson_nll_loss", (np.array(x, dtype), np.array(y, dtype)), option)
        for option in options(
            reduction=["none", "sum"], log_input=[log_input], full=[full], eps=[None, 0, -1.5, NAN]
        )
    )


@pytest.mark.parametrize("full", BOTH)
@pytest.mark.parametrize("reduction", pairs.REDUCTIONS)
@pytest.mark.parametrize(("left", "right"), pairs.BROADCAST)
def test_broadcasting_warns_once_where_torch_is_silent(left, right, reduction, full):
    x, y = pairs.positive(0, left), pairs.positive(1, right)
    for log_input in BOTH:
        option = {"log_input": log_input, "full": full, "reduction": reduction}
        pairs.assert_broadcasts_with_one_warning(Case("poisson_nll_loss", (x, y), option))


@pytest.mark.parametrize("target", DTYPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_mixed_dtypes_as_torch(dtype, target):
    x, y = np.array([1, 4, 3]).astype(dtype), np.array([0, 3, 1]).astype(target)
    for option in options(log_input=BOTH, full=BOTH, reduction=pairs.REDUCTIONS):
        case = Case("poisson_nll_loss", (x, y), option, gradient=False)
        try:
            torch.nn.functional.poisson_nll_loss(torch.from_numpy(x), torch.from_numpy(y), **option)
        except REFUSALS:
            with pytest.raises(TypeError, match=r"(input|target).*받은 dtype"):
                poisson_nll_loss(x, y, **option)
            continue
        pairs.assert_mixed(case)
        if x.dtype.kind == "f":
            exact = poisson_nll_loss_grad(x.astype(float), y.astype(float), **option)
            found = poisson_nll_loss_grad(x, y, **option)
            assert found.dtype == x.dtype
            assert np.allclose(found.astype(float), exact, rtol=2e-3)
        else:
            with pytest.raises(TypeError, match=r"(input|target).*받은 dtype"):
                poisson_nll_loss_grad(x, y, **option)


@pytest.mark.parametrize("narrow", pairs.FLOATS)
@pytest.mark.parametrize("wide", pairs.FLOATS)
@pytest.mark.filterwarnings("ignore:input의 모양")
def test_a_single_number_gives_way_to_an_array(narrow, wide):
    one, many = np.asarray(np.array(1.5).astype(narrow)), pairs.positive(1, (3,), wide)
    for args in ((one, many), (many, one), (one, np.asarray(many[0]))):
        pairs.assert_mixed(Case("poisson_nll_loss", args, {"reduction": "none"}, gradient=False))


def test_lists_and_numbers():
    pairs.assert_lists("poisson_nll_loss", 2, {"full": True})
    pairs.assert_lists("poisson_nll_loss", 2, {"log_input": False})
    small = np.full(2, 200, np.uint8)
    assert np.isclose(poisson_nll_loss(small, small, False), 200 - 200 * np.log(200))


def test_worked_numbers():
    x, y = np.log([2.0]), [3.0]
    assert round(float(poisson_nll_loss(x, y)), 6) == -0.079442
    assert np.isclose(poisson_nll_loss(x, y), 2 - 3 * np.log(2), rtol=1e-15)
    assert np.isclose(poisson_nll_loss_grad(x, y), -1)
    assert np.isclose(poisson_nll_loss_grad([2.0], y, log_input=False), -0.5)
    full = poisson_nll_loss(x, y, full=True)
    assert round(float(full), 6) == 1.68464
    assert round(float(full - poisson_nll_loss(x, y)), 6) == 1.764082
    assert round(float(poisson_nll_loss(x, y) + np.log(6)), 6) == 1.712318
    assert round(float(poisson_nll_loss([2.0], y)), 6) == 1.389056
    assert round(float(poisson_nll_loss([2.0], y, log_input=False)), 6) == -0.079442
    assert poisson_nll_loss([1.0, 1], [0.0, 2], log_input=False, eps=0) == 1
    assert np.allclose(poisson_nll_loss_grad([1.0, 1], [0.0, 2], log_input=False).sum(), 0)
    zero = poisson_nll_loss([0.0, 0], [0.0, 3], log_input=False, reduction="none")
    assert np.allclose(zero, [0, 55.262042], atol=5e-7)
    slopes = poisson_nll_loss_grad([0.0, 0], [0.0, 3], log_input=False, reduction="none")
    assert np.allclose(slopes, [1, -3e8])


@pytest.mark.parametrize(
    ("y", "error"),
    [(2, -0.0413), (3, -0.0277), (5, -0.0166), (100, -0.0008), (1.0001, -0.081), (1, 0), (0, 0)],
)
def test_no_option_gives_the_exact_likelihood(y, error):
    """Stirling's sum is off by this much from log y!."""
    off = poisson_nll_loss(0.0, float(y), full=True) - poisson_nll_loss(0.0, float(y))
    assert abs(off - gammaln(y + 1) - error) < 6e-5


def test_negative_rates_warn_once():
    x, y = np.array([-1.0, 2.0]), np.array([1.0, 1.0])
    for function in (poisson_nll_loss, poisson_nll_loss_grad):
        with pytest.warns(UserWarning, match=r"input에 음수.*log_input=False") as record:
            function(x, y, log_input=False)
        assert [warning.filename for warning in record] == [__file__]
    with pytest.warns(UserWarning, match="음수"):
        pairs.assert_same([Case("poisson_nll_loss", (x, y), {"log_input": False})])
    for rate, count in ((x[:, None], y), (x, y[:, None])):
        with pytest.warns(UserWarning, match="모양") as record:
            poisson_nll_loss(rate, count, log_input=False)
        assert len(record) == 1
    poisson_nll_loss(x, y)
    poisson_nll_loss([-0.0, NAN], y, log_input=False)


def test_float32_overflows_where_the_number_does():
    assert np.isfinite(poisson_nll_loss(np.float32([88.7]), [1.0]))
    assert poisson_nll_loss(np.float32([100]), [1.0]) == INF


def test_float16_keeps_eps_where_torch_loses_it():
    """torch rounds 0 + 1e-8 to 0 in float16 and returns nan for a rate and count of 0."""
    x, y = np.zeros(2, np.float16), np.array([0, 3], np.float16)
    ours = poisson_nll_loss(x, y, log_input=False, reduction="none")
    assert ours.dtype == np.float16
    assert np.allclose(ours, [0, 55.26], rtol=1e-3)


def test_empty():
    assert np.isnan(poisson_nll_loss([], []))
    assert poisson_nll_loss([], [], reduction="sum") == 0
    assert poisson_nll_loss_grad(np.zeros((0, 3)), np.zeros((0, 3))).shape == (0, 3)


X = np.ones((3, 2))
REFUSED = [
    (TypeError, "input", (X.astype(bool), X.astype(bool)), {}),
    (TypeError, "input", (X.astype(bool), X), {"log_input": False}),
    (TypeError, "target", (X, X.astype(bool)), {"full": True}),
    (TypeError, "input", (X.astype("U1"), X), {}),
    (ValueError, "target", (X, np.zeros((2, 3))), {}),
    (ValueError, "target", (X, np.zeros(3)), {}),
    (TypeError, "log_input", (X, X), {"log_input": 1}),
    (TypeError, "log_input", (X, X), {"log_input": None}),
    (TypeError, "full", (X, X), {"full": "a"}),
    (TypeError, "eps", (X, X), {"eps": "a"}),
    (TypeError, "eps", (X, X), {"eps": None}),
    (TypeError, "eps", (X, X), {"eps": 1j}),
    (TypeError, "eps", (X, X), {"eps": np.ones(1)}),
    (ValueError, "reduction", (X, X), {"reduction": "batchmean"}),
    (ValueError, "reduction", (X, X), {"reduction": None}),
]


@pytest.mark.parametrize("function", pairs.both("poisson_nll_loss"))
@pytest.mark.parametrize(("error", "name", "args", "option"), REFUSED)
def test_refused_as_torch(function, error, name, args, option):
    assert_refused(function, error, name, args, option)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_against_high_precision(dtype):
    """No less exact than torch on extreme rates and counts."""
    mpmath.mp.dps = 60
    unit = np.finfo(dtype).eps
    for x, y in itertools.product([-80, -1e-6, 0, 1e-30, 3.3, 80], [0, 1e-30, 1, 1.5, 7, 1e6, 1e30]):
        x, y = dtype(x), dtype(y)
        big = mpmath.mpf(float(x)), mpmath.mpf(float(y))
        terms = [mpmath.exp(big[0]), -big[1] * big[0]]
        if y > 1:
            terms += [big[1] * mpmath.log(big[1]), -big[1], mpmath.log(2 * mpmath.pi * big[1]) / 2]
        scale = max(abs(term) for term in terms)
        ours = mpmath.mpf(float(poisson_nll_loss(x, y, full=True)))
        assert abs(ours - sum(terms)) <= 4 * unit * scale


values = arrays(np.float64, 6, elements=st.floats(-5, 5))
rates = arrays(np.float64, 6, elements=st.floats(0.1, 50))
numbers = arrays(np.float64, 6, elements=st.integers(0, 50).map(float))


@given(values, numbers)
@settings(max_examples=50, deadline=None)
def test_both_parametrisations_agree(x, y):
    rate = poisson_nll_loss(np.exp(x), y, log_input=False, eps=0, reduction="none")
    assert np.allclose(poisson_nll_loss(x, y, reduction="none"), rate, rtol=1e-12, atol=1e-12)
    by_rate = poisson_nll_loss_grad(np.exp(x), y, False, eps=0, reduction="none")
    by_log = poisson_nll_loss_grad(x, y, reduction="none")
    assert np.allclose(by_log, by_rate * np.exp(x), atol=1e-10)


@given(rates, numbers)
@settings(max_examples=50, deadline=None)
def test_differs_from_half_the_deviance_by_the_loss_at_the_target(rate, y):
    y = y + 1
    excess = poisson_nll_loss(rate, y, False, eps=0) - poisson_nll_loss(y, y, False, eps=0)
    assert np.isclose(2 * excess, mean_poisson_deviance(y, rate), rtol=1e-9, atol=1e-9)


@given(values, numbers)
@settings(max_examples=20, deadline=None)
def test_gradients_are_finite_differences(x, y):
    for reduction in pairs.REDUCTIONS:
        option = {"reduction": reduction, "full": True}
        loss, grad = pairs.both("poisson_nll_loss")
        step = 1e-6
        ends = [loss(x + sign * step, y, full=True, reduction="none") for sign in (1, -1)]
        slope = (ends[0] - ends[1]) / (2 * step) / (6 if reduction == "mean" else 1)
        assert np.allclose(grad(x, y, **option), slope, rtol=1e-5, atol=1e-6)


@given(values, values, numbers, st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_convex_in_the_log_rate_and_in_the_rate(a, b, y, mix):
    for log_input in BOTH:
        ends = [a, b] if log_input else [np.exp(a), np.exp(b)]
        inner = mix * ends[0] + (1 - mix) * ends[1]
        left, between, right = (
            poisson_nll_loss(x, y, log_input, reduction="none") for x in (ends[0], inner, ends[1])
        )
        assert np.all(between <= mix * left + (1 - mix) * right + 1e-9)


@given(numbers, st.floats(-3, 3))
@settings(max_examples=50, deadline=None)
def test_the_mean_minimises_whatever_the_distribution(y, shift):
    y = y + 0.5
    best = np.full(6, np.log(np.mean(y)))
    assert abs(poisson_nll_loss_grad(best, y).sum()) < 1e-9
    assert poisson_nll_loss(best, y) <= poisson_nll_loss(best + shift, y) + 1e-9


SILENT = [
    (pairs.BAD, -pairs.BAD), (pairs.BAD[:0], pairs.BAD[:0]), (np.abs(pairs.BAD), np.abs(pairs.BAD), False, True),
    (np.zeros(2), np.array([0.0, 1]), False, True, 0.0),
]  # fmt: skip

RNG = np.random.default_rng(0)
FAULT_CASES = [
    Case("poisson_nll_loss", args, option)
    for args in [(pairs.positive(0, (4, 3)), counts((4, 3), float)), (np.zeros(3), np.arange(3.0))]
    for option in options(log_input=BOTH, full=BOTH, reduction=["mean", "sum"])
] + [Case("poisson_nll_loss", (np.ones(3, np.float32), np.array(2.0)), gradient=False)]
FAULTS = [
    ("np.exp(x) - y * x", "np.exp(x) + y * x"),
    ("np.exp(x) - y * x", "x - y * x"),
    ("y * np.log(x + eps)", "y * np.log(x)"),
    ("y * np.log(x + eps)", "np.log(x + eps)"),
    ("y <= 1", "y < 1"),
    ("y <= 1", "y <= 2"),
    ("y * log_y - y", "y * log_y"),
    ("2 * math.pi", "math.pi"),
    ("(math.log(2 * math.pi) + log_y)", "math.log(2 * math.pi)"),
    ("np.exp(x) - y if", "y - np.exp(x) if"),
    ("1 - y / (x + eps)", "1 - y / x"),
    ("1 - y / (x + eps)", "y / (x + eps)"),
    ("if log_input else x - y", "if not log_input else x - y"),
    ("reduced(loss, (x, y), reduction", "reduced(loss, (x, y), 'sum'"),
    ("gradient(slope, (x, y), reduction", "gradient(slope, (x, y), 'sum'"),
    (", dtype=dtype)", ")"),
]
