"""The columns of a historic case ledger: the fields, and the words courts head them with.

Pure: knows no database. Which cause, mediator or organisation a text means is asked later, row by row.
"""

from mediation_admin.backfill.result_words import RESULT_WORDS
from mediation_admin.cases.enums import CaseCategory, CaseKind
from mediation_admin.imports.reading.catalogue import Catalogue, Field, Group
from mediation_admin.imports.reading.cells import Cell
from mediation_admin.imports.reading.values.amounts import amount
from mediation_admin.imports.reading.values.dates import calendar_date
from mediation_admin.imports.reading.values.identity import id_numbers
from mediation_admin.imports.reading.values.outcome import Faulty, Outcome, Parsed, parser
from mediation_admin.imports.reading.values.people import people
from mediation_admin.imports.reading.values.phones import phones
from mediation_admin.imports.reading.values.sides import both_sides
from mediation_admin.imports.reading.values.texts import case_number, free_text, label, note, person_name, whole_number
from mediation_admin.imports.reading.values.words import YES_NO, WordTable, spelt

_KIND_WORDS = WordTable(
    "案件类型",
    {
        CaseKind.PRE_FILING: spelt("诉前委派调解 诉前 诉前调解 委派调解 委派 诉前调 诉前委派 立案前调解 诉前联调"),
        CaseKind.POST_FILING: spelt("立案调解 委托调解 委托 诉中调解 诉中 诉中委托 立案后调解 诉中委托调解"),
        CaseKind.INTERNET: spelt("互联网调解 线上调解 在线调解 网上调解"),
    },
)
_CATEGORY_WORDS = WordTable(
    "案件类别",
    {
        CaseCategory.CIVIL: spelt("民事 民商事 商事 民事案件 民"),
        CaseCategory.ADMINISTRATIVE: spelt("行政 行政案件 行"),
        CaseCategory.CRIMINAL_CIVIL: spelt("刑事附带民事 刑附民 刑事附带民事诉讼 刑事自诉"),
        CaseCategory.ENFORCEMENT: spelt("执行 执行案件 执"),
    },
)

# Causes that stand behind the names in 「张三诉李四民间借贷纠纷」; only for cutting them off.
_CAUSES_BEHIND_NAMES = spelt(
    "民间借贷纠纷 借款合同纠纷 金融借款合同纠纷 小额借款合同纠纷 离婚纠纷 离婚后财产纠纷 "
    "同居关系纠纷 婚约财产纠纷 抚养费纠纷 抚养纠纷 变更抚养关系纠纷 赡养费纠纷 赡养纠纷 "
    "继承纠纷 法定继承纠纷 遗嘱继承纠纷 分家析产纠纷 买卖合同纠纷 房屋买卖合同纠纷 "
    "商品房预售合同纠纷 商品房销售合同纠纷 房屋租赁合同纠纷 租赁合同纠纷 建筑设备租赁合同纠纷 "
    "融资租赁合同纠纷 承揽合同纠纷 定作合同纠纷 建设工程施工合同纠纷 建设工程合同纠纷 "
    "装饰装修合同纠纷 劳务合同纠纷 劳动争议 劳动合同纠纷 追索劳动报酬纠纷 物业服务合同纠纷 "
    "供用热力合同纠纷 供用电合同纠纷 信用卡纠纷 银行卡纠纷 保证合同纠纷 追偿权纠纷 "
    "债权转让合同纠纷 不当得利纠纷 无因管理纠纷 合伙合同纠纷 合伙协议纠纷 合同纠纷 服务合同纠纷 "
    "教育培训合同纠纷 运输合同纠纷 保管合同纠纷 委托合同纠纷 居间合同纠纷 中介合同纠纷 "
    "赠与合同纠纷 保险纠纷 财产保险合同纠纷 人身保险合同纠纷 机动车交通事故责任纠纷 交通事故纠纷 "
    "提供劳务者受害责任纠纷 生命权、健康权、身体权纠纷 生命权纠纷 健康权纠纷 身体权纠纷 "
    "名誉权纠纷 肖像权纠纷 隐私权纠纷 侵权责任纠纷 医疗损害责任纠纷 产品责任纠纷 "
    "饲养动物损害责任纠纷 财产损害赔偿纠纷 相邻关系纠纷 排除妨害纠纷 返还原物纠纷 物权确认纠纷 "
    "所有权确认纠纷 股权转让纠纷 股东资格确认纠纷 著作权权属、侵权纠纷 商标权权属、侵权纠纷 "
    "农村土地承包合同纠纷 土地承包经营权纠纷 确认合同无效纠纷 借贷纠纷 欠款纠纷"
)

