"""What the columns of figures are called."""

from farthing.ingest.readers.table.words import terms

AMOUNT = terms(
    "סכום, סכום חיוב, המבلغ, المبلغ, مبلغ, jumlah, nominal, amaun, số tiền, จำนวนเงิน, сума, износ, ποσό συναλλαγής, shuma, tutarı, amount paid, paid amount, charged amount, amount charged, billed amount, booking amount, account amount, payment amount, cena",
    "amount, transaction amount, trans amount, value, sum, net amount, amount in account currency, billing amount, posted amount, cash flow, amt, total amount, net, change, movement, local amount, amount local",
    "betrag, umsatz, buchungsbetrag, betrag in eur, umsatz in eur, summe, wert, saldoänderung, betrag (eur)",
    "montant, somme, montant en euros, mouvement, importe, monto, cantidad, importe eur, valor, movimiento, importo, ammontare, movimento, quantia, montante, valor da operação",
    "bedrag, mutatie, transactiebedrag, bedrag in eur, bedrag eur, af bij bedrag",
    "kwota, kwota transakcji, kwota operacji, kwota w walucie rachunku, kwota zaksięgowana, kwota rozliczeniowa, wartość",
    "částka, objem, suma, čiastka, castka, ciastka, objem v měně účtu, iznos, znesek, összeg, terhelés/jóváírás, forgalom, suma, valoare, sumă",
    "сумма, сумма операции, сумма платежа, сумма в валюте счета, сума, сума операції, сума в валюті картки, сума у валюті рахунку",
    "belopp, insättning/uttag, insättning uttag, beløb, beløp, määrä, summa, euromäärä, summa eur, apjoms, suma",
    "tutar, işlem tutarı, miktar, 金额, 金額, 交易金额, 交易金額, 入出金, 記帳金額, 记账金额, 取引金額, 利用金額, ご利用金額, 금액, 거래금액, ποσό, ποσο",
)

DEBIT = terms(
    "בחובה, חובה, חיוב, זכות חובה, مدين, سحب, debet, debit, pengeluaran, ghi nợ, tiền ra, nợ, ถอนเงิน, ถอน, дебит, задужење, дугује, zaduženje, teret, na teret, debi, 支払い, 支払い金額, お支払い, お支払い金額, 支付金额, 出账, 支出額, charged out, purchases, spent amount, debit value, pagos, pagamenti, paiements",
    "debit, debit amount, debits, withdrawal, withdrawals, withdrawal amount, withdrawn, paid out, money out, out, outflow, payments out, spent, expense, expenses, charge, charges, debited, paid, payment, amount out, dr, spending",
    "soll, belastung, lastschrift, ausgang, ausgaben, ausgabe, ausgänge, belastungen, lastschrift in chf",
    "débit, débits, dépense, dépenses, sortie, sorties, retrait, retraits, paiement sortant, débit euros",
    "debe, cargo, cargos, gasto, gastos, retiro, retiros, débito, débitos, salida, salidas, egreso, egresos, adeudo",
    "dare, addebito, addebiti, uscite, uscita, saída, saídas, despesa, a débito",
    "debet, af, uitgaven, uit, afschrijving, debitering",
    "obciążenie, obciążenia, wydatki, wydatek, wypłaty, rozchód, wn, winien, kwota obciążenia, wychodzące",
    "výdaj, výdaje, debet, má dáti, odchozí, na vrub, vrub, isplate, isplata, rashod, terhelés, kiadás, duguje, breme, odhodki, odliv, plăți, ieșiri, cheltuieli, debitare",
    "расход, расходы, списание, списания, дебет, расходная операция, витрата, витрати, списано, сумма списания",
    "uttag, utgift, utgifter, ut, ut av konto, ut fra konto, utbetaling, ud, hævet, utgående, otto, otot, meno, menot, veloitus, deebet, väljaminek, debets, debetas, izmaksa, išlaidos",
    "borç, çıkan, gider, çekilen, 支出, 支出金额, 支出金額, 借方, 提出, 付款金额, 出金, 出金金額, お引出し, お支払金額, 引出, お引き出し, 支払, 支払金額, 払戻, 출금, 출금액, 찾으신금액, χρέωση, χρεωση, 支取",
)

