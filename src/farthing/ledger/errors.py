from farthing.kernel.errors import Conflict, NotFound, Outdated, Unprocessable


class AccountNotFound(NotFound):
    """Account not found."""


class CategoryNotFound(NotFound):
    """Category not found."""


class TagNotFound(NotFound):
    """Tag not found."""


class TransactionNotFound(NotFound):
    """Transaction not found."""


class TransferNotFound(NotFound):
    """Transfer not found."""


class RuleNotFound(NotFound):
    """Rule not found."""


class RuleRunNotFound(NotFound):
    """Run of rules not found."""


class MonthNotClosed(NotFound):
    """This month is not closed."""


class AssertionNotFound(NotFound):
    """Balance not found."""


class AccountOutdated(Outdated):
    """The account was changed meanwhile. Read it again and repeat your change."""


class CategoryOutdated(Outdated):
    """The category was changed meanwhile. Read it again and repeat your change."""


class TransactionOutdated(Outdated):
    """The transaction was changed meanwhile. Read it again and repeat your change."""


class RuleOutdated(Outdated):
    """The rule was changed meanwhile. Read it again and repeat your change."""


class RuleExists(Conflict):
    """There is a rule of this name already."""


class RuleRunOpen(Conflict):
    """This run is not over yet. Wait for its job, or cancel it."""


class RuleRunUndone(Conflict):
    """This run is undone already."""


class CategoryExists(Conflict):
    """There is a category of this name and kind already."""


class TagExists(Conflict):
    """There is a tag of this name already."""


class MonthClosed(Conflict):
    """This month is closed. Say why with `reason`, or open the month first."""


class TransferImpossible(Conflict):
    """These two transactions cannot be one transfer."""


class CurrencyFixed(Conflict):
    """An account's currency can change only while it has no transactions."""


class RulesTooMany(Unprocessable):
    """There are as many rules as a workspace can have."""


class RulesFail(Unprocessable):
    """The rules do not keep what their tests promise. Nothing was replaced."""


class RuleOrderWrong(Unprocessable):
    """The new order names every rule once."""


class CategorySideWrong(Unprocessable):
    """Transactions of a category go to one of the same side, income or expense."""


class SplitWrong(Unprocessable):
    """The parts do not sum to the whole."""


class CurrencyMismatch(Unprocessable):
    """An amount is in the currency of its account."""


class BalanceTooLarge(Unprocessable):
    """This would make a balance or total larger than can be counted exactly."""


class AmountMissing(Unprocessable):
    """An amount with a type is positive; the type says the direction."""


class ChangeFinal(Conflict):
    """This change cannot be undone from here: it made the transaction, or found it in a transfer."""


class TransactionInTransfer(Conflict):
    """This transaction is part of a transfer. Unlink the transfer first."""


class TransactionSplit(Conflict):
    """This transaction is split. Categorise its parts, or remove the split first."""


class NothingToRepeat(Conflict):
    """No rule can be offered: this transaction has no category of its own, or nobody knows its merchant."""
