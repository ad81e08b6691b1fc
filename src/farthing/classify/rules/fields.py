"""What of a transaction a condition can ask for, and what can be asked of it."""

from enum import StrEnum


class Field(StrEnum):
    PAYEE = "payee"
    MERCHANT = "merchant"
    DESCRIPTION = "description"
    NOTE = "note"
    REFERENCE = "reference"
    LOCATION = "location"
    AMOUNT = "amount"
    SIZE = "size"
    CURRENCY = "currency"
    DATE = "date"
    VALUE_DATE = "value_date"
    WEEKDAY = "weekday"
    DAY = "day"
    MONTH = "month"
    ACCOUNT = "account"
    CATEGORY = "category"
    TAGS = "tags"
    TYPE = "type"
    DIRECTION = "direction"
    IS_TRANSFER = "is_transfer"
    STATUS = "status"
    SOURCE = "source"


class Kind(StrEnum):
    """How the values of a field compare."""

    TEXT = "text"
    NAMED = "named"
    TAGS = "tags"
    MONEY = "money"
    DATE = "date"
    NUMBER = "number"
    CHOICE = "choice"
    FLAG = "flag"


class Operator(StrEnum):
    IS = "is"
    IN = "in"
    CONTAINS = "contains"
    STARTS = "starts"
    ENDS = "ends"
    MATCHES = "matches"
    ABOVE = "above"
    AT_LEAST = "at_least"
    BELOW = "below"
    AT_MOST = "at_most"
    BETWEEN = "between"
    EMPTY = "empty"

    @property
    def said(self) -> str:
        return self.value.replace("_", " ")


_SAME = (Operator.IS, Operator.IN)
_SPELLED = (*_SAME, Operator.CONTAINS, Operator.STARTS, Operator.ENDS, Operator.MATCHES)
_ORDERED = (*_SAME, Operator.ABOVE, Operator.AT_LEAST, Operator.BELOW, Operator.AT_MOST, Operator.BETWEEN)

KINDS: dict[Field, Kind] = {
    Field.PAYEE: Kind.TEXT,
    Field.MERCHANT: Kind.TEXT,
    Field.DESCRIPTION: Kind.TEXT,
    Field.NOTE: Kind.TEXT,
    Field.REFERENCE: Kind.TEXT,
    Field.LOCATION: Kind.TEXT,
    Field.AMOUNT: Kind.MONEY,
    Field.SIZE: Kind.MONEY,
    Field.CURRENCY: Kind.TEXT,
    Field.DATE: Kind.DATE,
    Field.VALUE_DATE: Kind.DATE,
    Field.WEEKDAY: Kind.CHOICE,
    Field.DAY: Kind.NUMBER,
    Field.MONTH: Kind.NUMBER,
    Field.ACCOUNT: Kind.NAMED,
    Field.CATEGORY: Kind.NAMED,
    Field.TAGS: Kind.TAGS,
    Field.TYPE: Kind.CHOICE,
    Field.DIRECTION: Kind.CHOICE,
    Field.IS_TRANSFER: Kind.FLAG,
    Field.STATUS: Kind.CHOICE,
    Field.SOURCE: Kind.TEXT,
}
OPERATORS: dict[Kind, tuple[Operator, ...]] = {
    Kind.TEXT: (*_SPELLED, Operator.EMPTY),
    Kind.NAMED: (*_SPELLED, Operator.EMPTY),
    Kind.TAGS: (*_SPELLED, Operator.EMPTY),
    Kind.MONEY: _ORDERED,
    Kind.DATE: (*_ORDERED, Operator.EMPTY),
    Kind.NUMBER: _ORDERED,
    Kind.CHOICE: _SAME,
    Kind.FLAG: (Operator.IS,),
}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CHOICES: dict[Field, tuple[str, ...]] = {
    Field.WEEKDAY: WEEKDAYS,
    Field.TYPE: ("income", "expense", "transfer"),
    Field.DIRECTION: ("income", "expense"),
    Field.STATUS: ("booked", "pending", "void"),
}
NUMBERS: dict[Field, range] = {Field.DAY: range(1, 32), Field.MONTH: range(1, 13)}

FIELD_SPELLINGS = {"memo": Field.NOTE, "category_id": Field.CATEGORY, "account_id": Field.ACCOUNT, "tag": Field.TAGS}
OPERATOR_SPELLINGS = {"after": Operator.ABOVE, "before": Operator.BELOW}
"""What else may be written; rules are kept and shown in our own words."""
