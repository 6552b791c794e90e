"""What lossbook is timed against: one function per loss and library, on the same arrays."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
import sklearn.metrics
import torch
import torch.nn.functional as F

Call = Callable[[], Any]

TORCH_EXPRESSIONS: dict[str, Callable[..., Any]] = {
    "categorical_cross_entropy": lambda p, y: -(y * p.clamp(1e-7, 1 - 1e-7).log()).sum(1).mean(),
    "log_loss": lambda p, y: F.nll_loss(p.log(), y),
    "rmse": lambda x, y: F.mse_loss(x, y).sqrt(),
    "msle": lambda x, y: F.mse_loss(x.log1p(), y.log1p()),
    "mape": lambda x, y: 100 * ((x - y) / y).abs().mean(),
    "mpe": lambda x, y: 100 * ((y - x) / y).mean(),
}
SKLEARN: dict[str, Callable[..., Any]] = {
    "l1_loss": sklearn.metrics.mean_absolute_error,
    "mse_loss": sklearn.metrics.mean_squared_error,
    "rmse": sklearn.metrics.root_mean_squared_error,
    "msle": sklearn.metrics.mean_squared_log_error,
    "mape": sklearn.metrics.mean_absolute_percentage_error,
    "log_loss": lambda y, p: sklearn.metrics.log_loss(y, p, labels=range(p.shape[1])),
}
KERAS = {
    "cross_entropy": lambda k: k.losses.SparseCategoricalCrossentropy(from_logits=True),
    "binary_cross_entropy": lambda k: k.losses.BinaryCrossentropy(),
    "binary_cross_entropy_with_logits": lambda k: k.losses.BinaryCrossentropy(from_logits=True),
    "categorical_cross_entropy": lambda k: k.losses.CategoricalCrossentropy(),
    "huber_loss": lambda k: k.losses.Huber(),
    "l1_loss": lambda k: k.losses.MeanAbsoluteError(),
    "mse_loss": lambda k: k.losses.MeanSquaredError(),
    "msle": lambda k: k.losses.MeanSquaredLogarithmicError(),
    "mape": lambda k: k.losses.MeanAbsolutePercentageError(),
}
OPTAX = {
    "cross_entropy": lambda o: o.softmax_cross_entropy_with_integer_labels,
    "binary_cross_entropy_with_logits": lambda o: o.sigmoid_binary_cross_entropy,
    "huber_loss": lambda o: o.huber_loss,
    "mse_loss": lambda o: o.squared_error,
}


def torch_calls(
    name: str, args: tuple[Any, ...], options: dict[str, Any], gradients: int
) -> dict[str, Call]:
    """Return the loss, and the loss with its gradients by the first arguments."""
    loss = getattr(F, name, None) or TORCH_EXPRESSIONS[name]
    tensors = [torch.from_numpy(arg) for arg in args]
    leaves = [tensor.clone().requires_grad_() for tensor in tensors[:gradients]]

    def both() -> None:
        for leaf in leaves:
            leaf.grad = None
        loss(*leaves, *tensors[gradients:], **options).backward()

    return {"forward": lambda: loss(*tensors, **options), "both": both}


def others(name: str, args: tuple[Any, ...]) -> dict[str, dict[str, Call]]:
    """Return scikit-learn's forward call and, where installed, those of Keras and optax."""
    found: dict[str, dict[str, Call]] = {}
    x, y = args[:2]
    if name in SKLEARN:
        found["scikit-learn"] = {"forward": lambda: SKLEARN[name](y, x)}
    if name in KERAS and importlib.util.find_spec("keras"):
        import keras

        loss = KERAS[name](keras)
        found["keras"] = {"forward": lambda: np.asarray(loss(y, x))}
    if name in OPTAX and importlib.util.find_spec("optax"):
        import jax
        import optax

        function = jax.jit(lambda a, b: OPTAX[name](optax)(a, b).mean())
        found["optax"] = {"forward": lambda: function(x, y).block_until_ready()}
    return found