_NAMES = spelt(
    "姓名及联系方式 姓名和联系方式 姓名及电话 姓名、电话 姓名及联系电话 姓名/联系方式 姓名电话 基本信息 "
    "基本情况 信息 姓名及身份信息 姓名及身份证号 姓名、身份证号 姓名（名称）及联系方式 "
    "姓名/名称 姓名或名称 姓名（名称） 名称（姓名） 姓名 名称 当事人姓名 名字 人员 单位名称 "
    "姓名及名称 姓名名称 name names 全称 主体"
)
_PHONES = spelt(
    "联系电话 电话 手机号码 手机号 手机 联系方式 电话号码 联系手机 移动电话 固定电话 "
    "联系电话号码 tel phone mobile contact phoneno 手机/电话 "
    "通讯方式"
)
_IDS = spelt(
    "身份证号码 身份证号 证件号码 证件号 身份证 公民身份号码 身份证件号码 统一社会信用代码 "
    "证照号码 身份证号/统一社会信用代码 身份证号码/统一社会信用代码 "
    "证件号码（身份证/统一社会信用代码） 社会信用代码 信用代码 组织机构代码 机构代码 id "
    "idno idnumber idcard"
)
_ADDRESSES = spelt(
    "地址 住址 住所 住所地 联系地址 送达地址 户籍地址 通讯地址 现住址 家庭住址 经常居住地 "
    "注册地址 户籍地 所在地 住所地/地址 address addr"
)

GROUPS = (
    Group(
        "applicant",
        "申请人",
        spelt(
            "申请人（原告） 原告（申请人） 申请方 原告 原告方 原告人 申请人方 起诉人 申请调解人 甲方 "
            "上诉人 申请一方 申请人原告 applicant plaintiff claimant"
        ),
    ),
    Group(
        "respondent",
        "被申请人",
        spelt(
            "被申请人（被告） 被告（被申请人） 被申请方 被告 被告方 被告人 被申请人方 被起诉人 乙方 "
            "被上诉人 对方当事人 对方 被申请一方 respondent defendant"
        ),
    ),
    Group("third", "第三人", spelt("第三方 第三人信息 有独立请求权第三人 无独立请求权第三人 案外人 thirdparty")),
    Group(
        "mediator",
        "调解员",
        spelt(
            "特邀调解员 承办人 承办调解员 主办调解员 经办人 调解人 主持人 承办法官 指导法官 调解法官 "
            "人民调解员 mediator"
        ),
    ),
)

_PLACE = free_text(300)


def _party(side: str, title: str, *, required: bool) -> tuple[Field, ...]:
    return (
        Field(
            f"{side}_names",
            f"{title}姓名或名称",
            _NAMES,
            people,
            required=required,
            group=side,
            main=True,
            satisfied_by=("parties",) if required else (),
            example="张三、李四",
            help="几个人用顿号隔开",
        ),
        Field(
            f"{side}_phones",
            f"{title}联系电话",
            _PHONES,
            phones,
            group=side,
            telling=True,
            example="19900000001",
            help="可以暂缺，导入后补",
        ),
        Field(
            f"{side}_id_numbers",
            f"{title}证件号码",
            _IDS,
            id_numbers,
            group=side,
            telling=True,
            example="",
            help="身份证号或统一社会信用代码，请设成文本格式",
        ),
        Field(f"{side}_address", f"{title}地址", _ADDRESSES, _PLACE, group=side, example=""),
    )


@parser
def _inner_case_number(cell: Cell, unit: str | None) -> Outcome:
    """A number of the inner network. A column headed 案号 that holds 诉前调 numbers is the other column."""
    outcome = case_number(cell)
    if (
        isinstance(outcome, Parsed)
        and "诉前调" in outcome.value
        and "诉前调确" not in outcome.value
        and "诉前调书" not in outcome.value
    ):
        return Faulty(f"“{outcome.value}”是诉前调案号，请把这一列对应到“诉前调案号”")
    return outcome


_PARTY_FIELDS = ("applicant_names", "respondent_names", "third_names", "cause")

