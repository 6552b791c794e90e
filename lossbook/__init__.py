"""손실함수: 한국어 교과서의 손실 함수를 NumPy로 구현한 패키지.

`lossbook.<이름>`은 `torch.nn.functional.<이름>`과 인수, 기본값, 결과가 같고,
`lossbook.<이름>_grad`는 그 기울기입니다.
"""

from lossbook import catalog
from lossbook.losses.binary_cross_entropy import binary_cross_entropy, binary_cross_entropy_grad
from lossbook.losses.binary_cross_entropy_with_logits import (
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
)
from lossbook.losses.categorical_cross_entropy import (
    categorical_cross_entropy,
    categorical_cross_entropy_grad,
)
from lossbook.losses.cosine_embedding_loss import cosine_embedding_loss, cosine_embedding_loss_grad
from lossbook.losses.cross_entropy import cross_entropy, cross_entropy_grad
from lossbook.losses.ctc_loss import ctc_loss, ctc_loss_grad
from lossbook.losses.gaussian_nll_loss import gaussian_nll_loss, gaussian_nll_loss_grad
from lossbook.losses.hinge_embedding_loss import hinge_embedding_loss, hinge_embedding_loss_grad
from lossbook.losses.huber_loss import huber_loss, huber_loss_grad
from lossbook.losses.kl_div import kl_div, kl_div_grad
from lossbook.losses.l1_loss import l1_loss, l1_loss_grad
from lossbook.losses.log_loss import log_loss, log_loss_grad
from lossbook.losses.mape import mape, mape_grad
from lossbook.losses.margin_ranking_loss import margin_ranking_loss, margin_ranking_loss_grad
from lossbook.losses.mpe import mpe, mpe_grad
from lossbook.losses.mse_loss import mse_loss, mse_loss_grad
from lossbook.losses.msle import msle, msle_grad
from lossbook.losses.multi_margin_loss import multi_margin_loss, multi_margin_loss_grad
from lossbook.losses.multilabel_margin_loss import (
    multilabel_margin_loss,
    multilabel_margin_loss_grad,
)
from lossbook.losses.multilabel_soft_margin_loss import (
    multilabel_soft_margin_loss,
    multilabel_soft_margin_loss_grad,
)
from lossbook.losses.nll_loss import nll_loss, nll_loss_grad
from lossbook.losses.poisson_nll_loss import poisson_nll_loss, poisson_nll_loss_grad
from lossbook.losses.rmse import rmse, rmse_grad
from lossbook.losses.smooth_l1_loss import smooth_l1_loss, smooth_l1_loss_grad
from lossbook.losses.soft_margin_loss import soft_margin_loss, soft_margin_loss_grad
from lossbook.losses.triplet_margin_loss import triplet_margin_loss, triplet_margin_loss_grad
from lossbook.losses.triplet_margin_with_distance_loss import (
    triplet_margin_with_distance_loss,
    triplet_margin_with_distance_loss_grad,
)

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_grad",
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_grad",
    "catalog",
    "categorical_cross_entropy",
    "categorical_cross_entropy_grad",
    "cosine_embedding_loss",
    "cosine_embedding_loss_grad",
    "cross_entropy",
    "cross_entropy_grad",
    "ctc_loss",
    "ctc_loss_grad",
    "gaussian_nll_loss",
    "gaussian_nll_loss_grad",
    "hinge_embedding_loss",
    "hinge_embedding_loss_grad",
    "huber_loss",
    "huber_loss_grad",
    "kl_div",
    "kl_div_grad",
    "l1_loss",
    "l1_loss_grad",
    "log_loss",
    "log_loss_grad",
    "mape",
    "mape_grad",
    "margin_ranking_loss",
    "margin_ranking_loss_grad",
    "mpe",
    "mpe_grad",
    "mse_loss",
    "mse_loss_grad",
    "msle",
    "msle_grad",
    "multi_margin_loss",
    "multi_margin_loss_grad",
    "multilabel_margin_loss",
    "multilabel_margin_loss_grad",
    "multilabel_soft_margin_loss",
    "multilabel_soft_margin_loss_grad",
    "nll_loss",
    "nll_loss_grad",
    "poisson_nll_loss",
    "poisson_nll_loss_grad",
    "rmse",
    "rmse_grad",
    "smooth_l1_loss",
    "smooth_l1_loss_grad",
    "soft_margin_loss",
    "soft_margin_loss_grad",
    "triplet_margin_loss",
    "triplet_margin_loss_grad",
    "triplet_margin_with_distance_loss",
    "triplet_margin_with_distance_loss_grad",
]
