"""What the columns of words are called."""

from farthing.ingest.readers.table.words import terms

PAYEE = terms(
    "שם המוטב, שם בית העסק, בית העסק, المستفيد, penerima, người nhận, người thụ hưởng, ผู้รับ, получател, прималац, primalac, përfituesi, ετερος",
    "payee, name, merchant, merchant name, counterparty, counter party, partner name, partner, recipient, beneficiary, receiver, payer/payee, vendor, to, company, counterparty name, contact, correspondent, ultimate receiver name, payee name, name of counterparty, target, paid to, store, shop",
    "empfänger, auftraggeber/empfänger, empfänger/auftraggeber, begünstigter, zahlungsempfänger, begünstigter/zahlungspflichtiger, händler, gegenpartei, partnername, name zahlungsbeteiligter, zahlungsbeteiligter",
    "bénéficiaire, contrepartie, nom, nom contrepartie, tiers, marchand, beneficiario, destinatario, contraparte, nombre, comercio, nome, controparte, destinatário, estabelecimento, favorecido",
    "tegenrekeninghouder, naam tegenpartij, naam tegenrekening, begunstigde, handelaar, naam, naam / omschrijving, tegenpartij",
    "kontrahent, odbiorca, nazwa odbiorcy, dane kontrahenta, nazwa kontrahenta, nadawca / odbiorca, nadawca/odbiorca, nazwa i adres kontrahenta, sklep, odbiorca/zleceniodawca",
    "protistrana, název protistrany, název protiúčtu, příjemce, jméno protistrany, obchodník, obchodní místo, název účtu protistrany, partner, príjemca, názov protiúčtu, primatelj, prejemnik, naziv, partner neve, kedvezményezett, beneficiar, nume",
    "контрагент, получатель, имя получателя, отримувач, назва контрагента, получатель/отправитель, мерчант",
    "mottagare, namn, mottaker, navn, modtager, saaja, saaja/maksaja, saajan nimi, nimi, saaja / maksaja, saaja/maksaja nimi, saņēmējs, gavėjas, mokėtojas / gavėjas, alıcı, ünvan",
    "对方户名, 交易对方, 对方名称, 商户名称, 对方账户名, 收款人, 收(付)方名称, 對方戶名, 交易场所, 取引先, お取引先, 利用店名, ご利用店名, 利用店名・商品名, 가맹점명, 받는분, 보낸분, 받는분/보낸분, 거래처, δικαιούχος",
)

PAYER = terms(
    "payer, payer name, sender, ordering party, originator, from, source, remitter, paid by",
    "auftraggeber, zahlungspflichtiger, absender, donneur d'ordre, émetteur, ordenante, remitente, ordinante, mittente, ordenante nome, remetente, opdrachtgever",
    "nadawca, nazwa nadawcy, zleceniodawca, plátce, odesílatel, platca, uplatitelj, plačnik, megbízó, plătitor, ordonator, отправитель, плательщик, відправник, платник",
    "avsändare, avsender, afsender, maksaja, maksja, maksātājs, mokėtojas, gönderen, 付款人, 付款方, 汇款人, 振込依頼人, 보내는분, εντολέας",
)

