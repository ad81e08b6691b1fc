"""A categoriser that learns from one workspace's decisions: counts of features, calibrated, with reasons."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import exp, log
from typing import Any

from farthing.classify.calibration import Calibration, Trial, calibrated, lower_bound, threshold
from farthing.classify.features import Asked, Hints, hints, row_features

VERSION = 1
WANTED = 0.95
"""How often an answer of the model shall be right; where that was not seen, it gives none."""
_AIMED = 0.957
"""What is aimed at in trials: later months have new merchants, and are a little harder."""
_TRIED_MAX = 3_000
_WARM_UP = 20
_TRIALS_MIN = 10
_TRUST = 6
_TOLERATED = 0.88
"""A category is believed as much as all of them are until it was tried some times; below this it is left to people."""
_FORGET = 0.75
"""What a merchant's earlier decisions weigh each time when the next one is another category."""
_SMOOTHING = 0.5
_MIXED_SHARE = 0.9
_ODD_CATEGORY_PRIOR = 8
_MERCHANT_WEIGHT, _MEANING_WEIGHT, _WORDS_WEIGHT, _ROW_WEIGHT = 1.0, 1.0, 1.6, 0.7
Kind = str
"""What an answer leans on: `merchant` met before, `meaning` known to everybody, `words` met before."""


@dataclass(frozen=True, slots=True)
class Example:
    """A decision that somebody took."""

    asked: Asked
    label: str


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest category, its score among the others, and what it leans on."""

    label: str
    score: float
    kind: Kind
    because: str
    agreeing: int
    among: int


@dataclass(frozen=True, slots=True)
class Prediction:
    label: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class Precision:
    """How the model did on decisions that it had not seen yet."""

    decided: int
    right: int
    asked: int


@dataclass(slots=True)
class Model:
    """Counts by feature and label; what was tried says how far a score can be trusted."""

    counts: dict[str, dict[str, float]] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)
    examples: int = 0
    calibrations: dict[Kind, Calibration] = field(default_factory=dict)
    least: float | None = None
    leasts: dict[str, float | None] = field(default_factory=dict)
    report: dict[str, Precision] = field(default_factory=dict)

    def add(self, example: Example) -> None:
        """Learn one decision; a merchant's earlier ones that say otherwise fade."""
        name = example.asked.named()
        told = hints(example.asked, name)
        self.examples += 1
        self.labels[example.label] = self.labels.get(example.label, 0) + 1
        if told.merchant:
            known = self.counts.setdefault(told.merchant, {})
            for label in known:
                known[label] *= 1.0 if label == example.label else _FORGET
        for feature in _features(example.asked, told):
            known = self.counts.setdefault(feature, {})
            known[example.label] = known.get(example.label, 0.0) + 1.0

    def predict(self, asked: Asked, name: str | None = None) -> Prediction | None:
        """The category, if it is sure enough for this category."""
        guess = self.guess(asked, name or asked.named())
        return self.judged(guess) if guess else None

    def judged(self, guess: Guess) -> Prediction | None:
        confidence = self._confidence(guess)
        least = self.leasts.get(guess.label, self.least)
        if least is None or confidence < least:
            return None
        return Prediction(guess.label, confidence, _reason(guess))

    def _confidence(self, guess: Guess) -> float:
        calibration = self.calibrations.get(guess.kind)
        return calibration(guess.score) if calibration else 0.0

    def guess(self, asked: Asked, name: str | None) -> Guess | None:
        told = hints(asked, name)
        kind, feature = self._leans_on(told)
        if feature is None:
            return None
        scores = self._scores(told, asked if self.is_mixed(told.merchant) else None)
        if not scores:
            return None
        label = max(sorted(scores), key=scores.__getitem__)
        highest = scores[label]
        share = 1.0 / sum(exp(score - highest) for score in scores.values())
        known = self.counts[feature]
        score = share * _support(kind, known, label)
        said = feature.split(":", 2)[2]
        return Guess(label, score, kind, said, round(known.get(label, 0)), round(sum(known.values())))

    def _leans_on(self, told: Hints) -> tuple[Kind, str | None]:
        if told.merchant in self.counts:
            return "merchant", told.merchant
        if told.meaning in self.counts:
            return "meaning", told.meaning
        heard = [word for word in told.words if word in self.counts]
        return "words", max(heard, key=lambda word: max(self.counts[word].values()), default=None)

    def is_mixed(self, merchant: str | None) -> bool:
        """Whether a merchant's purchases went to several categories."""
        known = self.counts.get(merchant or "", {})
        return len(known) > 1 and max(known.values()) < _MIXED_SHARE * sum(known.values())

    def _scores(self, told: Hints, row: Asked | None) -> dict[str, float]:
        """Logarithms of how likely each label is that any of the features was met with."""
        weighed = [*self._weighed(told, row)]
        labels = {label for feature, _ in weighed for label in self.counts[feature]}
        scores = {label: log(self.labels[label] + _ODD_CATEGORY_PRIOR) for label in labels}
        for feature, weight in weighed:
            known = self.counts[feature]
            share = _SMOOTHING * sum(known.values()) / max(self.examples, 1)
            for label in labels:
                scores[label] += weight * log(
                    (known.get(label, 0.0) + share + 0.01) / (self.labels[label] + _SMOOTHING)
                )
        return scores

    def _weighed(self, told: Hints, row: Asked | None) -> Iterator[tuple[str, float]]:
        if told.merchant in self.counts:
            yield told.merchant, _MERCHANT_WEIGHT
        if told.meaning in self.counts:
            yield told.meaning, _MEANING_WEIGHT
        heard = [word for word in told.words if word in self.counts]
        for word in heard:
            yield word, _WORDS_WEIGHT / len(heard)
        if row is not None:
            for feature in row_features(row, told.merchant):
                if feature in self.counts:
                    yield feature, _ROW_WEIGHT