CREDIT = terms(
    "בזכות, זכות, دائن, إيداع, kredit, pemasukan, ghi có, tiền vào, có, ฝากเงิน, ฝาก, кредит, одобрење, потражује, odobrenje, u korist, korist, kredi, 預かり金額, お預かり金額, 預り金額, 預入額, 存入金額, 进账, 收入額, credit value, payments received, cobros, incassi",
    "credit, credit amount, credits, deposit, deposits, deposit amount, paid in, money in, in, inflow, payments in, received, income, credited, amount in, cr, lodgement",
    "haben, gutschrift, eingang, einnahmen, eingänge, gutschriften, gutschrift in chf",
    "crédit, crédits, recette, recettes, entrée, entrées, dépôt, versement, crédit euros",
    "haber, abono, abonos, ingreso, ingresos, depósito, depósitos, crédito, créditos, entrada, entradas",
    "avere, accredito, accrediti, entrate, receita, a crédito",
    "credit, bij, inkomsten, bijschrijving, creditering",
    "uznanie, uznania, wpływy, wpływ, wpłaty, przychód, ma, kwota uznania, przychodzące",
    "příjem, příjmy, kredit, dal, příchozí, ve prospěch, prospěch, uplate, uplata, prihod, jóváírás, bevétel, potražuje, dobro, prilivi, priliv, încasări, intrări, venituri, creditare",
    "приход, доход, доходы, поступление, поступления, зачисление, зачисления, кредит, приходная операция, надходження, зараховано, сумма зачисления",
    "insättning, inkomst, inkomster, in, inn på konto, inn, innbetaling, ind, indsat, inkommande, pano, panot, tulo, tulot, hyvitys, kreedit, laekumine, kredīts, kreditas, iemaksa, pajamos",
    "alacak, giren, gelir, yatırılan, 收入, 收入金额, 收入金額, 贷方, 貸方, 存入, 收款金额, 入金, 入金金額, お預入れ, お預り金額, 預入, お預け入れ, 입금, 입금액, 맡기신금액, πίστωση, πιστωση",
)

BALANCE = terms(
    "היתרה, יתרה, יתרה בשח, الرصيد, رصيد, saldo akhir, baki, số dư, ยอดเงินคงเหลือ, คงเหลือ, салдо, наличност, стање, disponible, saldo disponibile, running bal, bal, balans, beschikbaar saldo, balance chf, kontosaldo, 帳戶餘額, 帐户余额, 账面余额, 可用余额, 現在高, saldo nachher, nieuw saldo, saldo na trn",
    "balance, running balance, account balance, available balance, balance after, closing balance, ledger balance, book balance, remaining balance, balance after transaction, current balance",
    "saldo, kontostand, saldo nach buchung, neuer saldo, solde, solde après, saldo contable, saldo disponible, saldo após, saldo contabile, saldo na mutatie, saldo po operacji, saldo po transakcji",
    "zůstatek, zostatok, konečný zůstatek, stanje, stanje računa, egyenleg, könyvelt egyenleg, sold, sold final, остаток, баланс, остаток на счете, залишок, залишок після операції, баланс после операции",
    "behållning, bokfört saldo, saldo etter, saldo efter, jäljellä, jääk, atlikums, likutis, bakiye, 余额, 餘額, 账户余额, 结余, 結餘, 残高, 差引残高, 取引後残高, 잔액, 거래후잔액, υπόλοιπο, υπολοιπο",
)

FEE = terms(
    "fee, fees, commission, transaction fee, foreign fee, charges fee, service fee, bank fee",
    "gebühr, gebühren, provision, spesen, entgelt, kosten, frais, comisión, comisiones, commissione, commissioni, comissão, tarifa, taxa, kosten op verrichting",
    "opłata, prowizja, poplatek, poplatky, naknada, díj, jutalék, költség, comision, taxă, комиссия, комісія, avgift, gebyr, kulu, palkkio, teenustasu, komisija, komisinis, masraf, komisyon, 手续费, 手續費, 手数料, 服务费, 수수료, προμήθεια",
)

