"""Digit lines, the edit distance and the training record."""

from itertools import product

import numpy as np
import pytest
from sklearn.datasets import load_digits

from lossbook.plots import digit_lines as data


def test_lines_hold_the_pictures_of_their_labels():
    digits = load_digits()
    pool = np.arange(100, 140)
    lines = data.digit_lines(pool, 50, np.random.default_rng(1))
    gaps = set()
    for image, width, labels in zip(lines.images, lines.widths, lines.labels, strict=True):
        assert 3 <= len(labels) <= 6
        assert not image[:, width:].any()
        at = 0
        for label in labels:
            shown = [
                (gap, k)
                for gap, k in product(range(3), pool)
                if digits.target[k] == label - 1
                and not image[:, at : at + gap].any()
                and np.array_equal(image[:, at + gap : at + gap + 8], digits.images[k] / 16)
            ]
            assert shown
            gaps.add(shown[0][0])
            at += shown[0][0] + 8
        assert at == width
    assert gaps == {0, 1, 2}


def test_the_network_gives_log_probabilities_time_first():
    lines = data.digit_lines(np.arange(20), 3, np.random.default_rng(0))
    log_probs = data.log_probabilities(data.network(), lines)
    assert log_probs.shape == (data.WIDTH, 3, 11)
    np.testing.assert_allclose(log_probs.exp().sum(2).detach(), 1, rtol=1e-5)
    assert sum(weight.numel() for weight in data.network().parameters()) == 25163


def test_a_run_is_repeatable_and_keeps_its_checkpoints():
    runs = [data.train(0, iterations=25) for _ in range(2)]
    assert len(runs[0].losses) == 25
    assert list(runs[0].log_probs) == [0, 25]
    np.testing.assert_array_equal(runs[0].losses, runs[1].losses)
    assert runs[0].losses[-1] < runs[0].losses[0] / 3
    assert len(runs[0].lines.labels) == 200


def test_test_lines_use_no_training_picture():
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.target))
    unseen = {picture.tobytes() for picture in digits.images[order[data.TRAINING_IMAGES :]] / 16}
    lines = data.train(0, iterations=1).lines
    for image in lines.images[:20]:
        windows = (np.ascontiguousarray(image[:, at : at + 8]) for at in range(3))
        assert any(window.tobytes() in unseen for window in windows)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("", "", 0), ("abc", "", 3), ("", "ab", 2), ("kitten", "sitting", 3), ("ab", "ba", 2),
     ("aab", "ab", 1), ("flaw", "lawn", 2)],
)  # fmt: skip
def test_edit_distance(first, second, expected):
    assert data.edit_distance(first, second) == expected


def test_character_accuracy_counts_over_all_lines():
    assert data.character_accuracy([(1, 2), (3,)], [(1, 2), (3, 4)]) == pytest.approx(0.75)
    assert data.character_accuracy([(1,) * 5], [(2,)]) == -4
