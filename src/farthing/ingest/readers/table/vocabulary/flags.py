"""Words of rows rather than columns: in and out, pending, balances, totals, and how purchases and payments read."""

from farthing.ingest.readers.table.words import terms

OUT_WORDS = (
    *terms(
        "d, dr, debit, debits, db, deb, s, soll, out, outflow, outgoing, money out, expense, expenses, withdrawal, sent, -, minus, ausgang, ausgabe, belastung, lastschrift, débit, dépense, sortie, cargo, debe, gasto, débito, egreso, salida, uscita, dare, addebito, saída, despesa, af, debet, uit, uitgave, obciążenie, wn, wydatek, wypłata, rozchód, wychodzący, výdaj, odchozí, má dáti, terhelés, t, kiadás, isplata, duguje, rashod, ieșire, debitare, plată, расход, дебет, списание, витрата, списання, дебет, uttag, ut, utgift, ud, udgift, otto, meno, deebet, debets, debetas, borç, gider, b, çıkış, 支出, 支, 借, 借方, 出金, 出, 支付, 付款, 出账, 출금, χρέωση, χ"
    ),
    "-",
)
IN_WORDS = (
    *terms(
        "c, cr, credit, credits, cre, h, haben, in, inflow, incoming, money in, income, deposit, received, plus, eingang, einnahme, gutschrift, crédit, recette, entrée, abono, haber, ingreso, crédito, entrada, entrata, avere, accredito, receita, bij, credit, inkomst, uznanie, ma, wpływ, wpłata, przychód, przychodzący, příjem, příchozí, dal, kredit, jóváírás, j, bevétel, uplata, potražuje, prihod, intrare, creditare, încasare, приход, кредит, зачисление, поступление, надходження, зарахування, insättning, inn, inkomst, ind, indtægt, pano, tulo, k, kreedit, kredīts, kreditas, alacak, gelir, a, giriş, 收入, 收, 贷, 貸, 贷方, 貸方, 入金, 入, 收款, 入账, 입금, πίστωση, π"
    ),
    "+",
)
NEUTRAL_WORDS = ("/", "不计收支", "中性", "其他", "neutral", "不計")

PENDING = terms(
    "pending, authorised, authorized, authorisation, authorization, reserved, on hold, hold, processing, in progress, unbooked, not posted, scheduled, blocked, uncleared pending",
    "vorgemerkt, ausstehend, offen, reserviert, in bearbeitung, en attente, en cours, autorisation, pendiente, retenido, en proceso, in attesa, in sospeso, pendente, em processamento, in behandeling, gereserveerd, oczekująca, oczekujące, w trakcie, nierozliczone, blokada, autoryzacja, čekající, blokace, nezaúčtováno, čakajúca, függőben, zárolás, în așteptare, в обработке, ожидание, в ожидании, hold, авторизация, очікується, в обробці, reserverat, skyddat belopp, reservert, reserveret, ventende, katevaraus, varaus, broneeritud, rezervēts, bekliyor, beklemede, provizyon, 待入账, 处理中, 未入账, 未清算, 未確定, 処理中, 대기",
)

FAILED = terms(
    "declined, failed, cancelled, canceled, reverted, rejected, voided, void, denied, expired, abgelehnt, storniert, fehlgeschlagen, refusé, annulé, echoué, rechazado, rechazada, cancelado, rifiutato, annullato, recusado, geweigerd, geannuleerd, odrzucona, odrzucono, anulowana, cofnięto, zamítnuto, zrušeno, elutasítva, respins, отклонено, отменено, отклонена, відхилено, avvisad, nekad, avvist, afvist, hylätty, reddedildi, iptal, 交易关闭, 已关闭, 失败, 支付失败, 已全额退款关闭, 取消, 실패"
)

