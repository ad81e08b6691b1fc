"""The closed sets of the ledger."""

from enum import StrEnum


class AccountKind(StrEnum):
    CHECKING = "checking"
    SAVINGS = "savings"
    CASH = "cash"
    CREDIT_CARD = "credit_card"
    LOAN = "loan"
    MORTGAGE = "mortgage"
    INVESTMENT = "investment"
    PENSION = "pension"
    PROPERTY = "property"
    VEHICLE = "vehicle"
    CRYPTO = "crypto"
    OTHER_ASSET = "other_asset"
    OTHER_LIABILITY = "other_liability"

    @property
    def is_liability(self) -> bool:
        return self in _LIABILITIES


_LIABILITIES = {AccountKind.CREDIT_CARD, AccountKind.LOAN, AccountKind.MORTGAGE, AccountKind.OTHER_LIABILITY}

SPELLINGS = {
    "credit": AccountKind.CREDIT_CARD,
    "debit_card": AccountKind.CHECKING,
    "bank_account": AccountKind.CHECKING,
    "investment_account": AccountKind.INVESTMENT,
    "other": AccountKind.OTHER_ASSET,
}
"""What the replaced systems call some of the kinds."""


class CategoryKind(StrEnum):
    INCOME = "income"
    EXPENSE = "expense"
    NONE = "none"


class Status(StrEnum):
    BOOKED = "booked"
    PENDING = "pending"
    VOID = "void"


class CategorySource(StrEnum):
    USER = "user"
    RULE = "rule"
    MODEL = "model"
    BUILTIN = "builtin"
    NONE = "none"


class Origin(StrEnum):
    """What made a change."""

    USER = "user"
    TRANSFER = "transfer"
    CATEGORY = "category"
    TAG = "tag"
    MERCHANT = "merchant"
    RULE = "rule"
    ACCOUNT = "account"
    IMPORT = "import"
    UNDO = "undo"


class TransferState(StrEnum):
    PROPOSED = "proposed"
    LINKED = "linked"
    REJECTED = "rejected"