ELSEWHERE_CURRENCY = terms(
    "original amount, original value, foreign amount, foreign currency amount, amount in foreign currency, transaction currency amount, source amount, target amount, local currency amount, amount foreign, fx amount, exchange out, exchange in, transfer amount, compensation amount, converted amount, original currency",
    "fremdwährung, fremdwährungsbetrag, ursprünglicher betrag, betrag fremdwährung, originalbetrag, betrag in fremdwährung, ursprünglich, betrag originalwährung",
    "montant devise, montant en devise, montant d'origine, montant original, devise d'origine, importe divisa, importe original, importe en divisa, importo in divisa, importo originale, valor moeda estrangeira, valor original",
    "oorspronkelijk bedrag, bedrag vreemde valuta, bedrag in vreemde munt, kwota w walucie, kwota oryginalna, kwota płatności w walucie, kwota transakcji w walucie, původní částka, částka v cizí měně, částka v měně obchodu, pôvodná suma, devizaösszeg, eredeti összeg, suma originală",
    "сумма в валюте операции, сумма в валюте, сума в валюті операції, utländskt belopp, belopp i utländsk valuta, originalbelopp, valutabelopp, oprindeligt beløb, opprinnelig beløp, beløp i valuta, alkuperäinen summa, orijinal tutar, 原币金额, 外币金额, 外幣金額, 現地通貨額",
)
"""What it cost in the money of the place, beside what the account paid."""

NOT_MONEY = terms(
    "rate, exchange rate, currency rate, fx, fx rate, price, unit price, quantity, shares, number of shares, units, interest, accrued interest, tax, vat, points, rewards, item, number, no, id, zip, postcode, latitude, longitude, limit, discount, tip, asset price, commission rate, percentage, time, hour",
    "kurs, wechselkurs, umrechnungskurs, stück, anzahl, preis, nominal, taux, cours, taux de change, quantité, cantidad, precio, tipo de cambio, cambio, tasso, quantità, prezzo, cambio, taxa de câmbio, quantidade, koers, wisselkoers, aantal, prijs",
    "kurs waluty, kurs przeliczenia, ilość, cena, směnný kurz, kurz, počet, tečaj, árfolyam, darab, curs, курс, кількість, количество, mcc, valutakurs, växelkurs, kurssi, kur, 汇率, 匯率, 数量, 单价, 環率, 為替レート, 換算レート",
    "round up, roundup, rounded, initial balance, opening balance, final balance, closing balance of period, income entries, expenses entries, total, totals, cashback, kwota blokady, blocked, buchungsschlüssel, posting key, mandatsreferenz, zaokrouhlení, rounding",
)
"""Figures that no account moves by."""

BLOCKED = terms(
    "kwota blokady, blokada, kwota blokady/zwolnienie blokady, blocked amount, pending amount, reserved amount, vorgemerkt, reserveret, reserverat, reservert, blokováno, zablokovaná částka, заблокировано, hold amount, holds"
)

GROSS = terms(
    "subtotal, sub total, gross, gross amount, brutto, bruttobetrag, brut, montant brut, bruto, importe bruto, lordo, valor bruto, kwota brutto, 总金额"
)
NET = terms(
    "total aud, total nzd, total usd, total gbp, total eur, total charged, grand total",
    "net, net amount, netto, nettobetrag, net amount settled, montant net, neto, importe neto, netto bedrag, valor líquido, kwota netto, 净额",
)

OF_ACCOUNT = terms(
    "account currency, in account currency, booked, billing, posted, settlement, local, w walucie rachunku, waluta rachunku, kontowährung, in eur, devise du compte, cuenta, divisa cuenta, v měně účtu, rekening, валюте счета, валюті рахунку, валюті картки, 记账, 記帳, 入账, eur, chf, gbp, usd",
)
"""What tells the figure that moved the account from what was paid in the shop."""

FLAG = terms(
    "d/k, db/cr, cr/db, dr/cr, debit/kredit, debet/kredit, πρόσημο, πρόσημο ποσού, חובה/זכות, znamienko, predznak, przeciwstawność",
    "credit debit, debit credit, credit/debit, debit/credit, cr dr, dr cr, d c, c d, dc, cd, creditdebet, credit debet, debit or credit, credit or debit, debit credit indicator, credit debit indicator, dr cr indicator, sign, in out, direction, type, transaction type, income expense",
    "debetas/kreditas, debets/kredīts, deebet/kreedit, soll haben, s h, sh, soll/haben, vorzeichen, s/h kennzeichen, umsatztyp, debit/crédit, sens, debe/haber, cargo/abono, tipo, segno, dare/avere, d/c, natureza, tipo de movimento, af bij, bij af, af/bij, debet/credit",
    "wn/ma, obciążenie/uznanie, typ, strana, dal/má dáti, směr, t/j, t j, terhelés/jóváírás, jelleg, приход/расход, тип операции, тип, debet/kredit, inn/ut, ind/ud, deebet/kreedit, kanto, borç/alacak, b/a, işlem tipi, 收/支, 收支, 收支类型, 借贷标志, 借贷, 借貸, 资金方向, 入出金区分, 구분, 입출금구분, χ/π",
)