OPENING = terms(
    "likutis pradžiai, pradinis likutis, likutis laikotarpio pradžioje, sākuma atlikums, atlikums sākumā, algsaldo, vaxtasaldo",
    "saldo awal, יתרת פתיחה, الرصيد الافتتاحي, số dư đầu kỳ, algjääk, ยอดยกมา, начално салдо, почетно стање, αρχικό υπόλοιπο, previous statement balance",
    "opening balance, balance at start, start balance, starting balance, initial balance, beginning balance, previous balance, balance brought forward, brought forward, balance b/f, balance forward, old balance, statement opening balance, balance carried from",
    "anfangssaldo, alter kontostand, alter saldo, kontostand am anfang, saldovortrag, startsaldo, solde initial, ancien solde, solde début, solde de début, solde précédent, solde d'ouverture, saldo inicial, saldo anterior, saldo apertura, saldo iniziale, saldo precedente, saldo di apertura, beginsaldo, oud saldo, vorig saldo",
    "saldo początkowe, saldo otwarcia, saldo poprzednie, počáteční zůstatek, počáteční stav, začiatočný zostatok, počiatočný zostatok, početno stanje, začetno stanje, nyitó egyenleg, nyitóegyenleg, sold initial, sold inițial, sold precedent, входящий остаток, остаток на начало, начальный остаток, вхідний залишок, залишок на початок, ingående saldo, ingående balans, inngående saldo, primosaldo, alkusaldo, algsaldo, algjääk, sākuma atlikums, pradinis likutis, açılış bakiyesi, devreden bakiye, 期初余额, 期初餘額, 上期余额, 前期残高, 繰越残高, 이월잔액",
)
CLOSING = terms(
    "likutis pabaigai, galutinis likutis, likutis laikotarpio pabaigoje, beigu atlikums, atlikums beigās, lõppjääk",
    "saldo akhir, יתרת סגירה, الرصيد الختامي, số dư cuối kỳ, lõppsaldo, ยอดยกไป, крайно салдо, коначно стање, τελικό υπόλοιπο, new statement balance",
    "closing balance, balance at end, end balance, ending balance, final balance, new balance, balance carried forward, carried forward, balance c/f, current balance, statement closing balance, ledger balance, balance on, balance as of",
    "endsaldo, neuer kontostand, neuer saldo, schlusssaldo, kontostand am ende, kontostand, saldo vom, abschlusssaldo, solde final, nouveau solde, solde fin, solde de fin, solde au, solde de clôture, saldo final, saldo actual, saldo cierre, saldo finale, saldo attuale, saldo di chiusura, saldo final do período, eindsaldo, nieuw saldo, slotsaldo",
    "saldo końcowe, saldo zamknięcia, konečný zůstatek, konečný stav, konečný zostatok, konačno stanje, končno stanje, záró egyenleg, záróegyenleg, sold final, исходящий остаток, остаток на конец, конечный остаток, вихідний залишок, залишок на кінець, utgående saldo, utgående balans, utestående saldo, ultimosaldo, loppusaldo, lõppsaldo, lõppjääk, beigu atlikums, galutinis likutis, kapanış bakiyesi, son bakiye, 期末余额, 期末餘額, 本期余额, 当前余额, 現在残高, 최종잔액",
)
BALANCE_WORDS = terms(
    "balance, saldo, solde, kontostand, zůstatek, zostatok, stanje, egyenleg, sold, остаток, баланс, залишок, jääk, atlikums, likutis, bakiye, 余额, 餘額, 残高, 잔액, υπόλοιπο"
)

TOTAL = terms(
    "turnover, total turnover, käive, apgrozījums, apyvarta, обороты, оборот, umsatzsumme, forgalom összesen, obroty, obraty, omsætning i alt, omsättning, vaihto, סהכ, المجموع, الإجمالي, tổng cộng, jumlah keseluruhan, mutasi, รวม, σύνολα, totaal generaal, totalt belopp",
    "total, totals, sum, subtotal, grand total, total debits, total credits, summe, gesamt, gesamtsumme, zwischensumme, total général, totaux, suma, totale, totali, totais, totaal, razem, łącznie, ogółem, suma operacji, celkem, součet, spolu, súčet, ukupno, skupaj, összesen, total general, итого, всего, обороты, разом, усього, summa, totalt, yhteensä, kokku, kopā, iš viso, toplam, 合计, 合計, 总计, 總計, 小计, 小計, 共, 人民币合计, 総計, 합계, σύνολο",
)
COUNT = terms(
    "number of transactions, count, transactions count, anzahl, nombre d'opérations, número de movimientos, numero movimenti, aantal, liczba transakcji, liczba operacji, počet, darabszám, количество операций, кількість, antal, 笔, 件数, 건수"
)

