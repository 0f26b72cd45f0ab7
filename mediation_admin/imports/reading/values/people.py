"""Who stands in a cell: one or many people and companies, with the brackets, numbers and phones written after them."""

import re
from functools import lru_cache
from typing import NamedTuple

from mediation_admin.imports.reading.cells import Cell, shown
from mediation_admin.imports.reading.values.outcome import EMPTY, PLACEHOLDERS, Faulty, Outcome, Parsed, parser
from mediation_admin.imports.reading.values.texts import clean


class Named(NamedTuple):
    """One party as a cell names it. ``kind`` is a guess from the name: natural, legal or unincorporated."""

    name: str
    kind: str
    alias: str | None = None
    represented_by: str | None = None
    phone: str | None = None
    id_number: str | None = None
    remark: str | None = None


# The surnames that together cover nearly all people; used only to judge where one name ends and the next begins.
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦"
    "邱丘江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童"
    "凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧"
    "闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强"
    "帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾"
    "茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
)
DOUBLE_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "端木", "宇文", "长孙", "轩辕", "百里", "呼延", "南宫", "西门", "独孤", "申屠", "澹台")

_HANZI = r"\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002a6df"
_COMPANY_END = (
    "公司", "集团", "银行", "信用社", "合作社", "联社", "联合社", "分行", "支行", "分公司", "支公司", "子公司", "营业部", "分社", "事务所", "经营部", "门市部", "门市", "商行", "商店", "商场",
    "超市", "酒店", "宾馆", "饭店", "餐厅", "饭馆", "酒楼", "茶楼", "医院", "诊所", "卫生院", "卫生室", "药店", "药房", "学校", "大学", "学院", "中学", "小学", "幼儿园", "委员会", "村委会",
    "居委会", "业委会", "业主大会", "政府", "办事处", "管理处", "管理局", "服务站", "服务部", "服务中心", "中心", "协会", "学会", "商会", "联合会", "促进会", "基金会", "研究院", "研究所",
    "设计院", "工作室", "工作站", "项目部", "工厂", "加工厂", "制造厂", "农场", "林场", "养殖场", "砖厂", "批发部", "销售部", "配送部", "维修部", "修理厂", "汽修厂", "加油站", "俱乐部",
    "网吧", "影院", "书店", "花店", "理发店", "美容院", "美发店", "火锅店", "专卖店", "便利店", "小吃店", "面馆", "旅馆", "招待所", "村民小组", "合伙", "企业", "报社", "出版社", "电视台",
    "公安局", "财政局", "教育局", "人社局", "法院", "检察院", "派出所", "司法所", "街道", "社区", "厂", "店", "馆", "局", "所", "行", "坊", "铺", "庄", "场", "站", "队", "部", "院", "社", "园",
)
_LONG_ENDS = tuple(end for end in _COMPANY_END if len(end) > 1)
_SHORT_ENDS = tuple(end for end in _COMPANY_END if len(end) == 1)
_BRANCH = ("分行", "支行", "分公司", "支公司", "营业部", "分社", "营业厅", "分理处", "办事处", "项目部", "服务部")
_UNINCORPORATED = ("分公司", "支公司", "分行", "支行", "营业部", "经营部", "门市部", "门市", "商行", "商店", "工作室", "合伙", "店", "坊", "铺", "业主大会", "业委会", "业主委员会", "项目部", "批发部", "服务部", "超市", "馆", "村民小组", "事务所", "诊所")
_PERSON = re.compile(rf"[{_HANZI}]{{2,4}}|[{_HANZI}]{{1,10}}[·•][{_HANZI}·•]{{1,12}}")
_LATIN = re.compile(r"[A-Za-z][A-Za-z.'’-]*")
_STRONG = "、,;\n\t/|"
_ENUMERATION = re.compile(rf"(?:^|(?<=[\s、,;]))\s*(?:[(（]?\d{{1,2}}[)）.．、:：]|[①-⑳]|[(（][一二三四五六七八九十]{{1,2}}[)）])\s*(?=[{_HANZI}A-Za-z])")
_SIDE = r"(?:第[一二三四五]?|反诉|一审|原审|上诉)?"
_LABEL = re.compile(rf"^{_SIDE}(?:被申请人|申请人|被申请方|申请方|原告|被告|当事人|甲方|乙方|丙方|第三人|权利人|义务人|上诉人|被上诉人|姓名|名称|单位名称)(?:[一二三四五六七八九十\d]{{1,2}})?(?:[(（][^()（）]*[)）])?\s*[:：]\s*")
_PHONE = re.compile(r"(?<!\d)(?:(?:联系)?(?:电话|手机|方式|号码)[:：]?)*\s*(1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}-\d{7,8})(?!\d)")
_ID = re.compile(r"(?:(?:公民)?(?:居民)?身份证?号?码?|证件号码?|统一社会信用代码|信用代码)?[:：]?\s*(?<![0-9A-Z])([1-9]\d{16}[\dXx]|9[0-9A-HJ-NP-RTUW-Y]{17})(?![0-9A-Z])")
_OTHERS = re.compile(r"等\s*(?:(\d{1,4}|[一二三四五六七八九十百]{1,4})\s*[人户名位家](?:[(（].*?[)）])?|(?:人|多人))?\s*$")
_ALIAS = re.compile(r"^(?:曾用名|别名|又名|化名|绰号|原名|曾用|乳名|现名|更名为)[:：为]?\s*(.+)$")
_HEAD = re.compile(r"^(?:法定代表人|法人代表|法人|负责人|经营者|业主|代表人|执行事务合伙人|投资人|主任|村主任|院长|校长)[:：为]?\s*(.+)$")
_PART_OF_NAME = re.compile(r"(合伙|独资|集团|股份|有限|连锁|控股|中国|上海|北京|深圳|香港|河南|国际|亚洲)")
_ROLE = re.compile(r"^(?:系|系列)?(?:反诉|一审|原审)?(?:原告|被告|第三人|申请人|被申请人|已故|死者|男|女|未成年|自然人|法人|个体|保证人|担保人|借款人|债务人|债权人|车主|司机|驾驶员|业主|租户|户主).*$")
_AND = "和及与暨"
_PLACE_END = tuple("省市县区镇乡村州旗")
_PLACED = re.compile(r"中国|.{2,8}?[省市县区州旗镇乡]")


