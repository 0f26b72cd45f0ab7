"""The columns of mediator and organisation rosters: the fields, and the words courts head them with.

Pure: knows no database. Which organisation or dispute type a text means is asked later, row by row.
"""

from mediation_admin.imports.reading.catalogue import Catalogue, Field, Group
from mediation_admin.imports.reading.values.dates import calendar_date, year_month
from mediation_admin.imports.reading.values.identity import credit_code, id_number
from mediation_admin.imports.reading.values.phones import phone
from mediation_admin.imports.reading.values.texts import free_text, label, note, person_name, whole_number, words
from mediation_admin.imports.reading.values.words import WordList, WordTable, spelt
from mediation_admin.rosters.enums import Identity, OrganisationKind, Roster, Sex

SEX_WORDS = WordTable("性别", {Sex.MALE: spelt("男 男性 m male 1"), Sex.FEMALE: spelt("女 女性 f female 2")})

IDENTITY_WORDS = WordTable(
    "调解员身份",
    {
        Identity.PEOPLES: spelt("人民调解员 人民调解 专职人民调解员 兼职人民调解员 专职调解员 调委会调解员 调委会成员"),
        Identity.LAWYER: spelt("律师 执业律师 律师调解员 专职律师 律师事务所律师 公职律师 法律顾问"),
        Identity.INDUSTRY: spelt(
            "行业调解员 行业（专业）调解员 专业调解员 行业专业调解员 行业性专业性调解员 商会调解员 "
            "行业协会调解员 商事调解员 保险调解员 金融调解员"
        ),
        Identity.ARBITRATOR: spelt("仲裁员 劳动仲裁员 仲裁"),
        Identity.NOTARY: ("公证员", "公证"),
        Identity.DEPUTY: spelt("人大代表 省人大代表 市人大代表 区人大代表 县人大代表 全国人大代表"),
        Identity.CPPCC: spelt("政协委员 省政协委员 市政协委员 区政协委员 县政协委员 全国政协委员"),
        Identity.ASSESSOR: ("人民陪审员", "陪审员"),
        Identity.EXPERT: spelt("专家学者 专家 学者 教授 高校教师 技术专家 专业技术人员"),
        Identity.RETIRED_LEGAL: spelt(
            "退休法律工作者 退休法官 退休检察官 退休干警 退休政法干警 退休司法干部 退休司法人员 退休民警"
        ),
        Identity.LEGAL_SERVICE: spelt("基层法律服务工作者 法律服务工作者 法律工作者 基层法律工作者 法律服务人员"),
        Identity.GRID: spelt("网格员 社区网格员 网格长 专职网格员"),
        Identity.RETIRED_TEACHER: ("退休教师", "退休老师"),
        Identity.ENTREPRENEUR: spelt("企业家 企业负责人 工商界人士 企业人员 商会人员"),
        Identity.APPRAISER: spelt("鉴定员 鉴定人 评估师 司法鉴定人 造价师"),
        Identity.VILLAGE: spelt(
            "乡镇或村社干部 乡镇干部 村干部 社区干部 村社干部 村两委干部 村支书 居委会干部 社区工作者 "
            "乡贤 新乡贤 五老人员"
        ),
        Identity.JUDGE: spelt("法官 员额法官 法官助理 审判员 书记员"),
        Identity.OVERSEAS: spelt("港澳台或外国人士 港澳台人士 台湾同胞 香港居民 澳门居民 外国人 侨胞 归侨"),
        Identity.OTHER: spelt(
            "其他 其它 其他人员 妇联干部 工会干部 志愿者 社会工作者 社工 心理咨询师 会计师 教师 医生 退休干部 退休人员"
        ),
    },
    patterns=(
        (r"人民调解", Identity.PEOPLES),
        (r"人大代表", Identity.DEPUTY),
        (r"政协", Identity.CPPCC),
        (r"陪审员", Identity.ASSESSOR),
        (r"退休.*(法官|检察|干警|司法|警)", Identity.RETIRED_LEGAL),
        (r"退休.*(教师|老师)", Identity.RETIRED_TEACHER),
        (r"律师", Identity.LAWYER),
        (r"(行业|专业|商会|协会).*调解", Identity.INDUSTRY),
        (r"法律(服务)?工作者", Identity.LEGAL_SERVICE),
        (r"法官|审判员", Identity.JUDGE),
    ),
)