MEMO = terms(
    "תיאור, פרטים, הפעולה, תיאור הפעולה, الوصف, البيان, التفاصيل, keterangan, uraian, deskripsi, butiran, keterangan transaksi, mô tả, nội dung, diễn giải, รายละเอียด, รายการ, основание, описание на транзакцията, опис, сврха, svrha plaćanja, përshkrimi, popis operace",
    "description, transaction description, details, memo, narrative, narration, particulars, label, text, note, notes, remark, remarks, comments, comment, purpose, reason, payment details, security description, booking text, payment purpose, subject, communication, reference text, additional description, item title, remittance information, bank description, action, extended details, message",
    "verwendungszweck, beschreibung, buchungstext, umsatztext, text, zweck, vwz, buchungsdetails, bemerkung, notiz, mitteilung, avisierungstext, details, transaktion, zahlungszweck, verwendungszweck zeile, zahlungsgrund",
    "libellé, communication, description, détail, détails, motif, intitulé, objet, nature de l'opération, libellé opération, informations, commentaire, libelle simplifie, libelle operation",
    "concepto, descripción, descripcion, detalle, detalles, observaciones, concepto ampliado, glosa, más datos, referencia texto, movimiento",
    "descrizione, causale, descrizione operazione, dettagli, descrição, histórico, descritivo, detalhes, lançamento, memo, título",
    "omschrijving, mededelingen, mededeling, toelichting, omschrijving-1, betalingskenmerk omschrijving, details, vrije mededeling",
    "opis, opis operacji, tytuł, tytuł operacji, szczegóły, szczegóły transakcji, opis transakcji, tytułem, uwagi",
    "popis, zpráva, zpráva pro příjemce, poznámka, popis transakce, informace, popis pohybu, správa pre prijímateľa, poznámka pre mňa, účel, opis plaćanja, namen, svrha, közlemény, megjegyzés, leírás, narratíva, descriere, detalii, detalii tranzacție, explicatii, explicații",
    "описание, назначение, назначение платежа, описание операции, детали, комментарий, примечание, опис, призначення платежу, призначення, деталі операції, коментар",
    "text, meddelande, rubrik, beskrivning, transaktion, specifikation, melding, forklaring, tekst, beskrivelse, kuvaus, viesti, selite, selitys, selgitus, informācija, maksājuma mērķis, paaiškinimas, mokėjimo paskirtis, paskirtis",
    "açıklama, işlem açıklaması, 摘要, 交易摘要, 商品, 商品说明, 商品名称, 备注, 附言, 用途, 交易详情, 说明, 說明, 備註, 附註, 内容, 摘要内容, メモ, 入出金内容, お取り扱い内容, お取引内容, 取引内容, 備考, 적요, 내용, 메모, 거래내용, περιγραφή, αιτιολογία",
)

TYPE = terms(
    "type, transaction type, payment type, booking type, kind, method, payment method, channel, code, transaction code, operation type, movement type, posting text",
    "art, buchungsart, umsatzart, typ, umsatztyp, type d'opération, type opération, type de transaction, tipo, tipo de movimiento, tipo operazione, tipo movimento, tipo de operação, categoria operazione",
    "type betaling, betaalwijze, mutatiesoort, soort, code, rodzaj, typ transakcji, rodzaj transakcji, typ operacji, rodzaj operacji, typ transakce, typ pohybu, typ, druh, vrsta, vrsta prometa, típus, tranzakció típusa, tip, tip tranzacție",
    "тип операции, вид операции, тип, тип операції, typ, transaktionstyp, transaksjonstype, type, laji, tapahtumalaji, tüüp, tips, tipas, işlem türü, işlem tipi, 交易类型, 交易類型, 交易种类, 业务类型, 取引種別, 取引区分, 거래종류, 거래구분",
)

CATEGORY = terms(
    "category, subcategory, spending category, category group, class, tags, tag, labels, budget",
    "kategorie, unterkategorie, catégorie, sous-catégorie, categoría, subcategoría, categoria, categorie, kategoria, kategorie, budgetgrupp, kategori, kategória, категория, категорія, luokka, kategooria, kategorija, kategorija, 分类, 交易分类, 类别, 分類, カテゴリ, 카테고리",
)

REFERENCE = terms(
    "אסמכתא, מספר אסמכתא, المرجع, رقم المرجع, nomor referensi, no referensi, rujukan, số tham chiếu, mã giao dịch, เลขที่อ้างอิง, αρ συναλλαγής, референция",
    "reference, reference number, ref, ref no, transaction id, transaction reference, id, receipt number, check number, cheque number, check no, cheque no, document number, confirmation, order id, operation number, transaction number, end to end id, trace, auth code, receipt id",
    "referenz, transaktionsnummer, belegnummer, end-to-end-referenz, kundenreferenz, zahlungsreferenz, auszugsnummer, transaktions-id, référence, numéro d'opération, numero operation, n° operation, referencia, nº documento, número de documento, documento, riferimento, numero, referência, nº doc",
    "referentie, transactiereferentie, kenmerk, volgnr, volgnummer, betalingskenmerk, numer transakcji, nr transakcji, numer referencyjny, referencje, id transakce, id transakcie, variabilní symbol, reference platby, broj, referenca, sklic, poziv na broj, azonosító, tranzakció azonosító, referință, numar referinta",
    "номер документа, номер операции, референс, референс проводки, номер транзакции, номер, код операції, referens, verifikationsnummer, referanse, arkivref, bilag, viite, viitenumber, arkistointitunnus, viitenumero, atsauce, dokumento nr, referans, dekont no, fiş no, 交易单号, 交易流水号, 流水号, 凭证号, 商户单号, 订单号, 参考号, 交易訂單號, 伝票番号, 整理番号, 거래번호",
)

