"""The figures of the chapter on CTC against torch and against a list of all paths."""

import json
import re
from functools import cache
from itertools import groupby, pairwise, product

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lossbook.plots import ctc_loss as plots

WORDS = {"aba": (1, 2, 1), "aab": (1, 1, 2)}


def collapsed(path):
    return tuple(k for k, _ in groupby(path) if k)


def states(path):
    """Where a path stands in z′: 2u after u labels in a blank, 2u - 1 in label u."""
    return [2 * len(collapsed(path[: t + 1])) - (k > 0) for t, k in enumerate(path)]


@cache
def paths(word, frames):
    return [path for path in product(range(3), repeat=frames) if collapsed(path) == word]


def weight(path, at=0):
    return np.prod([plots.FRAMES[at + t, k] for t, k in enumerate(path)])


def posterior(word):
    table = np.zeros((6, 2 * len(word) + 1))
    for path in paths(word, 6):
        table[range(6), states(path)] += weight(path)
    return table / table[0].sum()


def torch_loss(log_probs, word):
    log_probs = torch.as_tensor(log_probs)
    sizes = torch.tensor(len(log_probs)), torch.tensor(len(word))
    return F.ctc_loss(log_probs, torch.tensor(word), *sizes, reduction="sum")


def cells(axes):
    return np.asarray(axes.images[0].get_array()).T


def segments(axes, index=0):
    found = axes.collections[index].get_segments()
    return {tuple(map(tuple, np.asarray(each).astype(int).tolist())) for each in found}


def used(word, frames):
    """Every step that some complete path takes, as the figure's coordinates."""
    return {
        ((t, a), (t + 1, b))
        for path in paths(word, frames)
        for t, (a, b) in enumerate(pairwise(states(path)), 1)
    }


def data(figure):
    found = re.search(r'<script type="application/json">(.*?)</script>', figure.html, re.DOTALL)
    return json.loads(found[1])


def prefixes(word):
    """Where the beginnings of all paths stand: shape (6, states), summed probabilities."""
    alpha = np.zeros((6, 2 * len(word) + 1))
    for t in range(6):
        for path in product(range(3), repeat=t + 1):
            if collapsed(path) == word[: len(collapsed(path))]:
                alpha[t, states(path)[-1]] += weight(path)
    return alpha


def test_trellis():
    panels = plots.trellis().panels
    for axes, word in zip(panels, WORDS.values(), strict=True):
        assert segments(axes) == used(word, 6)
        np.testing.assert_array_equal(cells(axes) > 0, posterior(word) > 0)
        drawn = next(line for line in axes.get_lines() if line.get_label().startswith("경로"))
        path = tuple("∅ab".index(symbol) for symbol in drawn.get_label().removeprefix("경로 "))
        assert collapsed(path) == word
        np.testing.assert_array_equal(drawn.get_xdata(), range(1, 7))
        np.testing.assert_array_equal(drawn.get_ydata(), states(path))
    barred = segments(panels[1], 1)
    assert barred == {((2, 1), (3, 3)), ((3, 1), (4, 3))}
    assert not barred & used(WORDS["aab"], 6)
    assert any(b - a == 2 for (_, a), (_, b) in segments(panels[0]))