_FULL_TIME = WordTable("专职或兼职", {True: spelt("专职 全职 专 是"), False: spelt("兼职 兼 非专职 否")})
_FEE = WordTable(
    "是否收费",
    {True: spelt("收费 有偿 是 有 市场化收费"), False: spelt("不收费 无偿 免费 公益 否 无 公益性")},
)
_ROSTER = WordTable(
    "名册",
    {
        Roster.INVITED: spelt("特邀调解员 特邀 特邀调解"),
        Roster.OTHER: spelt("其他调解员 其他 法官调解员 专职法官调解员 院内调解员"),
    },
)
_ORGANISATION_KIND = WordTable(
    "组织类型",
    {
        OrganisationKind.PEOPLES: spelt("人民调解 人民调解组织 人民调解委员会 调委会 人民调解类"),
        OrganisationKind.ADMINISTRATIVE: spelt("行政调解 行政调解组织 行政机关 行政"),
        OrganisationKind.COMMERCIAL: spelt("商事调解 商事调解组织 商事 商会 商会调解"),
        OrganisationKind.INDUSTRY: spelt(
            "行业调解 行业调解组织 行业性专业性调解 行业专业调解 行业（专业）调解 行业协会 专业调解 行业性、专业性"
        ),
        OrganisationKind.LAWYER: spelt("律师调解 律师事务所 律师调解工作室 律协"),
        OrganisationKind.COURT: spelt("法院特邀调解 特邀调解 法院 特邀调解组织 法院特邀"),
        OrganisationKind.OTHER: spelt("其他 其它 其他调解组织 基层组织 社会组织 群团组织"),
    },
    patterns=(
        (r"人民调解", OrganisationKind.PEOPLES),
        (r"行政", OrganisationKind.ADMINISTRATIVE),
        (r"律", OrganisationKind.LAWYER),
        (r"商(事|会)", OrganisationKind.COMMERCIAL),
        (r"行业|专业|协会", OrganisationKind.INDUSTRY),
    ),
)

_PHONE_WORDS = spelt("手机号 联系电话 电话 手机 联系方式 电话号码 移动电话 联系手机 phone mobile tel")
_SHORT = free_text(200)
_LONG = free_text(2_000)

