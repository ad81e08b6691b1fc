"""What can be wrong with rules as somebody wrote them."""

from farthing.kernel.errors import Unprocessable


class RuleInvalid(Unprocessable):
    """This rule cannot be understood."""

    def __init__(self, detail: str | None = None, place: str = "") -> None:
        self.place = place
        super().__init__(f"{place}: {detail}" if place and detail else detail)


class TimeIsUp(Exception):
    """A condition took longer than its rule may."""