CASE_COLUMNS = Catalogue(
    fields=(
        Field(
            "case_no",
            "诉前调案号",
            spelt(
                "诉前调解案号 诉前案号 诉前调字号 诉前调解号 调解案号 诉前调 调解号 案号 案件编号 案件号 "
                "调解案件编号 收案号 委派案号 引调案号 案件字号 诉前调书号 调字号 caseno "
                "caseno. casenumber"
            ),
            case_number,
            telling=True,
            unmistakable=True,
            example="（2022）豫1302诉前调1号",
            help="没有可以不填，由系统编号",
        ),
        Field(
            "inner_case_no",
            "案号",
            spelt(
                "内网案号 立案案号 民初案号 原案号 诉讼案号 审判案号 立案号 民初号 法院案号 审判系统案号 "
                "转立案案号 后续案号"
            ),
            _inner_case_number,
            telling=True,
            example="",
        ),
        Field(
            "kind",
            "案件类型",
            spelt("调解类型 类型 委派类型 调解方式类别 案件种类 委派/委托 诉前/诉中 阶段 casetype"),
            _KIND_WORDS,
            telling=True,
            example="诉前委派调解",
        ),
        Field(
            "category", "案件类别", spelt("案件性质 民事/行政 案件大类"), _CATEGORY_WORDS, telling=True, example="民事"
        ),
        Field(
            "registered_on",
            "登记日期",
            spelt(
                "登记时间 收案日期 收案时间 立案日期 立案时间 登记立案日期 立案登记日期 推送日期 推送时间 "
                "收件日期 收件时间 接收日期 接收时间 申请日期 申请时间 来案日期 来案时间 录入日期 "
                "引入日期 收到日期 诉前立案日期 诉前收案日期 委派登记日期 建案日期 提交日期 提交时间 "
                "预登记日期 日期 date registrationdate filingdate "
                "datefiled registered receiveddate"
            ),
            calendar_date,
            required=True,
            telling=True,
            example="2022-01-04",
        ),
        Field(
            "cause",
            "案由",
            spelt(
                "纠纷案由 案由名称 案件案由 立案案由 案由（纠纷类型） 诉由 纠纷事由 案件名称案由 cause causeofaction"
            ),
            label,
            required=True,
            satisfied_by=("parties",),
            example="民间借贷纠纷",
        ),
        Field(
            "dispute_type",
            "纠纷类型",
            spelt("纠纷类别 纠纷种类 矛盾类型 纠纷性质 矛盾纠纷类型 disputetype"),
            label,
            example="",
            help="不填时由案由推出",
        ),
        Field(
            "parties",
            "当事人",
            spelt(
                "双方当事人 原被告 原、被告 原告被告 申请人与被申请人 申请人被申请人 申请人/被申请人 "
                "原告/被告 当事人姓名 当事人名称 当事人信息 当事人情况 各方当事人 当事人双方 案件名称 "
                "纠纷双方 诉讼双方 parties casename"
            ),
            both_sides(_CAUSES_BEHIND_NAMES, _PARTY_FIELDS),
            telling=True,
            spreads=_PARTY_FIELDS,
            example="",
            help="申请人、被申请人写在一格里时用",
        ),
        *_party("applicant", "申请人", required=True),
        *_party("respondent", "被申请人", required=True),
        *_party("third", "第三人", required=False),
        Field(
            "amount",
            "标的额",
            spelt(
                "诉讼标的 标的 标的金额 诉讼标的额 涉案金额 争议金额 诉讼标的金额 涉案标的 涉案标的额 "
                "金额 标的数额 诉请标的 争议标的 争议标的额 案件标的 案件标的额 标的款 amount "
                "amountindispute claimvalue"
            ),
            amount,
            telling=True,
            example="30662.20",
            help="单位是元；表头写“（万元）”时按万元读",
        ),
        Field(
            "claim_amount",
            "诉请金额",
            spelt("诉讼请求金额 请求金额 申请金额 主张金额 诉求金额 claimamount"),
            amount,
            telling=True,
            example="",
        ),
        Field(
            "organisation",
            "调解组织",
            spelt(
                "调解单位 特邀调解组织 调解机构 调委会 承办组织 委派组织 委派单位 受委派组织 调解委员会 "
                "所属调解组织 委派调解组织 承办单位 受理单位 调解组织名称 指派组织 分流单位 分流组织 "
                "接收单位 商会调委会 行业组织 人民调解委员会 organisation "
                "organization mediationorganization"
            ),
            label,
            example="市工商联商会人民调解委员会",
        ),
        Field(
            "mediator",
            "调解员",
            spelt("姓名 调解员姓名 名字 name"),
            person_name,
            group="mediator",
            main=True,
            example="王某某",
            help="须在本院名册上",
        ),
        Field(
            "mediator_phone",
            "调解员电话",
            _PHONES,
            phones,
            group="mediator",
            telling=True,
            example="",
            help="只用来分辨同名的调解员",
        ),
        Field(
            "assigned_on",
            "委派日期",
            spelt(
                "委派时间 指派日期 指派时间 分派日期 分派时间 移送日期 移送时间 分案日期 分案时间 "
                "派单日期 委托日期 委托时间 引调日期 分流日期 分流时间 转办日期 assigned "
                "assigneddate"
            ),
            calendar_date,
            telling=True,
            example="2022-01-05",
        ),
        Field(
            "accepted_on",
            "受理日期",
            spelt(
                "受理时间 接受日期 接受委派日期 接案日期 接案时间 调解开始日期 调解开始时间 开始日期 "
                "开始时间 开始调解日期 调解日期 调解时间 启动日期 启动时间 开始调解时间 首次调解日期 "
                "accepted accepteddate startdate"
            ),
            calendar_date,
            telling=True,
            example="2022-01-06",
        ),
        Field(
            "ended_on",
            "结案日期",
            spelt(
                "结案时间 调解结束日期 调解结束时间 结束日期 结束时间 办结日期 办结时间 完成日期 完成时间 "
                "终结日期 终结时间 调解完成日期 结案（调解结束）日期 报结日期 调解结案日期 终止日期 "
                "审结日期 化解日期 调结日期 closed closeddate enddate "
                "closingdate"
            ),
            calendar_date,
            telling=True,
            example="2022-01-15",
        ),
        Field(
            "result",
            "调解结果",
            spelt(
                "结案方式 是否成功 调解是否成功 结果 处理结果 化解结果 调解情况 结案情况 调解状态 状态 "
                "办理结果 处理情况 案件状态 是否调解成功 是否调成 结案状态 调解成功 调解结案方式 办理情况 "
                "处理方式 成功与否 调处结果 是否达成协议 result outcome status"
            ),
            RESULT_WORDS,
            telling=True,
            example="调解成功",
        ),
        Field(
            "end_reason_text",
            "未成原因",
            spelt("终止原因 不成原因 失败原因 调解不成原因 未调成原因 终止调解原因 不成功原因 reason"),
            note,
            example="",
        ),
        Field(
            "ministry_flag",
            "是否部委案件",
            spelt("是否部委 是否总对总 总对总 部委案件 是否“总对总”案件 总对总案件"),
            YES_NO,
            telling=True,
            example="否",
        ),
        Field(
            "ministry",
            "部委",
            spelt("部委信息 所属部委 部委名称 对接部委 总对总部委 委派部委 部委单位"),
            label,
            example="",
            help="不填为否",
        ),
        Field(
            "facts",
            "纠纷概况",
            spelt(
                "纠纷描述 纠纷情况 案情简介 案情 案件简介 基本案情 纠纷简要情况 案件情况 事实与理由 "
                "事实和理由 简要案情 案情概况 主要案情 诉讼请求 请求事项 纠纷内容 facts "
                "description summary"
            ),
            note,
            example="",
            help="可以暂缺，导入后补",
        ),
        Field(
            "plan",
            "调解方案",
            spelt(
                "协议内容 调解协议 解纷方案 调解协议内容 调解内容 协议主要内容 调解协议主要内容 "
                "达成协议内容 处理意见 调解意见 调解结果内容 agreementtext"
            ),
            note,
            example="",
        ),
        Field(
            "remark",
            "备注",
            spelt("备注说明 说明 其他 备考 附注 注 备注信息 remark remarks note notes comment"),
            note,
            example="",
        ),
        Field(
            "days",
            "办理天数",
            spelt(
                "天数 办案天数 调解天数 用时（天） 用时 办理时长 办理用时 办理期限（天） 调解用时 "
                "调解时长 周期 办案周期 审理天数 days duration"
            ),
            whole_number,
            example="",
            help="不导入，只用来核对日期",
        ),
    ),
    groups=GROUPS,
)
"""``days`` is never stored: the caller compares it with the two dates."""