MEDIATOR_COLUMNS = Catalogue(
    fields=(
        Field(
            "name",
            "姓名",
            spelt("调解员姓名 调解员 特邀调解员 特邀调解员姓名 名字 人员姓名 name"),
            person_name,
            required=True,
            example="王某某",
        ),
        Field("sex", "性别", spelt("男/女 男女 sex gender"), SEX_WORDS, telling=True, example="女"),
        Field(
            "birth_month",
            "出生年月",
            spelt("出生日期 出生时间 出生年月日 生日 出生 birth birthday dateofbirth"),
            year_month,
            telling=True,
            example="1978-08",
        ),
        Field("phone", "手机号码", _PHONE_WORDS, phone, telling=True, example="19900000001", help="同时是登录账号"),
        Field(
            "id_number",
            "身份证号码",
            spelt("身份证号 身份证 证件号码 证件号 公民身份号码 idno idnumber"),
            id_number,
            telling=True,
            example="",
            help="请设成文本格式",
        ),
        Field("nation", "民族", ("族别",), _SHORT, example="汉族"),
        Field("political_status", "政治面貌", spelt("党派 政治身份 政治面貌（党派）"), _SHORT, example=""),
        Field(
            "education",
            "学历",
            spelt("文化程度 最高学历 学历学位 教育程度 学历/学位 education"),
            _SHORT,
            example="本科",
        ),
        Field(
            "identities",
            "身份类别",
            spelt(
                "调解员身份 身份 人员身份 人员类别 调解员类别 调解员类型 类别 身份类型 人员类型 "
                "身份（类别） 调解员来源 identity"
            ),
            WordList(IDENTITY_WORDS),
            telling=True,
            example="人民调解员",
            help="几种身份用顿号隔开",
        ),
        Field(
            "full_time",
            "专职或兼职",
            spelt("专职/兼职 专兼职 是否专职 专（兼）职 专/兼职 用工性质"),
            _FULL_TIME,
            telling=True,
            example="兼职",
        ),
        Field(
            "work_unit",
            "工作单位及职务",
            spelt(
                "工作单位 单位及职务 单位 所在单位 工作单位和职务 现工作单位 单位职务 职务 工作单位、职务 "
                "现工作单位及职务 单位名称及职务 职业 工作单位（职务） workunit employer"
            ),
            _SHORT,
            example="某律师事务所 律师",
        ),
        Field("post", "职务或职称", spelt("职务职称 职称 职务/职称 专业技术职务"), _SHORT, example=""),
        Field(
            "organisations",
            "所属调解组织",
            spelt(
                "调解组织 所在调解组织 所属组织 特邀调解组织 所属机构 调解委员会 所属特邀调解组织 组织 "
                "推荐单位 所属单位 派驻单位 organisation organization"
            ),
            words,
            example="市工商联商会人民调解委员会",
        ),
        Field(
            "specialities",
            "擅长领域",
            spelt(
                "专业领域 擅长调解领域 擅长纠纷类型 擅长类型 调解领域 擅长 擅长纠纷 专业方向 "
                "擅长调解纠纷类型 纠纷类型 调解专长 业务专长 擅长专业 speciality "
                "specialities"
            ),
            words,
            example="合同纠纷、民间借贷",
        ),
        Field(
            "term_start",
            "聘任日期",
            spelt(
                "聘任时间 聘用日期 聘期起 聘期开始 起聘日期 任期起 聘任起始日期 入册日期 入册时间 "
                "受聘日期 受聘时间 聘任开始日期 聘期自 appointed appointedon"
            ),
            calendar_date,
            telling=True,
            example="2021-07-01",
        ),
        Field(
            "term_end",
            "聘期至",
            spelt(
                "聘期止 聘期截止 聘期届满 聘期结束 到期日期 任期止 任期至 聘任截止日期 聘任结束日期 "
                "有效期至 聘期到期日 届满日期 termend"
            ),
            calendar_date,
            telling=True,
            example="2027-06-30",
        ),
        Field(
            "certificate_no",
            "证书编号",
            spelt("聘书编号 证号 证书号 调解员证号 聘任证书编号 证件编号 调解员证编号 聘书号 certificate"),
            _SHORT,
            example="调解字第001号",
        ),
        Field("charges_fee", "是否收费", spelt("收费情况 收费 有偿/无偿 是否有偿"), _FEE, telling=True, example="否"),
        Field("accepts", "受理纠纷范围", spelt("受理范围 调解范围 受案范围 业务范围"), _LONG, example=""),
        Field("roster", "名册", spelt("名册类别 名册类型 调解员名册"), _ROSTER, telling=True, example=""),
        Field(
            "max_open",
            "在手上限",
            spelt("在手案件上限 最大在手数 同时办理上限"),
            whole_number,
            telling=True,
            example="",
        ),
        Field(
            "study",
            "学习经历",
            spelt("教育经历 毕业院校 毕业院校及专业 毕业学校 毕业院校、专业"),
            _LONG,
            example="",
        ),
        Field(
            "career",
            "工作经历",
            spelt("工作简历 简历 个人简历 主要经历 工作履历 主要工作经历"),
            _LONG,
            example="",
        ),
        Field("expertise", "专业特长", spelt("特长 个人特长 专长"), _LONG, example=""),
        Field("qualifications", "资格认证", spelt("资格证书 职业资格 资质 执业资格 资格"), _LONG, example=""),
        Field("training", "培训情况", spelt("培训 培训记录 参加培训情况"), _LONG, example=""),
        Field("remark", "备注", spelt("说明 备注说明 其他 remark remarks note"), note, example=""),
    ),
)

