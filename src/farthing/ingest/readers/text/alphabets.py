"""The letters beyond a to z that each language uses; data for telling one encoding from another."""

ALPHABETS: dict[str, str] = {
    "german": "äöüß",
    "french": "àâçéèêëîïôùûüœæ",
    "spanish": "áéíñóúüª",
    "portuguese": "ãõáâàçéêíóôú",
    "italian": "àèéìòù",
    "dutch": "ëïéèöü",
    "nordic": "åäöæøé",
    "icelandic": "áðéíóúýþæö",
    "estonian": "äõöüšž",
    "polish": "ąćęłńóśźż",
    "czech": "áčďéěíňóřšťúůýž",
    "slovak": "áäčďéíĺľňóôŕšťúýž",
    "hungarian": "áéíóöőúüű",
    "romanian": "ăâîșțşţ",
    "south slavic": "čćđšž",
    "turkish": "çğışöüâî",
    "baltic": "āčēģīķļņšūžąęėįų",
    "russian": "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
    "ukrainian": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "serbian": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "greek": "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋ",
    "hebrew": "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
}

HARMLESS = frozenset("€£§°©®«»„“”‘’‚–—…•·×½¼¾²³ºª¿¡№\u00a0\u00ad′″±´¨`")
"""What stands in any text, whatever its language."""

SINGLE_BYTE = (
    "cp1252", "cp1250", "cp1251", "iso8859_2", "cp852", "cp850", "cp1257", "cp1254", "cp1253", "cp866", "koi8_r",
    "iso8859_15", "iso8859_5", "cp1255", "mac_roman", "latin_1",
)  # fmt: skip
"""Those met first stand first: where several read a file alike, it does not matter which is named."""

MULTI_BYTE: dict[str, str] = {
    "euc_kr": "euc_kr",
    "cp932": "cp932",
    "gb18030": "gb2312",
    "big5": "big5",
    "euc_jp": "euc_jp",
}
"""Each with the narrower encoding whose first level holds the letters that people use."""
