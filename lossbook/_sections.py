"""The 28 sections of the book as plain data; `lossbook.catalog` gives them names and tables."""

from __future__ import annotations

from typing import TypedDict


class Entry(TypedDict, total=False):
    part: str
    number: str
    slug: str
    name: str
    korean: str
    tag: str
    purpose: str
    input: str
    target: str
    shape: str
    range: str
    unit: str
    minimizer: str
    defaults: str
    functions: tuple[str, ...]
    torch: str
    keras: str
    sklearn: str


CLASSES = "(C), (N, C), (N, C, d₁, …) / 목표는 C축이 빠진 모양"
ELEMENTS = "모든 모양 / 목표는 입력과 같은 모양"
PAIRS = "(N, D), (D) 두 개 / 목표 (N), ()"

ENTRIES: tuple[Entry, ...] = (
    Entry(
        part="loss", number="01", slug="cross-entropy", name="CrossEntropy Loss",
        korean="교차 엔트로피 손실", tag="분류",
        purpose="여러 클래스 가운데 하나를 고르는 모델을, 정답 클래스에 준 확률이 작을수록 크게 벌합니다.",
        input="로짓", target="클래스 번호 또는 클래스 확률", shape=CLASSES,
        range="0 이상", unit="nat", minimizer="조건부 클래스 확률 P(Y=c | x)",
        defaults="weight=None, ignore_index=-100, reduction='mean', label_smoothing=0.0",
        functions=("cross_entropy",), torch="nn.CrossEntropyLoss",
        keras="SparseCategoricalCrossentropy(from_logits=True)",
        sklearn="metrics.log_loss (확률을 받음)",
    ),
    Entry(
        part="loss", number="02", slug="ctc-loss", name="Connectionist Temporal Classification loss",
        korean="CTC 손실", tag="시퀀스",
        purpose="글자마다 어느 프레임인지 표시하지 않은 음성이나 손글씨에서, 읽어야 할 문장만으로 모델을 가르칩니다.",
        input="로그 확률 (시간 축이 맨 앞)", target="레이블 번호의 열", shape="(T, N, C), (T, C) / 목표 (N, S) 또는 이어 붙인 1차원",
        range="0 이상, 불가능하면 inf", unit="nat (시퀀스당)", minimizer="정답으로 축약되는 경로의 확률 합이 1인 분포",
        defaults="blank=0, reduction='mean', zero_infinity=False",
        functions=("ctc_loss",), torch="nn.CTCLoss", keras="CTC",
    ),
    Entry(
        part="loss", number="03", slug="nll-loss", name="Negative log likelihood loss",
        korean="음의 로그 가능도 손실", tag="분류",
        purpose="모델이 이미 로그 확률을 내놓을 때, 정답 자리의 값을 꺼내 부호를 바꿉니다.",
        input="로그 확률", target="클래스 번호", shape=CLASSES,
        range="0 이상 (정규화된 로그 확률일 때)", unit="nat", minimizer="조건부 클래스 확률의 로그",
        defaults="weight=None, ignore_index=-100, reduction='mean'",
        functions=("nll_loss",), torch="nn.NLLLoss",
    ),
    Entry(
        part="loss", number="04", slug="poisson-nll-loss", name="Poisson Negative log likelihood loss",
        korean="포아송 음의 로그 가능도 손실", tag="회귀",
        purpose="방문 횟수처럼 세어서 얻은 수를 예측하는 모델을 포아송 분포로 채점합니다.",
        input="로그 강도 (log_input=False이면 강도 λ)", target="0 이상의 개수", shape=ELEMENTS,
        range="실수 전체", unit="nat", minimizer="조건부 평균의 로그",
        defaults="log_input=True, full=False, eps=1e-08, reduction='mean'",
        functions=("poisson_nll_loss",), torch="nn.PoissonNLLLoss", keras="Poisson (강도를 받음)",
        sklearn="metrics.mean_poisson_deviance (편차)",
    ),
    Entry(
        part="loss", number="05", slug="gaussian-nll-loss", name="Gaussian Negative log likelihood loss",
        korean="가우시안 음의 로그 가능도 손실", tag="회귀",
        purpose="예측값과 함께 그 예측이 얼마나 불확실한지도 내놓는 모델을 채점합니다.",
        input="평균과 분산", target="실수", shape="모든 모양 / 목표는 같은 모양, 분산은 같은 모양이거나 한 축이 1이거나 마지막 축이 없거나 실수 하나",
        range="실수 전체 (음수 가능)", unit="nat", minimizer="조건부 평균과 조건부 분산",
        defaults="full=False, eps=1e-06, reduction='mean'",
        functions=("gaussian_nll_loss",), torch="nn.GaussianNLLLoss",
    ),
    Entry(
        part="loss", number="06", slug="kl-div", name="Kullback-Leibler Divergence (KL Divergence) loss",
        korean="쿨백–라이블러 발산 손실", tag="분포",
        purpose="모델의 분포가 목표 분포와 얼마나 다른지를, 교차 엔트로피에서 엔트로피를 뺀 값으로 잽니다.",
        input="로그 확률", target="확률 (log_target=True이면 로그 확률)", shape=ELEMENTS,
        range="0 이상 (둘 다 분포일 때)", unit="nat", minimizer="목표 분포",
        defaults="reduction='mean', log_target=False",
        functions=("kl_div",), torch="nn.KLDivLoss", keras="KLDivergence (확률을 받음)",
    ),
    Entry(
        part="loss", number="07", slug="binary-cross-entropy", name="Binary Cross-Entropy Loss",
        korean="이진 교차 엔트로피 손실", tag="분류",
        purpose="예·아니요를 확률로 답하는 모델을 채점합니다.",
        input="확률", target="0과 1 사이의 수", shape=ELEMENTS,
        range="0 이상 100 이하 (로그를 -100에서 자름)", unit="nat", minimizer="P(Y=1 | x)",
        defaults="weight=None, reduction='mean'",
        functions=("binary_cross_entropy",), torch="nn.BCELoss", keras="BinaryCrossentropy",
        sklearn="metrics.log_loss",
    ),
    Entry(
        part="loss", number="08", slug="binary-cross-entropy-with-logits",
        name="Binary Cross-entropy loss, on logits",
        korean="로짓을 받는 이진 교차 엔트로피 손실", tag="분류",
        purpose="예·아니요를 로짓으로 답하는 모델을 수치적으로 안전하게 채점합니다.",
        input="로짓", target="0과 1 사이의 수", shape=ELEMENTS,
        range="0 이상", unit="nat", minimizer="P(Y=1 | x)의 로짓",
        defaults="weight=None, reduction='mean', pos_weight=None",
        functions=("binary_cross_entropy_with_logits",), torch="nn.BCEWithLogitsLoss",
        keras="BinaryCrossentropy(from_logits=True)",
    ),
    Entry(
        part="loss", number="09", slug="margin-ranking-loss", name="Margin Ranking Loss",
        korean="마진 순위 손실", tag="순위",
        purpose="둘 가운데 어느 쪽이 위인지만 알 때, 두 점수의 순서를 가르칩니다.",
        input="점수 두 개", target="1 또는 -1", shape="모든 모양 / 차원 수가 같은 셋",
        range="0 이상", unit="점수의 단위", minimizer="옳은 순서로 마진 이상 벌어진 두 점수",
        defaults="margin=0, reduction='mean'",
        functions=("margin_ranking_loss",), torch="nn.MarginRankingLoss",
    ),
    Entry(
        part="loss", number="10", slug="hinge-embedding-loss", name="Hinge embedding loss",
        korean="힌지 임베딩 손실", tag="임베딩",
        purpose="비슷한 쌍의 거리는 줄이고 다른 쌍의 거리는 마진까지 벌립니다.",
        input="거리", target="1 또는 -1", shape=ELEMENTS,
        range="y=-1이면 0 이상", unit="거리의 단위", minimizer="같은 쌍은 거리 0, 다른 쌍은 마진 이상",
        defaults="margin=1.0, reduction='mean'",
        functions=("hinge_embedding_loss",), torch="nn.HingeEmbeddingLoss",
    ),
    Entry(
        part="loss", number="11", slug="multilabel-margin-loss", name="MultiLabelMarginLoss",
        korean="다중 레이블 마진 손실", tag="분류",
        purpose="한 표본에 정답이 여럿일 때, 모든 정답의 점수를 모든 오답보다 1 이상 높입니다.",
        input="점수", target="클래스 번호의 열 (-1로 끝을 표시)", shape="(C), (N, C) / 목표는 같은 모양",
        range="0 이상", unit="점수의 단위", minimizer="정답 점수가 오답보다 1 이상 큰 점수",
        defaults="reduction='mean'",
        functions=("multilabel_margin_loss",), torch="nn.MultiLabelMarginLoss",
    ),
    Entry(
        part="loss", number="12", slug="soft-margin-loss", name="Two-class soft margin loss",
        korean="소프트 마진 손실", tag="분류",
        purpose="레이블이 1과 -1인 이진 분류를 로지스틱 손실로 채점합니다.",
        input="점수 (로짓)", target="1 또는 -1", shape=ELEMENTS,
        range="0 이상", unit="nat", minimizer="P(Y=1 | x)의 로짓",
        defaults="reduction='mean'",
        functions=("soft_margin_loss",), torch="nn.SoftMarginLoss",
    ),
    Entry(
        part="loss", number="13", slug="multilabel-soft-margin-loss", name="Multilabel soft margin loss",
        korean="다중 레이블 소프트 마진 손실", tag="분류",
        purpose="레이블마다 독립된 예·아니요로 보고 이진 교차 엔트로피를 평균합니다.",
        input="로짓", target="0과 1 사이의 수 (멀티 핫)", shape="(…, C) / 목표는 같은 모양",
        range="0 이상", unit="nat", minimizer="레이블마다 P(Y=1 | x)의 로짓",
        defaults="weight=None, reduction='mean'",
        functions=("multilabel_soft_margin_loss",), torch="nn.MultiLabelSoftMarginLoss",
        keras="BinaryCrossentropy(from_logits=True)",
    ),
    Entry(
        part="loss", number="14", slug="cosine-embedding-loss", name="CosineEmbeddingLoss",
        korean="코사인 임베딩 손실", tag="임베딩",
        purpose="두 벡터 사이의 각도로 비슷한 쌍은 모으고 다른 쌍은 떼어 놓습니다.",
        input="벡터 두 개", target="1 또는 -1", shape=PAIRS,
        range="0 이상 2 이하", unit="없음", minimizer="같은 쌍은 같은 방향, 다른 쌍은 코사인이 마진 이하",
        defaults="margin=0, reduction='mean'",
        functions=("cosine_embedding_loss",), torch="nn.CosineEmbeddingLoss",
        keras="CosineSimilarity (부호가 반대)",
    ),
    Entry(
        part="loss", number="15", slug="multi-margin-loss", name="Multi-class margin loss",
        korean="다중 클래스 마진 손실", tag="분류",
        purpose="정답 클래스의 점수를 다른 모든 클래스보다 마진만큼 높이는 다중 클래스 힌지 손실입니다.",
        input="점수", target="클래스 번호", shape="(C), (N, C) / 목표 (), (N)",
        range="0 이상", unit="점수의 단위", minimizer="정답 점수가 마진 이상 큰 점수",
        defaults="p=1, margin=1.0, weight=None, reduction='mean'",
        functions=("multi_margin_loss",), torch="nn.MultiMarginLoss",
    ),
    Entry(
        part="loss", number="16", slug="triplet-margin-loss", name="TripletMarginLoss",
        korean="트리플릿 마진 손실", tag="임베딩",
        purpose="앵커가 음성보다 양성에 마진만큼 더 가까워지도록 임베딩을 가르칩니다.",
        input="벡터 세 개 (앵커, 양성, 음성)", target="없음", shape="(D), (N, D) 세 개",
        range="0 이상", unit="거리의 단위", minimizer="양성이 음성보다 마진 이상 가까운 임베딩",
        defaults="margin=1.0, p=2, eps=1e-06, swap=False, reduction='mean'",
        functions=("triplet_margin_loss",), torch="nn.TripletMarginLoss",
    ),
    Entry(
        part="loss", number="17", slug="triplet-margin-with-distance-loss",
        name="TripletMarginWithDistanceLoss",
        korean="거리 함수를 고르는 트리플릿 마진 손실", tag="임베딩",
        purpose="트리플릿 마진 손실의 거리를 코사인 거리처럼 원하는 함수로 바꿉니다.",
        input="벡터 세 개 (앵커, 양성, 음성)", target="없음", shape="거리 함수가 받는 모양 세 개",
        range="0 이상", unit="거리의 단위", minimizer="양성이 음성보다 마진 이상 가까운 임베딩",
        defaults="distance_function=None, margin=1.0, swap=False, reduction='mean'",
        functions=("triplet_margin_with_distance_loss",), torch="nn.TripletMarginWithDistanceLoss",
    ),
    Entry(
        part="loss", number="18", slug="categorical-cross-entropy",
        name="Categorical Cross-Entropy Loss",
        korean="범주형 교차 엔트로피 손실", tag="분류",
        purpose="확률을 내놓는 다중 클래스 모델을 원-핫 목표와 비교하는, 교차 엔트로피의 Keras식 표기입니다.",
        input="확률", target="원-핫 또는 클래스 확률", shape="(…, C) / 목표는 같은 모양",
        range="0 이상", unit="nat", minimizer="조건부 클래스 확률",
        defaults="label_smoothing=0.0, eps=1e-07, reduction='mean'",
        functions=("categorical_cross_entropy",), keras="CategoricalCrossentropy",
        sklearn="metrics.log_loss",
    ),
    Entry(
        part="loss", number="19", slug="log-loss", name="Log Loss",
        korean="로그 손실", tag="분류",
        purpose="확률로 답한 분류기를 평가할 때 scikit-learn이 쓰는 교차 엔트로피입니다.",
        input="확률", target="클래스 번호", shape="(N) 또는 (N, C) / 목표 (N)",
        range="0 이상", unit="nat", minimizer="조건부 클래스 확률",
        defaults="weight=None, reduction='mean'",
        functions=("log_loss",), keras="BinaryCrossentropy", sklearn="metrics.log_loss",
    ),
    Entry(
        part="regression", number="01", slug="l1-loss", name="L1 Loss : MAE, Mean Absolute Error",
        korean="평균 절대 오차", tag="회귀",
        purpose="오차의 크기를 그대로 더해, 이상치에 덜 끌려가는 회귀를 만듭니다.",
        input="실수 예측값", target="실수", shape=ELEMENTS,
        range="0 이상", unit="y의 단위", minimizer="조건부 중앙값",
        defaults="reduction='mean', weight=None",
        functions=("l1_loss",), torch="nn.L1Loss", keras="MeanAbsoluteError",
        sklearn="metrics.mean_absolute_error",
    ),
    Entry(
        part="regression", number="02", slug="mse-loss", name="L2 Loss : MSE, Mean Squared Error",
        korean="평균 제곱 오차", tag="회귀",
        purpose="오차를 제곱해 큰 오차를 크게 벌하는, 평균을 맞히는 회귀의 기본 손실입니다.",
        input="실수 예측값", target="실수", shape=ELEMENTS,
        range="0 이상", unit="y의 단위의 제곱", minimizer="조건부 평균",
        defaults="reduction='mean', weight=None",
        functions=("mse_loss",), torch="nn.MSELoss", keras="MeanSquaredError",
        sklearn="metrics.mean_squared_error",
    ),
    Entry(
        part="regression", number="03", slug="smooth-l1-loss", name="Smooth MAE: Smooth L1",
        korean="스무스 L1 손실", tag="회귀",
        purpose="절대 오차의 꺾인 점을 둥글게 다듬어, 상자 위치처럼 큰 오차와 작은 오차가 섞인 값을 맞힙니다.",
        input="실수 예측값", target="실수", shape=ELEMENTS,
        range="0 이상", unit="y의 단위", minimizer="β가 0에 가까우면 중앙값, 크면 평균",
        defaults="reduction='mean', beta=1.0",
        functions=("smooth_l1_loss",), torch="nn.SmoothL1Loss", keras="Huber (beta=1일 때만 같음)",
    ),
    Entry(
        part="regression", number="04", slug="huber-loss", name="Huber loss",
        korean="후버 손실", tag="회귀",
        purpose="작은 오차는 제곱으로, 큰 오차는 절댓값으로 재어 이상치 몇 개가 회귀를 끌고 가지 못하게 합니다.",
        input="실수 예측값", target="실수", shape=ELEMENTS,
        range="0 이상", unit="y의 단위의 제곱", minimizer="δ가 0에 가까우면 중앙값, 크면 평균",
        defaults="reduction='mean', delta=1.0, weight=None",
        functions=("huber_loss",), torch="nn.HuberLoss", keras="Huber",
        sklearn="linear_model.HuberRegressor (척도까지 함께 추정)",
    ),
    Entry(
        part="regression", number="", slug="huber-vs-smooth-l1", name="Huber vs. Smooth L1",
        korean="후버 손실과 스무스 L1 손실의 비교", tag="회귀",
        purpose="같은 모양에서 나온 두 손실이 매개변수를 바꿀 때 어떻게 갈라지는지 그림으로 견줍니다.",
        input="실수 예측값", target="실수", shape=ELEMENTS,
        range="0 이상", unit="후버는 y의 단위의 제곱, 스무스 L1은 y의 단위", minimizer="둘이 같음 (경계가 0에 가까우면 중앙값, 크면 평균)",
        defaults="delta=1.0과 beta=1.0",
        functions=("huber_loss", "smooth_l1_loss"), torch="nn.HuberLoss와 nn.SmoothL1Loss",
        keras="Huber",
    ),
    Entry(
        part="regression-additional", number="01", slug="rmse", name="RMSE(Root Mean Squared Error)",
        korean="평균 제곱근 오차", tag="회귀",
        purpose="평균 제곱 오차에 제곱근을 씌워 오차를 y의 단위로 읽습니다.",
        input="실수 예측값", target="실수", shape=ELEMENTS,
        range="0 이상", unit="y의 단위", minimizer="조건부 평균",
        defaults="weight=None, multioutput='flat'",
        functions=("rmse",), keras="metrics.RootMeanSquaredError",
        sklearn="metrics.root_mean_squared_error",
    ),
    Entry(
        part="regression-additional", number="02", slug="msle", name="MSLE(Mean Squared Log Error)",
        korean="평균 제곱 로그 오차", tag="회귀",
        purpose="1을 더해 로그를 취한 값의 차이를 제곱해, 몇 배 틀렸는지를 잽니다.",
        input="-1보다 큰 실수 예측값", target="-1보다 큰 실수", shape=ELEMENTS,
        range="0 이상", unit="없음 (로그 비의 제곱)", minimizer="exp E[ln(1+Y)] - 1",
        defaults="weight=None, reduction='mean'",
        functions=("msle",), keras="MeanSquaredLogarithmicError",
        sklearn="metrics.mean_squared_log_error",
    ),
    Entry(
        part="regression-additional", number="03", slug="mape", name="MAPE(Mean Absolute Percentage Error)",
        korean="평균 절대 백분율 오차", tag="회귀",
        purpose="실제값에 견주어 몇 퍼센트 틀렸는지 평균합니다.",
        input="실수 예측값", target="0이 아닌 실수", shape=ELEMENTS,
        range="0 이상", unit="% (percent=False이면 비율)", minimizer="1/|y|로 가중한 중앙값",
        defaults="percent=True, weight=None, reduction='mean'",
        functions=("mape",), keras="MeanAbsolutePercentageError",
        sklearn="metrics.mean_absolute_percentage_error (비율)",
    ),
    Entry(
        part="regression-additional", number="04", slug="mpe", name="MPE(Mean Percentage Error)",
        korean="평균 백분율 오차", tag="회귀",
        purpose="부호를 남긴 백분율 오차의 평균으로, 예측이 한쪽으로 치우쳤는지 진단합니다.",
        input="실수 예측값", target="0이 아닌 실수", shape=ELEMENTS,
        range="실수 전체", unit="% (percent=False이면 비율)", minimizer="없음 (손실이 아니라 진단)",
        defaults="percent=True, weight=None, reduction='mean'",
        functions=("mpe",),
    ),
)