ORGANISATION_COLUMNS = Catalogue(
    fields=(
        Field(
            "name",
            "组织名称",
            spelt(
                "名称 调解组织名称 调解组织 特邀调解组织 特邀调解组织名称 单位名称 机构名称 调解机构 调委会名称 name"
            ),
            label,
            required=True,
            example="市工商联商会人民调解委员会",
        ),
        Field(
            "kind",
            "组织类型",
            spelt("类型 类别 组织类别 调解组织类型 机构类型 调解类型"),
            _ORGANISATION_KIND,
            telling=True,
            example="人民调解",
        ),
        Field(
            "credit_code",
            "统一社会信用代码",
            spelt("信用代码 社会信用代码 机构代码"),
            credit_code,
            telling=True,
            example="",
        ),
        Field("ministry", "所属部委", spelt("部委 隶属部委 部委名称"), label, example=""),
        Field("level", "级别", ("组织级别", "层级"), _SHORT, example=""),
        Field("superior", "上级单位", spelt("主管单位 主管部门 上级主管单位 指导单位 设立单位"), _SHORT, example=""),
        Field(
            "head_name",
            "负责人",
            spelt("姓名 负责人姓名 主要负责人 主任 法定代表人"),
            person_name,
            group="head",
            main=True,
            example="王某某",
        ),
        Field("head_phone", "负责人电话", _PHONE_WORDS, phone, group="head", telling=True, example=""),
        Field(
            "contact_name", "管理员姓名", ("姓名", "名字"), person_name, group="contact", main=True, example="李某某"
        ),
        Field(
            "contact_phone",
            "管理员手机",
            _PHONE_WORDS,
            phone,
            group="contact",
            telling=True,
            example="19900000002",
            help="同时是登录账号",
        ),
        Field(
            "address",
            "地址",
            spelt("详细地址 办公地址 联系地址 单位地址 住所地 组织地址 address"),
            _SHORT,
            example="",
        ),
        Field(
            "joined_on",
            "接入时间",
            spelt("接入日期 入册日期 入册时间 成立时间 成立日期 入驻时间 入驻日期"),
            calendar_date,
            telling=True,
            example="",
        ),
        Field(
            "term_start",
            "聘任日期",
            spelt("聘任时间 聘期起 认证日期 认证时间 聘期开始"),
            calendar_date,
            telling=True,
            example="",
        ),
        Field(
            "term_end",
            "聘期至",
            spelt("聘期止 有效期至 到期日期 聘期截止 聘期结束"),
            calendar_date,
            telling=True,
            example="",
        ),
        Field("certificate_no", "证书编号", spelt("证书号 编号 牌匾编号 证号"), _SHORT, example=""),
        Field("duties", "主要职责", spelt("职责 职能 工作职责"), _LONG, example=""),
        Field(
            "specialities",
            "专业领域",
            spelt("擅长领域 调解领域 擅长纠纷类型 纠纷类型 专业方向 调解纠纷类型"),
            words,
            example="合同纠纷、民间借贷",
        ),
        Field("accepts", "受理纠纷范围", spelt("受理范围 调解范围 受案范围 业务范围"), _LONG, example=""),
        Field("charges_fee", "是否收费", spelt("收费情况 收费 是否有偿"), _FEE, telling=True, example="否"),
        Field(
            "mediator_count",
            "调解员人数",
            spelt("人数 调解员数量 调解员数 成员人数"),
            whole_number,
            telling=True,
            example="",
            help="不导入，只用来核对",
        ),
        Field("remark", "备注", spelt("说明 备注说明 其他 remark note"), note, example=""),
    ),
    groups=(
        Group("head", "负责人", spelt("主要负责人 组织负责人 单位负责人 主任 法定代表人")),
        Group("contact", "管理员", spelt("联系人 联络人 联络员 联系员 经办人 系统管理员 管理人员")),
    ),
)
"""``mediator_count`` is never stored: the caller compares it with the members."""