def test_forward_steps():
    figure = plots.forward_steps()
    content, word = data(figure), WORDS["aba"]
    alpha = prefixes(word)
    begun = [
        path
        for path in product(range(3), repeat=6)
        if collapsed(path) == word[: len(collapsed(path))]
    ]
    assert content["values"] == [str(T) for T in range(1, 7)]
    for T, axes, line in zip(range(1, 7), figure.panels, content["readout"], strict=True):
        expected = np.where(np.arange(1, 7)[:, np.newaxis] <= T, alpha, 0)
        np.testing.assert_allclose(cells(axes), expected, atol=1e-12)
        texts = {t.get_position(): float(t.get_text()) for t in axes.texts}
        assert len(texts) == np.count_nonzero(expected)
        for (x, y), value in texts.items():
            assert value == pytest.approx(expected[int(x) - 1, round(y + 0.44)], abs=5e-4)
        steps = {
            ((T - 1, a), (T, b)) for path in begun if T > 1 for a, b in [states(path)[T - 2 : T]]
        }
        assert segments(axes) == steps
        followed = {step for step in steps if step[1][1] == 3}
        assert segments(axes, 1) == (followed if T < 6 else set())
        if 1 < T < 6:
            symbol, stay, step, skip, total = map(float, re.findall(r"\d*\.\d+", line))
            assert symbol == plots.FRAMES[T - 1, 2]
            np.testing.assert_allclose([stay, step, skip], alpha[T - 2, [3, 2, 1]], atol=5e-4)
            assert total == pytest.approx(alpha[T - 1, 3], abs=5e-4)
    numbers = [list(map(float, re.findall(r"\d\.\d+", content["readout"][k]))) for k in (0, -1)]
    np.testing.assert_allclose(numbers[0], alpha[0, :2], atol=5e-4)
    likelihood = np.exp(-torch_loss(np.log(plots.FRAMES), word).item())
    np.testing.assert_allclose(numbers[1], [*alpha[-1, -2:], likelihood], atol=5e-4)