def looks_natural(text: str) -> bool:
    """Two to four Chinese characters that begin with a surname, or a name with a dot; not an organisation."""
    if not _PERSON.fullmatch(text):
        return False
    if "·" in text or "•" in text:
        return True
    return (text[0] in SURNAMES or text.startswith(DOUBLE_SURNAMES)) and not looks_organisation(text)


def looks_organisation(text: str) -> bool:
    """Ends as organisations end; one-character ends count from five characters on (王院 is a person)."""
    bare = re.sub(r"[（(][^（()）]*[)）]$", "", text)
    return bare.endswith(_LONG_ENDS) and len(bare) > 3 or len(bare) >= 5 and bare.endswith(_SHORT_ENDS)


def kind_of(name: str) -> str:
    """natural, legal or unincorporated, guessed from the name alone."""
    bare = re.sub(r"[（(][^（()）]*[)）]$", "", name)
    if looks_organisation(name) or (len(bare) > 4 and "·" not in bare and "•" not in bare and not _LATIN.match(bare)):
        if "合伙" in name or "个体" in name or bare.endswith(_UNINCORPORATED) and not bare.endswith("有限公司"):
            return "unincorporated"
        return "legal"
    if _LATIN.match(bare) and re.search(r"\b(co|ltd|inc|llc|corp|company|limited|gmbh)\b\.?", bare, re.I):
        return "legal"
    return "natural"


def _cut(text: str) -> list[str]:
    """Cut at strong separators outside brackets."""
    pieces, piece, depth = [], [], 0
    for char in text:
        if char in "（(":
            depth += 1
        elif char in "）)" and depth:
            depth -= 1
        if char in _STRONG and not depth:
            pieces.append("".join(piece))
            piece = []
        else:
            piece.append(char)
    pieces.append("".join(piece))
    return pieces


def _at_spaces(text: str) -> list[str]:
    """Cut a piece at spaces where both sides are names by themselves; 「康 晓」 and split company names are joined again."""
    tokens = re.split(r" +(?![^（(]*[)）])", text.strip())
    if len(tokens) == 1:
        return tokens
    units: list[str] = []
    held = ""
    for token in tokens:
        if held:
            if _LATIN.fullmatch(held.split(" ")[-1]) and _LATIN.fullmatch(token):
                held = f"{held} {token}"
                continue
            held += token
        else:
            held = token
        if _LATIN.fullmatch(token):
            continue
        if units and token == held and (token.endswith(_BRANCH) and looks_organisation(units[-1])):
            units[-1] += token
            held = ""
        elif (len(held) >= 2 and _PERSON.fullmatch(held)) or looks_organisation(held) or held[-1] in "）)":
            if held[0] in "（(" and units:
                units[-1] += held
            else:
                units.append(held)
            held = ""
    if held:
        if len(held) == 1 and units:
            units[-1] += held
        else:
            units.append(held)
    return units


def _at_ands(text: str) -> list[str]:
    """Cut at 和, 及, 与 only where what stands on each side is surely a whole name.

    A company may hold these characters itself (南阳市和平商贸, 李明和兴商贸): a company on the right of a person must
    begin with a place.
    """
    for at in [at for at, char in enumerate(text) if char in _AND and 2 <= at < len(text) - 2]:
        left, rest = text[:at], _at_ands(text[at + 1 :].removeprefix("其"))
        if looks_organisation(left):
            if all(looks_natural(one) or looks_organisation(one) for one in rest):
                return [left, *rest]
        elif looks_natural(left) and not left.endswith(_PLACE_END) and all(looks_natural(one) or _PLACED.match(one) and looks_organisation(one) for one in rest):
            return [left, *rest]
    return [text]


