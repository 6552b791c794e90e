"""로그 손실 장이 쓰는 예보, 훈련, 실제 자료의 계산: 그림 없이 숫자만."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from lossbook import log_loss, log_loss_grad
from lossbook.plots.links import sigmoid

Array = np.ndarray[Any, np.dtype[Any]]

WON = np.array([1, 1, 1, 1, 0, 1, 1, 0, 0, 0])
"""Ten matches: did the home team win?"""
DESKS = {
    "김 기자": np.full(10, 0.6),
    "최 기자": np.repeat([0.8, 0.4], 5),
    "박 기자": np.repeat([0.99, 0.1], 5),
}
"""Their forecasts of a home win. Kim knows the base rate only; Park exaggerates what Choi says."""
SCALES = np.logspace(-1, 1, 41)
DOUBTS = (1e-5, 1e-3, 1e-2, 1e-1)
SEEDS = 5
MODELS = ("기준 비율", "로지스틱 회귀", "나이브 베이즈", "결정 나무", "나이브 베이즈 + 온도",
          "나이브 베이즈 + 등위 회귀")  # fmt: skip
INPUTS = ("확률 (바르게)", "0과 1 (predict)", "시그모이드 두 번", "로짓을 0과 1 사이로")


def logit(p: Any) -> Array:
    """시그모이드의 역함수. 0과 1은 로그 손실처럼 eps만큼 안쪽으로 자릅니다."""
    eps = np.finfo(np.float64).eps
    p = np.clip(p, eps, 1 - eps)
    return np.asarray(np.log(p) - np.log1p(-p))


def entropy(rate: float) -> float:
    """기준 비율만 말하는 예보의 로그 손실 H(π)."""
    return float(rate * log_loss([rate], [1]) + (1 - rate) * log_loss([rate], [0]))


def accuracy(p: Array, y: Array) -> float:
    """확률 0.5에서 가른 판정의 정확도."""
    return float(np.mean((p >= 0.5) == (y == 1)))


def decompose(p: Array, y: Array) -> tuple[float, float, float]:
    """불확실성, 분해능, 보정 손실. 같은 확률을 말한 표본을 한 묶음으로 봅니다."""
    rate, share = entropy(y.mean()), np.zeros(len(y))
    for said in np.unique(p):
        share[p == said] = y[p == said].mean()  # 묶음에서 실제로 일어난 비율
    refined = log_loss(share, y)  # 말한 확률을 실제 비율로 바꾸어 채점
    return rate, float(rate - refined), float(log_loss(p, y) - refined)


# --- breast cancer


def tumours() -> tuple[Array, Array]:
    """유방 종양 569건의 특징 30개와 양성(1) 여부."""
    from sklearn.datasets import load_breast_cancer

    features, benign = load_breast_cancer(return_X_y=True)
    return features, benign


def halves(seed: int) -> tuple[Array, Array, Array, Array]:
    """절반은 훈련, 절반은 시험: 특징 둘, 레이블 둘."""
    from sklearn.model_selection import train_test_split

    parts = train_test_split(*tumours(), test_size=0.5, random_state=seed, stratify=tumours()[1])
    return tuple(parts)


@cache
def forecasts(seed: int) -> tuple[Array, Array]:
    """여섯 모델이 시험 자료에 말한 양성 확률 (6, N)과 정답."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    fit, test, y, answers = halves(seed)
    models = (
        make_pipeline(StandardScaler(), LogisticRegression()),
        GaussianNB(),
        DecisionTreeClassifier(random_state=0),
        CalibratedClassifierCV(GaussianNB(), method="temperature", cv=5),
        CalibratedClassifierCV(GaussianNB(), method="isotonic", cv=5),
    )
    said = [model.fit(fit, y).predict_proba(test)[:, 1] for model in models]
    return np.array([np.full(len(answers), y.mean()), *said]), answers


def pooled(model: str) -> tuple[Array, Array]:
    """다섯 번의 시험 자료에서 한 모델이 말한 확률과 정답을 이어 붙인 것."""
    k = MODELS.index(model)
    runs = [forecasts(seed) for seed in range(SEEDS)]
    return np.concatenate([p[k] for p, _ in runs]), np.concatenate([y for _, y in runs])


def overconfidence(p: Array, y: Array) -> tuple[Array, Array]:
    """틀릴 것이라고 말한 확률로 나눈 칸마다 그 평균과 실제로 틀린 비율. 틀린 적 없는 칸은 뺍니다."""
    doubt, wrong = np.minimum(p, 1 - p), (p >= 0.5) != (y == 1)
    place = np.digitize(doubt, DOUBTS)
    rows = [(doubt[place == k].mean(), wrong[place == k].mean()) for k in np.unique(place)]
    said, came = np.array([row for row in rows if row[1] > 0]).T
    return said, came


# --- training with the wrong input


@cache
def training(steps: int = 60, rate: float = 1.0) -> tuple[Array, Array]:
    """로지스틱 회귀를 경사 하강법으로 배우며 걸음마다 시험 자료의 로짓을 적습니다."""
    fit, test, y, answers = halves(0)
    mean, spread = fit.mean(axis=0), fit.std(axis=0)
    fit, test = (fit - mean) / spread, (test - mean) / spread
    weights, record = np.zeros(fit.shape[1]), []
    for _ in range(steps):
        record.append(test @ weights)
        p = sigmoid(fit @ weights)
        slope = log_loss_grad(p, y) * p * (1 - p)  # 합성함수의 미분법
        weights = weights - rate * fit.T @ slope
    return np.array(record), answers


def recorded(z: Array, kind: str) -> Array:
    """로짓 z에서 log_loss에 넘기는 것. 바른 것 하나와 틀린 것 셋."""
    if kind == "확률 (바르게)":
        return sigmoid(z)
    if kind == "0과 1 (predict)":
        return (z >= 0).astype(float)
    if kind == "시그모이드 두 번":
        return sigmoid(sigmoid(z))
    width = np.ptp(z)
    return (z - z.min()) / width if width else np.full_like(z, 0.5)