PAYMENT_RECEIVED = terms(
    "payment received, payment thank you, thank you, payment - thank, direct debit payment, autopay, automatic payment, refund, return, cashback, cash back, credit, salary, payroll, wage, wages, deposit, interest paid, reversal, rebate, reimbursement, dividend, top-up, topup, received, payment from",
    "zahlung erhalten, ihre zahlung, einzahlung, gutschrift, erstattung, rückerstattung, gehalt, lohn, lohnzahlung, gutschrift zinsen, paiement reçu, paiement merci, remboursement, salaire, virement reçu, virement en votre faveur, pago recibido, gracias por su pago, abono, reembolso, devolución, nómina, ingreso, pagamento ricevuto, rimborso, stipendio, accredito, pagamento recebido, estorno, salário, depósito",
    "betaling ontvangen, terugbetaling, salaris, loon, ontvangen, spłata karty, spłata, zwrot, wynagrodzenie, pensja, wpływ, wpłata, przelew przychodzący, uznanie, splátka, vratka, mzda, výplata, plat, příchozí, povrat, plaća, fizetés, visszatérítés, munkabér, jóváírás, rambursare, salariu, încasare, возврат, зарплата, зачисление, пополнение, заработная плата, повернення, зарахування, поповнення, återbetalning, lön, insättning, inbetalning, återköp, lønn, innbetaling, refusjon, løn, tilbagebetaling, palkka, hyvitys, palautus, palk, maaş, iade, ödeme teşekkür, 还款, 退款, 工资, 存入, 返还, 入金, 給与, 給料, 振込入金, 返金, 급여, 입금, 환불",
)
"""What brings money in, or pays a card's debt."""

SPENT = terms(
    "purchase, card payment, pos, withdrawal, atm, fee, direct debit, standing order, bill payment, rent, supermarket, groceries, restaurant, shopping, expense, expenses, sale, merchant, contactless, debit, charge, insurance, fuel, gas station, coffee, cafe",
    "kartenzahlung, einkauf, lastschrift, miete, gebühr, entgelt, barauszahlung, bargeldauszahlung, dauerauftrag, debitkartenzahlung, versicherung, tankstelle, ausgaben, achat, paiement par carte, paiement carte, retrait, prélèvement, loyer, frais, compra, pago con tarjeta, retirada, recibo, alquiler, comisión, acquisto, pagamento carta, prelievo, addebito, affitto, commissione, compra cartão, levantamento, débito direto, aluguel",
    "betaalautomaat, betaling, geldautomaat, incasso, huur, kosten, zakup, zakup przy użyciu karty, płatność kartą, wypłata, opłata, czynsz, prowizja, wydatki, platba kartou, nákup, výběr, poplatek, nájem, kupovina, plaćanje, vásárlás, kártyás, készpénzfelvétel, díj, cumpărare, plată, retragere, comision, покупка, оплата, снятие, комиссия, списание, купівля, зняття, köp, kortköp, uttag, hyra, avgift, kjøp, varekjøp, minibank, leie, gebyr, køb, dankort, husleje, osto, korttiosto, nosto, vuokra, ost, pirkums, pirkinys, alışveriş, harcama, kira, 消费, 支付, 取现, 手续费, 購買, 引落, 手数料, 結제",
)

CARD = terms(
    "card, credit card, kreditkarte, kreditkarten, mastercard, visa, amex, american express, carte de crédit, tarjeta, carta di credito, cartão, creditcard, karta kredytowa, kreditkort, luottokortti, кредитная карта, 信用卡, カード, merchant, händler, merchantname"
)
"""What card statements say of themselves."""

CARD_PAID = terms(
    "payment received, payment thank you, thank you, payment - thank you, payment thank, online payment, internet payment, autopay payment, automatic payment thank, mobile payment thank, direct debit payment thank, credit card payment received",
    "zahlung erhalten, ihre zahlung, zahlungseingang dankend, einzahlung karte, paiement reçu, paiement merci, merci de votre paiement, pago recibido, gracias por su pago, su pago, pagamento ricevuto, pagamento recebido, pagamento de fatura, pagamento efetuado, betaling ontvangen, dank voor uw betaling, spłata karty, spłata zadłużenia, splátka karty, fizetés köszönjük, plata mulțumim, погашение задолженности, спасибо за оплату, betalning mottagen, inbetalning kort, innbetaling takk, indbetaling tak, maksusuoritus kiitos, ödeme teşekkür, 还款, 信用卡还款, ご入金, 口座振替入金",
)
"""How a card's statement thanks for being paid."""
