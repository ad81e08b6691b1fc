"""Decides categories: what somebody just corrected, what the workspace's model learned, what everybody knows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from farthing.classify.features import Asked, merchant_feature
from farthing.classify.known import Answer, How, Sure, answer, knowledge
from farthing.classify.mcc import code_in, meaning_of_code
from farthing.classify.meanings import Side, meanings
from farthing.classify.merchants import merchant_of
from farthing.classify.model import Model, Prediction
from farthing.classify.skeleton import Memo, skeleton

Find = Callable[[str, Side], str | None]
"""The label of the category of a name on a side, if there is one."""
_Said = tuple[str | None, str | None, str | None]
"""Merchant, payee and description."""
_Texts = tuple[Side, str | None, str | None, str | None]
_Names = tuple[Side, str | None, str | None]
_KEPT_MAX = 200_000
_SEEN_MAX = 256
_WEAK = 70
_REMEMBERED = 90


class Source(StrEnum):
    MEMORY = "memory"
    MODEL = "model"
    BUILTIN = "builtin"


@dataclass(frozen=True, slots=True)
class Decision:
    """A category or none, why, and how sure in per cent; `guessed` is what the knowledge would call it."""

    label: str | None = None
    source: Source | None = None
    reason: str | None = None
    confidence: int | None = None
    guessed: str | None = None


NONE = Decision()


@dataclass(frozen=True, slots=True)
class Remembered:
    """The latest choice for a merchant that the model has not learned yet."""

    label: str
    times: int = 1


class Classifier:
    """One for a batch: most rows repeat a merchant, so most cost is paid once for each merchant."""

    def __init__(
        self, find: Find, model: Model | None = None, memory: Mapping[tuple[Side, str], Remembered] | None = None
    ) -> None:
        self._find = find
        self._model = model if model is not None and model.examples else None
        self._memory = {(side, merchant_feature(side, name)): kept for (side, name), kept in (memory or {}).items()}
        self._by_merchant: dict[tuple[Side, str | None], Decision | None] = {}
        self._mixed: set[tuple[Side, str | None]] = set()
        self._by_texts: dict[_Texts, Decision] = {}
        self._by_names: dict[_Names, Decision | None] = {}

    def decide(self, rows: Iterable[Asked]) -> list[Decision]:
        return [self.one(row) for row in rows]

    def one(self, row: Asked) -> Decision:
        name = row.name or merchant_of(row.merchant, row.payee, row.description)
        key = (row.side, name)
        known = self._by_merchant
        decision = known[key] if key in known else self._met(row.side, name)
        if decision is not None:
            return decision
        if key in self._mixed:
            return self._thought(row, name)
        return self._of_texts(row, name)

    def again(self, side: Side, name: str | None, texts: _Said) -> Decision | None:
        """What the merchant alone decides, or was thought of such texts before; None where more must be known."""
        key = (side, name)
        decision = self._by_merchant[key] if key in self._by_merchant else self._met(side, name)
        if decision is not None or key in self._mixed:
            return decision
        return self._by_texts.get(_texts_key(side, texts))

    def _met(self, side: Side, name: str | None) -> Decision | None:
        """Learn of a merchant what it decides alone."""
        feature = merchant_feature(side, name)
        if self._model is not None and self._model.is_mixed(feature):
            self._mixed.add((side, name))
        decision = self._by_merchant[side, name] = self._of_merchant(side, name, feature)
        return decision

    def _of_merchant(self, side: Side, name: str | None, feature: str | None) -> Decision | None:
        """What the merchant alone decides; None where the texts or the amount have a say."""
        if name is None or (side, name) in self._mixed:
            return None
        if kept := self._memory.get((side, feature)):
            times = f" {kept.times} times" if kept.times > 1 else ""
            return Decision(kept.label, Source.MEMORY, f"you chose it for “{name}”{times}", _REMEMBERED)
        if self._model is not None:
            return (
                self._learned(self._model.predict(Asked(side, name=name), name))
                if feature in self._model.counts
                else None
            )
        found = known_answer((name,), side)
        return self._known((name,), side) if found is not None and found.sure >= Sure.BRAND else None

    def _of_texts(self, row: Asked, name: str | None) -> Decision:
        if self._model is None and (sure := self._of_names((row.side, row.merchant, row.payee))) is not None:
            return sure
        key = _texts_key(row.side, (row.merchant, row.payee, row.description))
        if (decision := self._by_texts.get(key)) is None:
            if len(self._by_texts) >= _KEPT_MAX:
                self._by_texts.clear()
            decision = self._by_texts[key] = self._thought(row, name)
        return decision

    def _of_names(self, key: _Names) -> Decision | None:
        """What those who are named say so surely that nobody listens to the description."""
        if key not in self._by_names:
            if len(self._by_names) >= _KEPT_MAX:
                self._by_names.clear()
            side, *names = key
            found = known_answer(names, side)
            self._by_names[key] = self._known(names, side) if found is not None and found.sure > _WEAK else None
        return self._by_names[key]

    def _thought(self, row: Asked, name: str | None) -> Decision:
        found = self._known((*row.texts, name), row.side)
        learned = self._learned(self._model.predict(row, name)) if self._model is not None else None
        return found if learned is None else replace(learned, guessed=found.guessed)

    def _learned(self, predicted: Prediction | None) -> Decision | None:
        if predicted is None:
            return None
        return Decision(predicted.label, Source.MODEL, predicted.reason, round(predicted.confidence * 100))

    def _known(self, texts: Sequence[str | None], side: Side) -> Decision:
        found = known_answer(texts, side)
        if found is None:
            return NONE
        meaning = meanings()[found.meaning]
        labels = (self._find(name, meaning.side) for name in meaning.names)
        label = next((one for one in labels if one), None)
        source = Source.BUILTIN if label else None
        return Decision(label, source, found.reason, int(found.sure), meaning.name)


def _texts_key(side: Side, texts: _Said) -> _Texts:
    merchant, payee, description = texts
    return side, merchant, payee, _saying(description) if description else None


@lru_cache(maxsize=_SEEN_MAX)
def _has_digits(text: str) -> bool:
    return code_in(text) is not None or knowledge().has_digits(text)


def _told(text: str, side: Side) -> Answer | None:
    """What a text says; a merchant code in it, if its words say nothing sure."""
    found = answer(knowledge().shape(text), side)
    code = code_in(text) if side is Side.EXPENSE and (found is None or found.sure < _WEAK) else None
    meaning = meaning_of_code(code) if code else None
    return Answer(meaning, Sure.PHRASE, str(code), How.CODE) if meaning else found


_saying: Memo[str] = Memo(lambda text: text if _has_digits(text) else skeleton(text), _has_digits)
"""What a description says apart from its numbers, which are as good as never twice the same."""
_ask: dict[Side, Memo[Answer | None]] = {
    Side.INCOME: Memo(lambda text: _told(text, Side.INCOME), _has_digits),
    Side.EXPENSE: Memo(lambda text: _told(text, Side.EXPENSE), _has_digits),
}


def known_answer(texts: Iterable[str | None], side: Side) -> Answer | None:
    """What the first text that says something sure says; else the first that says anything."""
    best: Answer | None = None
    for text in texts:
        if text and (found := _ask[side](text)) and (best is None or found.sure > best.sure):
            best = found
            if found.sure > _WEAK:
                break
    return best
