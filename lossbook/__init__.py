"""손실함수: 한국어 교과서의 손실 함수를 NumPy로 구현한 패키지.

`lossbook.<이름>`은 `torch.nn.functional.<이름>`과 인수, 기본값, 결과가 같고,
`lossbook.<이름>_grad`는 그 기울기입니다.
"""

from lossbook import catalog
from lossbook.losses.cosine_embedding_loss import (
    cosine_embedding_loss,
    cosine_embedding_loss_grad,
)
from lossbook.losses.cross_entropy import cross_entropy, cross_entropy_grad
from lossbook.losses.ctc_loss import ctc_loss, ctc_loss_grad
from lossbook.losses.huber_loss import huber_loss, huber_loss_grad
from lossbook.losses.l1_loss import l1_loss, l1_loss_grad
from lossbook.losses.mse_loss import mse_loss, mse_loss_grad
from lossbook.losses.nll_loss import nll_loss, nll_loss_grad
from lossbook.losses.smooth_l1_loss import smooth_l1_loss, smooth_l1_loss_grad
from lossbook.losses.triplet_margin_loss import triplet_margin_loss, triplet_margin_loss_grad
from lossbook.losses.triplet_margin_with_distance_loss import (
    triplet_margin_with_distance_loss,
    triplet_margin_with_distance_loss_grad,
)

__all__ = [
    "catalog",
    "cosine_embedding_loss",
    "cosine_embedding_loss_grad",
    "cross_entropy",
    "cross_entropy_grad",
    "ctc_loss",
    "ctc_loss_grad",
    "huber_loss",
    "huber_loss_grad",
    "l1_loss",
    "l1_loss_grad",
    "mse_loss",
    "mse_loss_grad",
    "nll_loss",
    "nll_loss_grad",
    "smooth_l1_loss",
    "smooth_l1_loss_grad",
    "triplet_margin_loss",
    "triplet_margin_loss_grad",
    "triplet_margin_with_distance_loss",
    "triplet_margin_with_distance_loss_grad",
]
