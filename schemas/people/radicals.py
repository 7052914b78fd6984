"""CJK radicals that stand for ideographs, as text layers of PDF files give them: ⻢ (U+2EE2) where 马 is meant.

Taken from the property Equivalent_Unified_Ideograph of the Unicode Character Database 14.0 (EquivalentUnifiedIdeograph.txt), block CJK
Radicals Supplement; the Kangxi radicals (U+2F00 to U+2FD5) are folded to the same ideographs by NFKC.
"""

_RADICALS = (
    "⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺠"
    "⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾"
    "⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜"
    "⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲"
)
_IDEOGRAPHS = (
    "厂乛乚乙亻冂\U00020628刀刂卜㔾小小兀尣尢\U00021bc2巳幺彑彐忄心扌攵旡日月歺民"
    "氵氺灬爫爫丬牛犭王\U00024d14目示礻\U00025ad7糹纟罓罒㓁冗\U0002626b羊\U0002634c\U0002634b耂肀聿肉\U00026951艹"
    "艹艹虎衤覀西见角\U000278b2讠贝\U00027fb7车辶辶辶邑钅長镸长门\U00028e0f阝雨青韦页风飞"
    "食\U0002967f飠饣\U00029810马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀"
)

IDEOGRAPH_OF = dict(zip(map(ord, _RADICALS), map(ord, _IDEOGRAPHS), strict=True))
"""Code point of a radical → code point of its unified ideograph."""