def _brackets(text: str) -> tuple[str, list[str]]:
    """The name without the notes in brackets behind it, and those notes. Brackets that belong to a company name stay."""
    notes: list[str] = []
    while (match := re.search(r"\s*（([^（）]*)）$", text)) and match.start() > 0:
        inside = match[1].strip()
        stem = text[: match.start()]
        if _PART_OF_NAME.search(inside) and not _HEAD.match(inside) and not _ALIAS.match(inside) and not looks_natural(stem):
            break
        notes.insert(0, inside)
        text = stem.strip()
    return text, notes


def _named(piece: str, warnings: list[str]) -> Named | None:
    phone = id_number = alias = represented_by = None
    if any(char.isdigit() for char in piece):
        if match := _ID.search(piece):
            id_number = match[1].upper()
            piece = piece[: match.start()] + piece[match.end() :]
        if match := _PHONE.search(piece):
            phone = re.sub(r"(?<=\d)[- ](?=\d)", "", match[1]) if match[1].startswith("1") else match[1]
            piece = piece[: match.start()] + piece[match.end() :]
    name, notes = _brackets(re.sub(r"（\s*[，,、;；:：]*\s*）", "", piece).strip(" :：,，。.;；-—"))
    remarks: list[str] = []
    for note in notes:
        for part in re.split(r"[,，;；、]", note):
            part = part.strip()
            if match := _ALIAS.match(part):
                alias = match[1].strip()
            elif match := _HEAD.match(part):
                represented_by = match[1].strip()
            elif part and part not in PLACEHOLDERS:
                remarks.append(part)
    name = re.sub(rf"(?<=[{_HANZI}])\s+(?=[{_HANZI}])", "", " ".join(name.split())).strip("*＊“”\"' ")
    if not name or name in PLACEHOLDERS:
        return None
    if any(not _ROLE.match(remark) for remark in remarks):
        warnings.append(f"“{shown(piece)}”括号里的说明记在备注里")
    return Named(name, kind_of(name), alias, represented_by, phone, id_number, "；".join(remarks) or None)


_ONE_PERSON = re.compile(rf"[{_HANZI}]{{2,3}}")
_ONE_COMPANY = re.compile(rf"[{_HANZI}]{{4,40}}有限(?:责任)?公司")


@lru_cache(maxsize=16_384)
def _everyone(original: str) -> Outcome:
    text = clean(original).replace("，", ",").replace("；", ";").replace("(", "（").replace(")", "）").replace("\\", "/").replace("|", "/")
    warnings: list[str] = []
    if match := _OTHERS.search(text):
        if len(text) > 4 or match[1]:
            count = f"（共 {match[1]} 人）" if match[1] else ""
            warnings.append(f"“{shown(original)}”没有写全所有人{count}，只导入写明姓名的")
            text = text[: match.start()]
    people: list[Named] = []
    for line in _ENUMERATION.sub("\n", text).split("\n"):
        for piece in _cut(line):
            piece = _LABEL.sub("", piece.strip())
            if not piece or piece in PLACEHOLDERS:
                continue
            for unit in _at_spaces(piece):
                for one in _at_ands(unit):
                    named = _named(one, warnings)
                    if named is None:
                        # a piece that holds only numbers belongs to the name before it
                        people = _numbers_after(people, one)
                    elif re.fullmatch(r"[\d\s+-]+", named.name) or len(named.name) > 100:
                        return Faulty(f"“{shown(original)}”里的“{shown(named.name)}”不像姓名或名称，请核对")
                    elif all(named.name != other.name for other in people):
                        people.append(named)
                    else:
                        warnings.append(f"“{named.name}”写了两遍，只导入一次")
    if not people:
        return EMPTY
    for one in people:
        if len(one.name) == 1:
            return Faulty(f"“{shown(original)}”里的“{one.name}”只有一个字，请写全姓名")
    return Parsed(tuple(people), "；".join(dict.fromkeys(warnings)) or None)


def _numbers_after(people: list[Named], piece: str) -> list[Named]:
    if not people:
        return people
    last = people[-1]
    phone, number = _PHONE.search(piece), _ID.search(piece)
    return [
        *people[:-1],
        last._replace(
            phone=last.phone or (re.sub(r"[- ]", "", phone[1]) if phone else None),
            id_number=last.id_number or (number[1].upper() if number else None),
        ),
    ]


@parser
def people(cell: Cell, unit: str | None) -> Outcome:
    """Everyone the cell names, as a list of ``Named``. Company names are never cut; 「等3人」 is a warning."""
    if cell.__class__ is not str:
        return Faulty(f"“{shown(cell)}”不像姓名或名称，请核对")
    if _ONE_PERSON.fullmatch(cell) and cell[-1] != "等" and cell not in PLACEHOLDERS:
        return Parsed([Named(cell, "natural")])
    if _ONE_COMPANY.fullmatch(cell) and "公司" not in cell[:-2] and not any(char in cell for char in "和及与暨"):
        return Parsed([Named(cell, "legal")])
    outcome = _everyone(cell)
    return Parsed(list(outcome.value), outcome.warning) if outcome.__class__ is Parsed else outcome
