"""Decoders against the list of all paths."""

import inspect
from itertools import product

import numpy as np
import pytest

from lossbook import ctc_loss, decoding
from lossbook.decoding import collapse, greedy_decode, prefix_beam_search

TWO_FRAMES = np.log([[0.6, 0.4], [0.6, 0.4]])


def random_frames(frames, classes, seed):
    scores = np.random.default_rng(seed).normal(size=(frames, classes)) * 2
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


def labellings(log_probs, blank=0):
    """Probability of every labelling, by listing every path."""
    totals = {}
    for path in product(range(log_probs.shape[1]), repeat=len(log_probs)):
        runs = [k for t, k in enumerate(path) if t == 0 or path[t - 1] != k]
        key = tuple(k for k in runs if k != blank)
        weight = np.exp(sum(log_probs[t, k] for t, k in enumerate(path)))
        totals[key] = totals.get(key, 0.0) + weight
    return totals


@pytest.mark.parametrize(
    ("path", "blank", "labels"),
    [
        ([1, 1, 0, 1, 2, 0], 0, (1, 1, 2)),
        ([0, 0], 0, ()),
        ([], 0, ()),
        ([1, 1, 1], 0, (1,)),
        ([0, 2, 0, 0, 1], 2, (0, 0, 1)),
    ],
)
def test_collapse_merges_before_it_deletes(path, blank, labels):
    assert collapse(path, blank) == labels


def test_greedy_reads_the_best_path():
    log_probs = np.log([[0.1, 0.8, 0.1], [0.2, 0.7, 0.1], [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]])
    assert greedy_decode(log_probs) == (1, 1)
    assert greedy_decode(log_probs, blank=1) == (0,)


def test_greedy_is_not_the_most_probable_labelling():
    assert greedy_decode(TWO_FRAMES) == ()
    assert [labels for labels, _ in prefix_beam_search(TWO_FRAMES)] == [(1,), ()]
    np.testing.assert_allclose(np.exp([p for _, p in prefix_beam_search(TWO_FRAMES)]), [0.64, 0.36])


@pytest.mark.parametrize("blank", [0, 2])
@pytest.mark.parametrize("seed", range(6))
def test_a_wide_beam_is_exact(seed, blank):
    log_probs = random_frames(5, 3, seed)
    expected = labellings(log_probs, blank)
    found = prefix_beam_search(log_probs, width=1000, blank=blank)
    assert found == sorted(found, key=lambda item: -item[1])
    kept = {labels: np.exp(p) for labels, p in found}
    assert set(kept) == set(expected)
    for labels, probability in expected.items():
        np.testing.assert_allclose(kept[labels], probability)


@pytest.mark.parametrize("seed", range(6))
def test_a_narrow_beam_never_claims_too_much(seed):
    log_probs = random_frames(30, 5, seed)
    found = prefix_beam_search(log_probs, width=4)
    assert len(found) == 4
    for labels, log_p in found:
        exact = -ctc_loss(log_probs, list(labels), [30], [len(labels)], reduction="sum")
        assert log_p <= exact + 1e-9


def test_no_frames_read_as_nothing():
    assert prefix_beam_search(np.zeros((0, 3))) == [((), 0.0)]
    assert greedy_decode(np.zeros((0, 3))) == ()


def test_a_language_model_is_asked_once_for_each_new_label():
    log_probs = random_frames(5, 3, seed=1)
    plain = dict(prefix_beam_search(log_probs, width=1000))
    bonus = {1: -0.5, 2: 0.25}
    scored = prefix_beam_search(log_probs, 1000, language_model=lambda _, symbol: bonus[symbol])
    for labels, score in scored:
        np.testing.assert_allclose(score, plain[labels] + sum(bonus[k] for k in labels))


def test_a_language_model_sees_the_prefix():
    log_probs = np.log([[0.1, 0.4, 0.5], [0.98, 0.01, 0.01], [0.1, 0.55, 0.35]])

    def repeating(prefix, symbol):
        return 0.0 if prefix in ((), (symbol,)) else -5.0

    assert prefix_beam_search(log_probs, 20)[0][0] == (2, 1)
    assert prefix_beam_search(log_probs, 20, language_model=repeating)[0][0] == (1, 1)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: greedy_decode(np.zeros((2, 1, 3))), ValueError, r"log_probs.*\(2, 1, 3\)"),
        (lambda: greedy_decode(np.zeros((2, 0))), ValueError, "log_probs"),
        (lambda: greedy_decode(np.zeros((2, 3)), blank=3), IndexError, "blank.*3 미만.*3"),
        (lambda: greedy_decode(np.zeros((2, 3)), blank=True), TypeError, "blank"),
        (lambda: prefix_beam_search(np.zeros((2, 3)), width=0), ValueError, "width.*1 이상.*0"),
        (lambda: prefix_beam_search(np.zeros((2, 3)), width=1.5), TypeError, "width"),
        (lambda: prefix_beam_search(np.zeros((2, 3)), blank=-1), IndexError, "blank"),
        (lambda: prefix_beam_search("ab"), TypeError, "log_probs"),
    ],
)
def test_refusals_name_the_argument(call, error, words):
    with pytest.raises(error, match=words):
        call()


FAULTS = [
    ("if symbol not in (previous, blank)", "if symbol != previous"),
    ("previous = symbol", "previous = symbol or previous"),
    ("frames.argmax(axis=1)", "frames.argmin(axis=1)"),
    ("new = ends[AFTER_BLANK] + log_p", "new = either + log_p"),
    ("AFTER_LABEL, ends[AFTER_LABEL] + log_p", "AFTER_LABEL, either + log_p"),
    ("prefix, AFTER_BLANK, either", "prefix, AFTER_LABEL, either"),
    ("-_log_add(*grown[prefix])", "_log_add(*grown[prefix])"),
    ("_log_add(ends[end], log_p)", "max(ends[end], log_p)"),
    ("else:\n                    new = either + log_p + bonus(prefix, symbol)",
     "else:\n                    new = either + log_p"),
]  # fmt: skip


def faulty(decoders):
    """What the decoders of a namespace get wrong on paths that are listed one by one."""
    wrong = [path for path in product(range(3), repeat=4)
             if decoders["collapse"](path) != tuple(
                 k for t, k in enumerate(path) if k and (t == 0 or path[t - 1] != k))]  # fmt: skip
    log_probs = random_frames(5, 3, seed=2)
    if decoders["greedy_decode"](log_probs) != greedy_decode(log_probs):
        wrong.append("greedy")
    bonus = {1: -0.5, 2: 0.25}
    found = decoders["prefix_beam_search"](log_probs, 200, 0, lambda _, symbol: bonus[symbol])
    expected = {
        labels: np.log(probability) + sum(bonus[k] for k in labels)
        for labels, probability in labellings(log_probs).items()
    }
    if found != sorted(found, key=lambda item: -item[1]) or dict(found) != pytest.approx(expected):
        wrong.append("beam")
    return wrong


def test_the_decoders_pass_the_check_of_the_faults():
    assert not faulty(vars(decoding))


@pytest.mark.parametrize(("written", "instead"), FAULTS)
def test_a_planted_fault_is_seen(written, instead):
    source = inspect.getsource(decoding)
    assert source.count(written) == 1
    namespace = {"__name__": "planted"}
    exec(compile(source.replace(written, instead), "planted", "exec"), namespace)
    assert faulty(namespace)
