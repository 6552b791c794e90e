"""The formula contract: what a chapter prints is parsed, evaluated and compared with lossbook."""

from booktools.formulas.binding import Binding, Draw, SourceFormula
from booktools.formulas.numeric import Claim, numeric_claims
from booktools.formulas.values import Table

__all__ = ["Binding", "Claim", "Draw", "SourceFormula", "Table", "numeric_claims"]
