"""Names, phones and papers that plainly belong to nobody, the same ones every time."""

import random
from datetime import date, timedelta

from mediation_admin.cases.enums import AgentKind, Authority, IdKind, PartyRole, PartyType
from mediation_admin.cases.rules import AgentData, PartyData

SURNAMES = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱许何吕施张曹严金魏陶姜谢邹喻苏潘葛范彭鲁韦马苗方俞袁柳史唐薛雷贺倪汤"
ORDER = "甲乙丙丁戊己庚辛壬癸"
SYLLABLES = "源盛泰恒鑫隆昌瑞祥达"
# No division begins with 99, so a number made with it belongs to nobody although its check digit is right.
NOWHERE = "990213"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class Inventor:
    """Makes up one after another; two inventors with one seed make up the same."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._people = [f"{surname}某{sign}" for sign in ORDER for surname in SURNAMES]
        self._next_phone = 13800000100
        self._next_company = 0

    def number(self, low: int, high: int) -> int:
        """A whole number between the two, both counted."""
        return self._random.randint(low, high)

    def person_name(self) -> str:
        """陈某甲; nobody twice."""
        return self._people.pop(0)

    def company_name(self, trade: str) -> str:
        """某源建材有限公司; no company twice."""
        self._next_company += 1
        first, second = divmod(self._next_company, len(SYLLABLES))
        return f"某{SYLLABLES[second]}{SYLLABLES[first] if first else ''}{trade}有限公司"

    def phone(self) -> str:
        """13800000101 and on."""
        self._next_phone += 1
        return str(self._next_phone)

    def id_number(self) -> str:
        """Eighteen signs with the right check digit and a division that does not exist."""
        born = date(1960, 1, 1) + timedelta(days=self.number(0, 15_000))
        head = f"{NOWHERE}{born:%Y%m%d}{self.number(1, 999):03d}"
        total = sum(int(digit) * weight for digit, weight in zip(head, _ID_WEIGHTS, strict=True))
        return head + "10X98765432"[total % 11]

    def credit_code(self) -> str:
        """A credit code with the right check sign and a division that does not exist."""
        head = f"91{NOWHERE}MA" + "".join(self._random.choice(_CODE_SIGNS) for _ in range(7))
        total = sum(_CODE_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(head))
        return head + _CODE_SIGNS[(31 - total % 31) % 31]

    def natural(
        self, role: PartyRole, *, name: str | None = None, phone: str | None = "", papers: bool = True
    ) -> PartyData:
        """A person as a party; ``phone`` None is missing, empty is made up."""
        return PartyData(
            role=role,
            name=name or self.person_name(),
            type=PartyType.NATURAL,
            phone=self.phone() if phone == "" else phone,
            id_kind=IdKind.ID_CARD if papers else None,
            id_number=self.id_number() if papers else None,
            nation="汉族",
            address=f"虚构路 {self.number(1, 300)} 号",
            service_consent=True,
        )

    def company(self, role: PartyRole, trade: str, *, phone: str | None = "") -> PartyData:
        """A company as a party."""
        return PartyData(
            role=role,
            name=self.company_name(trade),
            type=PartyType.LEGAL,
            phone=self.phone() if phone == "" else phone,
            id_kind=IdKind.CREDIT_CODE,
            id_number=self.credit_code(),
            address=f"虚构大道 {self.number(1, 300)} 号",
            representative=self.person_name(),
            service_consent=True,
        )

    def agent(self, *, special: bool) -> AgentData:
        """A lawyer."""
        return AgentData(
            name=self.person_name(),
            kind=AgentKind.LAWYER,
            authority=Authority.SPECIAL if special else Authority.GENERAL,
            phone=self.phone(),
            firm="某某律师事务所",
            licence_no=f"1{NOWHERE}2015{self.number(100000, 999999)}",
        )
