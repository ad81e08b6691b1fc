"""What the columns of dates are called."""

from farthing.ingest.readers.table.words import terms

BOOKING = terms(
    "tanggal pembukuan, tarikh pos, ngày hạch toán, дата на осчетоводяване, датум књижења, datum knjiženja, 入帳日期, 入账时间",
    "booking date, booked, booked on, posting date, post date, posted date, date posted, posted, completed date, completed, clearing date, cleared date, date cleared, accounting date, entry date, process date, processed date, settled date, transaction posted date",
    "buchung, buchungstag, buchungsdatum, buchungszeit, gebucht am, verbucht, eingangstag, verbuchungsdatum",
    "date comptable, date de comptabilisation, date operation comptable, date d'enregistrement, date de traitement",
    "fecha contable, fecha de contabilizacion, fecha de registro, fecha asiento, fecha de aplicacion",
    "data contabile, data registrazione, data di contabilizzazione",
    "data contabilística, data do lançamento, data lançamento, data de lançamento, data contabilização, data movimento, data do movimento",
    "boekdatum, boekingsdatum, datum boeking, datum verwerking, verwerkingsdatum, datum verrekening",
    "data księgowania, data zaksięgowania, data zrealizowania, data rozliczenia, data ksiegowania operacji, data realizacji",
    "datum zaúčtování, datum zauctovani, datum proúčtování, zaúčtováno, dátum zaúčtovania, datum splatnosti, účtovno",
    "könyvelés dátuma, könyvelés, könyvelési dátum, könyvelés napja",
    "data înregistrării, data procesării, data contabilă",
    "дата проводки, дата обработки, дата списания, дата зачисления, дата проведения, дата платежа",
    "дата проведення, дата обробки",
    "bokföringsdag, bokföringsdatum, bokförd, bokført, bokføringsdato, bogføringsdato, bogført, bokføringsdag, bokforingsdato",
    "kirjauspäivä, kirjauspvm, kirjattu, arvopäivä kirjaus",
    "kande kuupäev, kuupäev kande, iegrāmatošanas datums, įrašo data",
    "muhasebe tarihi, hesaba geçiş tarihi, 记账日期, 记账日, 入账日期, 入賬日期, 入帳日, 記帳日, 起帳日, 帳務日期, 計上日",
)

PLAIN = terms(
    "תאריך, התאריך, التاريخ, تاريخ, tanggal, tgl, tarikh, ngày, วันที่, ημ/νία, ημερ, датум, dita, data e ora, ημερομηνία, अवधि, दिनांक",
    "date, day, run date, dates, datetime, date time, timestamp, date utc, time stamp, when",
    "datum, tag, fecha, data, dato, dátum, päivä, päivämäärä, pvm, kuupäev, datums, tarih, дата, дата операции и время",
    "日期, 日付, 取引日, お取引日, 年月日, 交易时间, 时间, 날짜, 거래일, 거래일자, 거래일시, ημερομηνία, keltezés, datum i vrijeme, дата и время, dátum a čas",
)

TRANSACTION = terms(
    "תאריך עסקה, תאריך פעולה, تاريخ العملية, تاريخ المعاملة, tanggal transaksi, tarikh transaksi, ngày giao dịch, วันที่ทำรายการ, дата на транзакция, datum transakcije",
    "transaction date, trans date, date of transaction, operation date, txn date, tran date, started date, effective date, activity date, trade date, created, date created, created date, created at, transaction time",
    "transaktionsdatum, umsatzdatum, umsatzzeit, datum/zeit, auftragsdatum",
    "date operation, date de l'operation, date transaction, date de transaction, date mouvement",
    "fecha operación, fecha de operación, fecha transacción, fecha movimiento, fecha de transacción, fecha mov, f. operación, fecha oper",
    "data operazione, data transazione, data dell'operazione, data da operação, data operação, data transação",
    "transactiedatum, datum transactie, datum verrichting, uitvoeringsdatum",
    "data operacji, data transakcji, data rozpoczęcia, data wykonania",
    "datum transakce, datum provedení, datum operace, datum pohybu, datum obchodu, dátum transakcie, dátum pohybu, dátum realizácie, datum transakcije, datum izvršenja",
    "tranzakció dátuma, tranzakció ideje, művelet dátuma, data tranzacției, data tranzactiei, data operațiunii",
    "дата операции, дата транзакции, дата совершения, дата операції, дата транзакції, дата і час операції",
    "transaktionsdag, transaktionsdatum, reskontradatum, transaksjonsdato, tapahtumapäivä, maksupäivä, tehingu kuupäev, darījuma datums, operacijos data, işlem tarihi, işlem tarih",
    "交易日期, 交易日, 交易時間, 利用日, ご利用日, 消費日, 消费日期, 거래 일시, ημερομηνία συναλλαγής",
)

VALUE = terms(
    "תאריך ערך, יום ערך, تاريخ الحق, tanggal valuta, tanggal efektif, ngày hiệu lực, вальор, датум валуте, datum valute",
    "value date, value dated, val date, interest date, settlement date, funds available",
    "valuta, valutadatum, wertstellung, wertstellungsdatum, wert, valutatag",
    "date valeur, date de valeur, valeur, fecha valor, fecha de valor, f valor, valor, data valuta, valuta data, data valor, data-valor",
    "rentedatum, waardedatum, data waluty, datum valuty, datum valuta, dátum valuty, splatnost, értéknap, érték nap, értéknapja, data valutei, data valuta",
    "дата валютирования, дата валютування, valutadag, valutadato, rentedato, valutapäivä, arvopäivä, arvopvm, väärtuspäev, valör, valör tarihi, 起息日, 生效日",
)

PURCHASE = terms(
    "purchase date, date of purchase, authorization date, authorisation date, auth date, beleg, belegdatum, kaufdatum, karteneinsatz, einkaufsdatum",
    "date d'achat, date achat, fecha compra, fecha de compra, data acquisto, data de compra, data zakupu, datum nákupu, köpdatum, inköpsdatum, kjøpsdato, købsdato, ostopäivä",
)

ELSEWHERE = terms(
    "due date, payment due, expiry, expires, initial date, final date, start date, end date, statement date, mandate date, mandatsdatum, fälligkeit, birth, from date, to date, date of birth, downloaded, exported, statement period, valid, month, year",
    "échéance, vencimiento, scadenza, vencimento, vervaldatum, uitgavenstaat, abrechnungsdatum, settlement month",
)
"""Dates of something other than the transaction."""

TIME = terms(
    "time, time zone, timezone, uhrzeit, zeit, heure, hora, ora, tijd, godzina, čas, idő, время, час, tid, aika, saat, 时间, 時刻, 時間"
)