ACCOUNT = terms(
    "חשבון, מספר חשבון, رقم الحساب, الحساب, rekening, nomor rekening, akaun, số tài khoản, เลขที่บัญชี, сметка, рачун",
    "account, account number, account name, account no, account id, own account, my account, iban, source account, card, card number, card no, account key, card #, product account, wallet",
    "konto, kontonummer, kontobezeichnung, auftragskonto, iban auftragskonto, kartennummer, bezeichnung auftragskonto, numéro de compte, compte, n° compte, cuenta, número de cuenta, tarjeta, conto, numero conto, carta, conta, número da conta, rekening, rekeningnummer, iban/bban, eigen rekening, kredietkaart, kaartnummer",
    "rachunek, numer rachunku, konto, mój rachunek, numer konta, účet, číslo účtu, môj účet, račun, broj računa, számla, számlaszám, cont, nr cont, счет, номер счета, счёт, рахунок, карта, номер карты, картка, kontonummer, konto, tili, tilinumero, arvelduskonto, konts, sąskaita, hesap, hesap no, kart no, 账号, 卡号, 账户, 帳號, 口座番号, 계좌번호",
)

ACCOUNT_OF_OTHER = terms(
    "counterparty account, counter account, bank account, beneficiary account, payee account, recipient account, counterparty iban, to account, from account, payee iban, partner iban, sender account, account of payer, ultimate account",
    "gegenkonto, kontonummer/iban, iban empfänger, iban zahlungsbeteiligter, empfänger/auftraggeber iban, auftraggeber iban, kontonummer empfänger, compte contrepartie, iban contrepartie, cuenta destino, cuenta beneficiario, conto controparte, conta destino, tegenrekening, tegenrekeningnummer, tegenrekening iban/bban, rekening tegenpartij",
    "numer rachunku nadawcy, numer rachunku odbiorcy, rachunek kontrahenta, nr rachunku, rachunek odbiorcy, rachunek nadawcy, numer rachunku kontrahenta, protiúčet, číslo protiúčtu, účet protistrany, číslo účtu protistrany, račun primatelja, partner számla, ellenszámla, cont beneficiar, счет получателя, счет контрагента, рахунок отримувача, motkonto, mottagarkonto, til konto, fra konto, saajan tili, saajan tilinumero, vastaskonto, saaja konto, karşı hesap, 对方账户, 对方账号, 对方卡号, 對方帳號, 商户号",
)
"""Whose account it is not."""

STATUS = terms(
    "status, state, transaction status, booking status, state type, cleared, booked, reconciled, statustext, statut, état, estado, stato, estado da transação, stav, stan, status transakcji, állapot, stare, статус, состояние, tila, tapahtuman tila, olek, durum, 状态, 当前状态, 交易状态, 狀態, ステータス, 상태",
    "umsatz abgerechnet und nicht im saldo enthalten, umsatz abgerechnet, abgerechnet",
)

CURRENCY = terms(
    "מטבע, العملة, عملة, mata uang, matawang, loại tiền, สกุลเงิน, валута",
    "currency, ccy, curr, cur, currency code, transaction currency, account currency, billing currency, amount currency, money, iso currency",
    "währung, whg, waehrung, devise, monnaie, divisa, moneda, valuta, moeda, munt, muntsoort, valutacode, waluta, waluta rachunku, waluta operacji, měna, mena, deviza, devizanem, pénznem, valută, monedă",
    "валюта, валюта операции, валюта счета, валюта рахунку, valuutta, valuuta, valūta, valiuta, para birimi, döviz, 币种, 记账币种, 交易币种, 幣別, 幣種, 货币, 通貨, 통화, νόμισμα",
)

CURRENCY_ELSEWHERE = terms(
    "original currency, foreign currency, currency of original, transaction currency original, asset currency, source currency, target currency, merchant currency, transfer amount currency, balance currency, local currency, purchase currency, fremdwährung, originalwährung, ursprungswährung, devise d'origine, divisa original, valuta originale, moeda original, oorspronkelijke munt, waluta oryginalna, waluta transakcji oryginalnej, původní měna, měna obchodu, eredeti devizanem, валюта операции оригинальная, utländsk valuta, originalvaluta, 原币币种, 外币币种, currency2",
)