def test_past_and_future():
    word = WORDS["aba"]
    alpha, beta = prefixes(word), np.zeros((6, 7))
    for t in range(6):
        for state, rest in product(range(7), product(range(3), repeat=5 - t)):
            symbol = word[state // 2] if state % 2 else 0
            done = word[: (state + 1) // 2]
            last = (symbol,) if symbol else ()
            if done[: len(done) - len(last)] + collapsed((symbol, *rest)) == word:
                beta[t, state] += weight(rest, t + 1)
    for axes, table in zip(
        plots.past_and_future().panels, (alpha, beta, alpha * beta), strict=True
    ):
        np.testing.assert_allclose(cells(axes), table / table.sum(1, keepdims=True), atol=1e-12)


def test_alignments():
    figure = plots.alignments()
    content = data(figure)
    assert content["values"] == [str(T) for T in range(1, 11)]
    assert len(figure.panels) == 20
    word = WORDS["aab"]
    for T, left, right in zip(range(1, 11), figure.panels[::2], figure.panels[1::2], strict=True):
        loss = torch_loss(np.full((T, 3), -np.log(3)), word).item()
        curve, marker = right.get_lines()[:2]
        assert marker.get_xdata()[0] == T
        np.testing.assert_allclose(curve.get_ydata()[T - 1], loss)
        if T < 4:
            assert content["readout"][T - 1] == "정렬 0개, 손실 ∞"
        else:
            assert marker.get_ydata()[0] == pytest.approx(loss)
            count = round(3**T * np.exp(-loss))
            assert content["readout"][T - 1] == f"정렬 {count}개, 손실 {loss:.3f}"
        if T <= 8:
            assert len(paths(word, T)) == plots.alignment_counts()[T - 1]
            assert segments(left) == used(word, T)
            visited = {(t, s) for path in paths(word, T) for t, s in enumerate(states(path))}
            assert set(zip(*np.nonzero(cells(left)), strict=True)) == visited


def test_constant_answer():
    axes = plots.constant_answer().panels[0]
    q, drawn = axes.get_lines()[0].get_data()
    expected = []
    for blank in q:
        row = torch.log(torch.tensor([blank] + [(1 - blank) / 10] * 10, dtype=torch.float64))
        expected.append(torch_loss(row.expand(45, 11), (3, 1, 4, 1, 5)).item())
    np.testing.assert_allclose(drawn, expected)
    x, y = axes.get_lines()[1].get_data()
    assert (x[0], y[0]) == (q[np.argmin(expected)], pytest.approx(min(expected)))


def greedy(log_probs):
    return collapsed(np.asarray(log_probs).argmax(axis=1).tolist())


def test_reading():
    figure = plots.reading()
    run = plots.trained(0)
    word, width = run.lines.labels[0], run.lines.widths[0]
    assert data(figure)["values"] == ["0회", "25회", "50회", "100회", "200회"]
    for iteration, top, answer, share in zip(
        (0, 25, 50, 100, 200), figure.panels[::3], figure.panels[1::3], figure.panels[2::3],
        strict=True,
    ):  # fmt: skip
        np.testing.assert_array_equal(cells(top).T, run.lines.images[0, :, :width])
        log_probs = torch.tensor(run.log_probs[iteration][:width, 0], requires_grad=True)
        loss = torch_loss(log_probs, word)
        np.testing.assert_allclose(cells(answer), log_probs.detach().exp(), atol=1e-12)
        expected = cells(answer) - torch.autograd.grad(loss, log_probs)[0].numpy()
        np.testing.assert_allclose(cells(share), expected, atol=1e-9)
        np.testing.assert_allclose(cells(share).sum(1), 1)
        title = answer.figure.get_suptitle()
        said = "".join(str(k - 1) for k in greedy(log_probs.detach()))
        assert (said or "빈 줄")[:8] in title
        assert title.endswith(f"손실 {loss.item():.1f}")
        assert "".join(str(k - 1) for k in word) in share.figure.get_suptitle()


def test_learning():
    losses, shares = plots.learning().panels
    for seed in (0, 1, 2):
        run = plots.trained(seed)
        lines = {line.get_label(): line.get_ydata() for line in losses.get_lines()}
        np.testing.assert_array_equal(lines[f"씨앗 {seed}"], run.losses)
        lines = {line.get_label(): line.get_ydata() for line in shares.get_lines()}
        for index, iteration in enumerate((0, 25, 50, 100, 200)):
            wrong = blanks = frames = 0
            for n, word in enumerate(run.lines.labels):
                log_probs = run.log_probs[iteration][: run.lines.widths[n], n]
                wrong += distance(greedy(log_probs), word)
                blanks += int((log_probs.argmax(axis=1) == 0).sum())
                frames += len(log_probs)
            total = sum(map(len, run.lines.labels))
            assert lines[f"글자 정확도, 씨앗 {seed}"][index] == pytest.approx(1 - wrong / total)
            assert lines[f"공백 비율, 씨앗 {seed}"][index] == pytest.approx(blanks / frames)
    floor = losses.get_lines()[-1].get_ydata()[0]
    assert floor * 5 == pytest.approx(
        plots.constant_answer().panels[0].get_lines()[1].get_ydata()[0]
    )


def distance(first, second):
    """Edit distance by its recursive definition."""

    @cache
    def left(i, j):
        if not i or not j:
            return i + j
        swap = left(i - 1, j - 1) + (first[i - 1] != second[j - 1])
        return min(left(i - 1, j) + 1, left(i, j - 1) + 1, swap)

    return left(len(first), len(second))


def test_decoder_tree():
    axes = plots.decoder_tree().panels[0]
    wide = {"∅": 0.6, "a": 0.4}
    for bar, text in zip(axes.patches, axes.texts, strict=True):
        path = text.get_text().split("\n")[0]
        assert bar.get_width() == pytest.approx(wide[path[0]] * wide[path[1]])
        assert bar.get_x() <= text.get_position()[0] <= bar.get_x() + bar.get_width()
    ends = {round(bar.get_y() + 0.275): bar.get_x() + bar.get_width() for bar in axes.patches}
    assert ends == {1: pytest.approx(0.36), 0: pytest.approx(0.64)}
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "빈 줄"]


def test_alternative_texts_are_sentences():
    for make in (
        plots.trellis, plots.past_and_future, plots.alignments, plots.constant_answer,
        plots.reading, plots.learning, plots.decoder_tree,
    ):  # fmt: skip
        assert make().alt.endswith("다.")
