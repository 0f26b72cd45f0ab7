"""Telling people from organisations by their names alone."""

import re

from mediation_admin.imports.reading.values.words import spelt

HANZI = r"\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002a6df"
PERSON = re.compile(rf"[{HANZI}]{{2,4}}|[{HANZI}]{{1,10}}[·•][{HANZI}·•]{{1,12}}")
LATIN = re.compile(r"[A-Za-z][A-Za-z.'’-]*")

# The surnames that together cover nearly all people; used only to judge where one name ends and the next begins.
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱丘江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴"
    "莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌"
    "毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦"
    "褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘"
    "池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆"
    "朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭"
    "况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
)
DOUBLE_SURNAMES = spelt(
    "欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 端木 宇文 长孙 轩辕 百里 呼延 南宫 西门 独孤 申屠 澹台"
)

_COMPANY_END = spelt(
    "公司 集团 银行 信用社 合作社 联社 联合社 分行 支行 分公司 支公司 子公司 营业部 "
    "分社 事务所 经营部 门市部 门市 商行 商店 商场 超市 酒店 宾馆 饭店 餐厅 饭馆 "
    "酒楼 茶楼 医院 诊所 卫生院 卫生室 药店 药房 学校 大学 学院 中学 小学 幼儿园 "
    "委员会 村委会 居委会 业委会 业主大会 政府 办事处 管理处 管理局 服务站 服务部 "
    "服务中心 中心 协会 学会 商会 联合会 促进会 基金会 研究院 研究所 设计院 工作室 "
    "工作站 项目部 工厂 加工厂 制造厂 农场 林场 养殖场 砖厂 批发部 销售部 配送部 "
    "维修部 修理厂 汽修厂 加油站 俱乐部 网吧 影院 书店 花店 理发店 美容院 美发店 "
    "火锅店 专卖店 便利店 小吃店 面馆 旅馆 招待所 村民小组 合伙 企业 报社 出版社 "
    "电视台 公安局 财政局 教育局 人社局 法院 检察院 派出所 司法所 街道 社区 厂 店 馆 "
    "局 所 行 坊 铺 庄 场 站 队 部 院 社 园"
)
_LONG_ENDS = tuple(end for end in _COMPANY_END if len(end) > 1)
_SHORT_ENDS = tuple(end for end in _COMPANY_END if len(end) == 1)
BRANCH_ENDS = spelt("分行 支行 分公司 支公司 营业部 分社 营业厅 分理处 办事处 项目部 服务部")
_UNINCORPORATED = spelt(
    "分公司 支公司 分行 支行 营业部 经营部 门市部 门市 商行 商店 工作室 合伙 店 坊 "
    "铺 业主大会 业委会 业主委员会 项目部 批发部 服务部 超市 馆 村民小组 事务所 诊所"
)


def looks_natural(text: str) -> bool:
    """Two to four Chinese characters that begin with a surname, or a name with a dot; not an organisation."""
    if not PERSON.fullmatch(text):
        return False
    if "·" in text or "•" in text:
        return True
    return (text[0] in SURNAMES or text.startswith(DOUBLE_SURNAMES)) and not looks_organisation(text)


def looks_organisation(text: str) -> bool:
    """Ends as organisations end; one-character ends count from five characters on (王院 is a person)."""
    bare = re.sub(r"[（(][^（()）]*[)）]$", "", text)
    return (bare.endswith(_LONG_ENDS) and len(bare) > 3) or (len(bare) >= 5 and bare.endswith(_SHORT_ENDS))


def kind_of(name: str) -> str:
    """natural, legal or unincorporated, guessed from the name alone."""
    bare = re.sub(r"[（(][^（()）]*[)）]$", "", name)
    if looks_organisation(name) or (len(bare) > 4 and "·" not in bare and "•" not in bare and not LATIN.match(bare)):
        if "合伙" in name or "个体" in name or (bare.endswith(_UNINCORPORATED) and not bare.endswith("有限公司")):
            return "unincorporated"
        return "legal"
    if LATIN.match(bare) and re.search(r"\b(co|ltd|inc|llc|corp|company|limited|gmbh)\b\.?", bare, re.I):
        return "legal"
    return "natural"
