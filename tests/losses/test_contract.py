"""What holds for every loss at once: signatures, exports, docstrings, silence."""

from __future__ import annotations

import doctest
import inspect
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
import torch

import lossbook
from tests.losses.against_torch import our_call
from tests.losses.discover import NAMES, own_tests, source_module

LEGACY = ("size_average", "reduce")


@pytest.mark.parametrize("name", NAMES)
def test_each_module_exports_its_loss_and_gradient(name):
    for public in (name, f"{name}_grad"):
        assert public in lossbook.__all__
        assert getattr(lossbook, public) is getattr(source_module(name), public)
        assert inspect.isfunction(getattr(lossbook, public))


OWN = {
    "categorical_cross_entropy": "(input, target, *, label_smoothing=0.0, eps=1e-07, reduction='mean')",
    "log_loss": "(input, target, *, weight=None, reduction='mean')",
    "rmse": "(input, target, *, weight=None, multioutput='flat')",
    "msle": "(input, target, *, weight=None, reduction='mean')",
    "mape": "(input, target, *, percent=True, weight=None, reduction='mean')",
    "mpe": "(input, target, *, percent=True, weight=None, reduction='mean')",
}


def described(function):
    """Return the signature without annotations and without torch's deprecated arguments."""
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in inspect.signature(function).parameters.values()
        if parameter.name not in LEGACY
    ]
    return str(inspect.Signature(parameters))


@pytest.mark.parametrize("name", NAMES)
def test_signature_is_that_of_torch_or_of_the_conventions(name):
    expected = OWN.get(name) or described(getattr(torch.nn.functional, name))
    assert described(getattr(lossbook, name)) == expected
    gradient = described(getattr(lossbook, f"{name}_grad"))
    if name == "triplet_margin_with_distance_loss":
        gradient = gradient.replace(", distance_grad=None", "")
    assert gradient == expected


@pytest.mark.parametrize("name", NAMES)
def test_examples_in_the_docstrings(name):
    result = doctest.testmod(source_module(name))
    assert result.attempted >= 4
    assert result.failed == 0


@pytest.mark.parametrize("name", NAMES)
def test_docstring_names_every_argument_and_the_chapter(name):
    text = inspect.getdoc(getattr(lossbook, name))
    parameters = inspect.signature(getattr(lossbook, name)).parameters
    listed = text.split("Parameters\n")[1].split("Returns\n")[0]
    assert [parameter for parameter in parameters if parameter not in listed] == []
    for part in ("Returns", "Raises", "References", "Examples"):
        assert f"\n{part}\n{'-' * len(part)}\n" in text
    section = next(item for item in lossbook.catalog.SECTIONS if item.functions[0] == name)
    assert section.path in text


@pytest.mark.parametrize("name", NAMES)
def test_no_numpy_warning_escapes(name):
    """`SILENT` of each test module: arguments with nan, inf, huge and subnormal values."""
    calls = own_tests(name).SILENT
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for args in calls:
            getattr(lossbook, name)(*args)
            getattr(lossbook, f"{name}_grad")(*args)
    assert len(calls) >= 2


def test_the_package_needs_numpy_alone():
    """No torch, matplotlib, scikit-learn or SciPy on import: it has to be quick and installable alone."""
    code = (
        "import sys, lossbook; "
        "print(sorted({'torch', 'matplotlib', 'sklearn', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "[]"


@pytest.mark.parametrize("name", NAMES)
def test_threads_share_no_state(name):
    cases = own_tests(name).FAULT_CASES * 4
    alone = [our_call(case) for case in cases]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(our_call, cases))
    for one, other in zip(alone, together, strict=True):
        assert all(map(partial(np.array_equal, equal_nan=True), one, other))


@pytest.mark.parametrize(("target", "named"), [([0, 5, 9], "5"), ([2, -3, 1], "-3"), ([9, 0, 0], "9")])
def test_the_message_names_the_first_class_number_outside(target, named):
    x = np.zeros((3, 4))
    for name in ("multi_margin_loss", "cross_entropy", "nll_loss"):
        call = getattr(lossbook, name)
        with pytest.raises(IndexError, match=rf"받은 번호: {named}\."):
            call(x, np.array(target))


def test_the_message_names_the_first_label_that_is_no_sign():
    x, y = np.zeros(3), np.array([1, 7, 0])
    for call in (lossbook.hinge_embedding_loss, lossbook.soft_margin_loss):
        with pytest.warns(UserWarning, match=r"예: 7"):
            call(x, y)


def test_a_margin_may_be_as_large_as_its_dtype():
    for dtype, limits in ((np.int8, (-128, 127)), (np.float16, (-65504.0, 65504.0))):
        x = np.zeros(2, dtype)
        for margin in limits:
            lossbook.hinge_embedding_loss(x, [1, 1], margin=margin, reduction="sum")


@pytest.mark.parametrize("name", ["cross_entropy", "nll_loss"])
def test_weights_and_labels_of_classes(name):
    call, x = getattr(lossbook, name), np.zeros((3, 4))
    with pytest.raises(ValueError, match=r"weight의 모양.*\(4,\).*받은 모양: \(5,\)"):
        call(x, np.zeros(3, int), weight=np.ones(5))
    for weight, input in ((np.ones(4), x.astype(np.float32)), (np.ones(4, np.float32), x)):
        with pytest.raises(TypeError, match="weight의 dtype"):
            call(input, np.zeros(3, int), weight=weight)
    for shape in ((2, 4, 3), (2, 4, 3, 3)):
        with pytest.raises(TypeError, match="target"):
            call(np.zeros(shape), np.zeros((2, *shape[2:]), np.uint8))
    assert np.isnan(call(np.zeros((0, 4)), []))
    assert call(np.zeros((0, 4)), [], reduction="sum") == 0
    with pytest.raises(TypeError, match="target"):
        call(x, [0.0, 1.0, 2.0])
