"""Names that APIs give to the parts of a transaction, best first, folded to letters and digits."""

import re
from collections.abc import Iterable, Mapping, Sequence

_FOLD = re.compile(r"[^\w.]|_")
_WORDS = {
    "date": (
        "bookingdate bookingdatetime bookeddate dateposted posteddate postdate postingdate postedat date "
        "transactiondate transactiondatetime operationdate valuedate дата datetime transactiontime createdat "
        "created completedat completeddate settledat timestamp transtime confirmtime time startedat "
        "starteddate authorizeddate datum fecha data"
    ),
    "value_date": "valuedate valuedatetime interestdate settlementdate",
    "amount": (
        "amount transactionamount.amount transactionamount.value transactionamount amount.value amount.amount "
        "сумма value sum betrag importe montant kwota valor total amountinaccountcurrency"
    ),
    "minor": (
        "amount.minorunits minorunits amountminor amountminorunits amountcents amountincents cents "
        "minoramount amount.minor amount.cents"
    ),
    "currency": (
        "currency currencycode transactionamount.currency amount.currency amount.currencycode isocurrencycode "
        "ccy accountcurrency валюта waluta currency.code unofficialcurrencycode"
    ),
    "payee": (
        "merchant merchantname merchant.name counterparty counterpartyname counterparty.name creditorname "
        "debtorname creditor.name debtor.name recipient recipientname payee payeename beneficiary "
        "beneficiaryname получатель name partner partnername partner.name sender"
    ),
    "memo": (
        "description remittanceinformationunstructured remittanceinformationunstructuredarray "
        "remittanceinformation note notes описание details memo narrative text purpose title message "
        "additionalinformation remittanceinformationstructured reference transactiondescription "
        "transactioninformation statementdescription"
    ),
    "reference": (
        "id transactionid internaltransactionid paymentid entryreference transid externalid uuid feeditemuid "
        "bankreference reference endtoendid"
    ),
    "balance": (
        "balance runningbalance balanceafter balanceaftertransaction "
        "balanceaftertransaction.balanceamount.amount balanceaftertransaction.amount accountbalance "
        "balance.amount saldo runningbalance.amount"
    ),
    "status": "status state pending ispending booked",
    "direction": (
        "creditdebitindicator creditdebit direction drcr debitcredit transactiontype type side kind sign credit_debit"
    ),
    "account": "account accountid accountnumber iban account.iban account.id accountname account.name",
    "kind": ("type transactiontype category proprietarybanktransactioncode banktransactioncode transactioncode kind"),
    "original": (
        "originalamount localamount instructedamount.amount originalamount.amount localamount.value "
        "currencyexchange.instructedamount.amount originalvalue sourceamount.amount"
    ),
    "original_currency": (
        "originalcurrency localcurrency instructedamount.currency originalamount.currency "
        "localamount.currency currencyexchange.instructedamount.currency originalcurrencycode "
        "sourceamount.currency"
    ),
}
NAMES = {role: tuple(words.split()) for role, words in _WORDS.items()}
"""Best first."""


def folded(name: str) -> str:
    return _FOLD.sub("", name.casefold())


def roles_of(objects: Sequence[Mapping[str, str]], wished: Mapping[str, str]) -> dict[str, str]:
    """Which field is what: the best name that any object has, and that no other role took for an amount or a day."""
    names = dict.fromkeys(name for one in objects for name in one)
    by_folded: dict[str, str] = {}
    for name in names:
        by_folded.setdefault(folded(name), name)
    roles = {role: wished[role] for role in NAMES if wished.get(role) in names}
    for role, known in NAMES.items():
        found = next((by_folded[name] for name in _fitting(role, known) if name in by_folded), None)
        if found is not None:
            roles.setdefault(role, found)
    if roles.get("value_date") == roles.get("date"):
        roles.pop("value_date", None)
    if roles.get("memo") == roles.get("reference"):
        roles.pop("reference", None)
    return roles


def _fitting(role: str, known: Iterable[str]) -> list[str]:
    return [folded(name) for name in known if not (role == "amount" and name in NAMES["minor"])]


def others_of(role: str, one: Mapping[str, str]) -> list[str]:
    """All texts that stand under a name of a role, best first; creditor and debtor may both be there."""
    by_folded = {folded(name): text for name, text in one.items()}
    return [by_folded[folded(name)] for name in NAMES[role] if by_folded.get(folded(name))]
