r"""What stands under \sum, \prod, \max or in \{k : …\}: indices, the values they take, conditions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from booktools.formulas.reader import Reader, Span
from booktools.formulas.values import Env, Node, integer

JOINTS = (r"\land", r"\text{그리고}", r"\text{이고}", r"\text{and}")
AND = (",", *JOINTS)
ENDS = (",", r"\\", "}", r"\}", ":", r"\mid")


@dataclass
class Domain:
    """Bound indices with the values each takes, in order, and what must hold."""

    sources: dict[str, Callable[[Env], Iterable[object]]] = field(default_factory=dict)
    conditions: list[Node] = field(default_factory=list)

    def assignments(self, env: Env) -> list[Env]:
        found: list[Env] = [{}]
        for variable, source in self.sources.items():
            found = [{**one, variable: item} for one in found for item in source({**env, **one})]
        return [one for one in found if all(c({**env, **one}) for c in self.conditions)]


class Binders(Reader):
    """Reads a domain; its indices stay in `scope` until the caller takes them out."""

    @abstractmethod
    def condition(self, joints: tuple[str, ...] = AND) -> Node: ...

    @abstractmethod
    def side(self) -> Node: ...

    def binder(self) -> Domain:
        r"""`_n`, `_{n=1}^{N}`, `_{j \in J}`, `_{j \ne y}`, `_{n : y_n = c}`, several with commas."""
        self.take("_")
        domain = Domain()
        if self.text != "{":
            self.clause(domain, [])
            return domain
        self.take("{")
        stacked = self.text == r"\substack"
        if stacked:
            self.take()
            self.take("{")
        limit = self.upper_limit(1 + stacked)
        upper: list[Node] = []
        self.clauses(domain, upper if limit else None)
        for _ in range(1 + stacked):
            self.take("}")
        if limit:
            self.take("^")
            upper.append(self.bound(self.argument))
        return domain

    def clauses(self, domain: Domain, upper: list[Node] | None) -> None:
        self.clause(domain, upper)
        while self.text in (",", r"\\"):
            start = self.at
            self.take()
            if self.begins_index():
                self.clause(domain, None)
            else:
                domain.conditions.append(self.condition(JOINTS))
                self.mark("condition", start)
        if self.text in (":", r"\mid"):
            start = self.at
            self.take()
            domain.conditions.append(self.condition())
            self.mark("condition", start)

    def begins_index(self) -> bool:
        """Whether a new index stands here, and no condition on bound symbols."""
        if self.text in self.scope or self.text in self.free:
            return False
        following = self.tokens[self.at + 1].text if self.at + 1 < len(self.tokens) else ""
        return self.text in self.indices or (following == r"\in" and self.match() is None)

    def clause(self, domain: Domain, upper: list[Node] | None) -> None:
        begin = self.at
        variable = self.variable()
        if self.text == "=" and upper is not None:
            self.take()
            lower = self.bound(self.expression)
            domain.sources[variable] = lambda env: range(
                integer(lower(env)), integer(upper[0](env)) + 1
            )
        elif self.text == r"\in":
            self.take()
            collection = self.side()
            domain.sources[variable] = lambda env: sorted(collection(env))
        elif variable not in self.indices:
            raise self.error(
                f"follows the index {variable}, whose range is not bound: add {variable} to the"
                rf" indices of the Draw, or write \sum_{{{variable}=1}}^{{N}}"
            )
        else:
            values = self.indices[variable]
            domain.sources[variable] = lambda env: values
        self.scope.append(variable)
        if self.at == begin + 1 and self.text not in ENDS and self.tokens[begin - 1].text != "_":
            self.at = begin
            domain.conditions.append(self.condition(JOINTS))
            self.spans.append(Span("condition", begin + 1, self.at))

    def leave(self, domain: Domain) -> None:
        del self.scope[len(self.scope) - len(domain.sources) :]

    def variable(self) -> str:
        name = self.text
        if not (name.isalpha() or name.startswith("\\")) or name in self.scope or name in self.free:
            raise self.error(
                "cannot be the index of a sum here: it is in use or no letter; take another letter"
            )
        self.spans.append(Span("index", self.at, self.at + 1))
        return self.take()

    def bound(self, read: Callable[[], Node]) -> Node:
        start = self.at
        node = read()
        self.mark("bound", start)
        return node

    def upper_limit(self, depth: int) -> bool:
        """Whether a ^ stands behind the braces that are open here."""
        for position in range(self.at, len(self.tokens) - 1):
            depth += {"{": 1, "}": -1}.get(self.tokens[position].text, 0)
            if depth == 0:
                return self.tokens[position + 1].text == "^"
        return False