def trained(examples: Sequence[Example]) -> Model:
    """Learn decisions in their order, asking about each of the later ones before it is learned."""
    model, trials = Model(), []
    untried = max(_WARM_UP, len(examples) - _TRIED_MAX)
    for number, example in enumerate(examples):
        if number >= untried:
            guess = model.guess(example.asked, example.asked.named())
            trials.append((guess, example.label))
        model.add(example)
    _forget_singles(model)
    _calibrate(model, trials)
    return model


def _forget_singles(model: Model) -> None:
    """Amounts and pairs of words met once tell nothing and would fill most of what is kept."""
    for feature in [f for f, known in model.counts.items() if f[0] not in "mkw" and sum(known.values()) <= 1]:
        del model.counts[feature]


def _calibrate(model: Model, trials: Sequence[tuple[Guess | None, str]]) -> None:
    guessed = [(guess, label) for guess, label in trials if guess]
    for kind in {guess.kind for guess, _ in guessed}:
        of_kind: list[Trial] = [(guess.score, guess.label == label) for guess, label in guessed if guess.kind == kind]
        if len(of_kind) >= _TRIALS_MIN:
            model.calibrations[kind] = calibrated(of_kind)
    judged = [(model._confidence(guess), guess.label == label, guess.label) for guess, label in guessed]  # noqa: SLF001
    model.least = threshold([(sure, right) for sure, right, _ in judged], _AIMED, _TRIALS_MIN)
    for label in {label for _, _, label in judged}:
        model.leasts[label] = _least(model.least, [(s, r) for s, r, of in judged if of == label])
    model.report = _report(model, trials)


def _least(least: float | None, trials: Sequence[Trial]) -> float | None:
    """A category's own threshold: everybody's, higher if it errs more often, none if it errs too often."""
    if least is None:
        return None
    for bound in sorted({least, *(sure for sure, _ in trials if sure > least)}):
        kept = [right for sure, right in trials if sure >= bound]
        if (sum(kept) + WANTED * _TRUST) / (len(kept) + _TRUST) >= _TOLERATED:
            return bound
    return None


def _report(model: Model, trials: Sequence[tuple[Guess | None, str]]) -> dict[str, Precision]:
    decided: dict[str, list[bool]] = {}
    asked: dict[str, int] = {}
    for guess, label in trials:
        asked[label] = asked.get(label, 0) + 1
        if guess and model.judged(guess):
            decided.setdefault(guess.label, []).append(guess.label == label)
    return {
        label: Precision(len(decided.get(label, [])), sum(decided.get(label, [])), asked.get(label, 0))
        for label in sorted({*decided, *asked})
    }


def _features(asked: Asked, told: Hints) -> Iterable[str]:
    yield from filter(None, (told.merchant, told.meaning))
    yield from told.words
    yield from row_features(asked, told.merchant)


def _support(kind: Kind, known: dict[str, float], label: str) -> float:
    """How much a share is worth by how often it was seen: one decision is a hint, ten are a habit."""
    agreeing = known.get(label, 0.0)
    if kind == "merchant":
        return (agreeing + 1.0) / (sum(known.values()) + 1.25)
    return agreeing / (sum(known.values()) + 0.5) * lower_bound(round(agreeing), round(sum(known.values())) + 1, 0.5)


def _reason(guess: Guess) -> str:
    said = guess.because
    among = f"{guess.agreeing} of {guess.among}"
    match guess.kind:
        case "merchant":
            return f"because of “{said}”, as in {among} earlier ones"
        case "meaning":
            return f"it looks like {said}, which was this in {among} earlier ones"
        case _:
            return f"because of the word “{said}”, as in {among} earlier ones"


def dumped(model: Model) -> dict[str, Any]:
    """As plain values, labels by number."""
    labels = sorted(model.labels)
    number = {label: n for n, label in enumerate(labels)}
    return {
        "version": VERSION,
        "labels": labels,
        "totals": [model.labels[label] for label in labels],
        "examples": model.examples,
        "counts": {f: [[number[label], n] for label, n in known.items()] for f, known in model.counts.items()},
        "calibrations": {k: [list(c.scores), list(c.shares)] for k, c in model.calibrations.items()},
        "least": model.least,
        "leasts": model.leasts,
        "report": {label: [one.decided, one.right, one.asked] for label, one in model.report.items()},
    }


def loaded(kept: dict[str, Any]) -> Model | None:
    """A model that was kept; none of another version."""
    if kept.get("version") != VERSION:
        return None
    labels: list[str] = kept["labels"]
    return Model(
        counts={f: {labels[n]: count for n, count in known} for f, known in kept["counts"].items()},
        labels=dict(zip(labels, kept["totals"], strict=True)),
        examples=kept["examples"],
        calibrations={k: Calibration(tuple(s), tuple(v)) for k, (s, v) in kept["calibrations"].items()},
        least=kept["least"],
        leasts=kept["leasts"],
        report={label: Precision(*one) for label, one in kept["report"].items()},
    )
