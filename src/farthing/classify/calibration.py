"""From scores to how often they are right: isotonic steps, and the least score that is right often enough."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Trial = tuple[float, bool]
"""A score, and whether the answer was right."""
_HOPE, _HOPE_WEIGHT = 0.9, 1.0
"""What is believed of a step before it is tried, and how many trials that belief weighs."""
_Z = 0.5


@dataclass(frozen=True, slots=True)
class Calibration:
    """Steps that never fall: from each score on, how often answers were right."""

    scores: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()

    def __call__(self, score: float) -> float:
        place = bisect_right(self.scores, score) - 1
        return self.shares[max(place, 0)] if self.shares else 0.0


def calibrated(trials: Sequence[Trial]) -> Calibration:
    """Pool neighbours until the shares rise with the scores."""
    blocks: list[list[float]] = []
    for score, is_right in sorted(trials):
        blocks.append([score, float(is_right), 1.0])
        while len(blocks) > 1 and _share(blocks[-2]) >= _share(blocks[-1]):
            _, right, count = blocks.pop()
            blocks[-1][1] += right
            blocks[-1][2] += count
    shares = [(right + _HOPE * _HOPE_WEIGHT) / (count + _HOPE_WEIGHT) for _, right, count in blocks]
    rising = [max(shares[: n + 1]) for n in range(len(shares))]
    return Calibration(tuple(score for score, _, _ in blocks), tuple(rising))


def threshold(trials: Sequence[Trial], wanted: float, least: int) -> float | None:
    """The lowest score from which on answers are right as often as wanted, by the lower bound of what was seen."""
    found, right = None, 0
    ordered = sorted(trials, key=lambda trial: -trial[0])
    for number, (score, is_right) in enumerate(ordered, 1):
        right += is_right
        is_last_of_score = number == len(ordered) or ordered[number][0] < score
        if is_last_of_score and number >= least and lower_bound(right, number) >= wanted:
            found = score
    return found


def lower_bound(right: int, count: int, z: float = _Z) -> float:
    """Wilson's: what the share is at least, in seven cases of ten."""
    if not count:
        return 0.0
    share, square = right / count, z * z
    middle = share + square / (2 * count)
    return (middle - z * sqrt(share * (1 - share) / count + square / (4 * count * count))) / (1 + square / count)


def _share(block: Sequence[float]) -> float:
    return block[1] / block[2]
