"""The base of every form: Chinese messages, and fields that forgive how people type phones, ID numbers, sums, dates.

Shape only: whether a value is there and readable. Business rules live in each subject's rules.py.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField as HtmlDateField
from wtforms import Field, StringField, ValidationError, validators
from wtforms import Form as PlainForm
from wtforms import RadioField as PlainRadioField
from wtforms import SelectField as PlainSelectField
from wtforms import SelectMultipleField as PlainSelectMultipleField
from wtforms.fields.choices import Choice, SelectChoice
from wtforms.widgets import DateInput, TextInput

from mediation_admin.core import crypto
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.masked import Masked

PHONE = re.compile(r"1\d{10}")
ID_NUMBER = re.compile(r"\d{17}[\dX]")
OLD_ID_NUMBER = re.compile(r"\d{15}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

MESSAGES = {
    "This field is required.": "请填写这一项",
    "Not a valid choice.": "请从列表中选择一项",
    "Not a valid choice": "请从列表中选择一项",
    "Invalid Choice: could not coerce.": "请从列表中选择一项",
    "Choice could not be coerced.": "请从列表中选择一项",
    "Not a valid integer value.": "请填写整数",
    "Not a valid decimal value.": "请填写数字",
    "Not a valid float value.": "请填写数字",
    "Not a valid date value.": "请填写日期，如 2022-06-30",
    "Not a valid datetime value.": "请填写日期和时间，如 2022-06-30 09:00",
    "Not a valid time value.": "请填写时间，如 09:00",
    "Invalid input.": "填写的内容不符合要求",
    "Invalid email address.": "请填写完整的电子邮箱，如 name@example.com",
    "Invalid URL.": "请填写完整的网址",
    "CSRF token missing": "页面已失效，请刷新后重新提交",
    "CSRF failed": "页面已失效，请刷新后重新提交",
}
_PATTERNS = (
    (re.compile(r"Field must be at least (\d+) characters? long\."), r"至少填写 \1 个字"),
    (re.compile(r"Field cannot be longer than (\d+) characters?\."), r"最多填写 \1 个字"),
    (re.compile(r"Field must be between (\d+) and (\d+) characters long\."), r"请填写 \1 到 \2 个字"),
    (re.compile(r"Field must be exactly (\d+) characters? long\."), r"请填写 \1 个字"),
    (re.compile(r"Number must be at least (\S+?)\.$"), r"不能小于 \1"),
    (re.compile(r"Number must be at most (\S+?)\.$"), r"不能大于 \1"),
    (re.compile(r"Number must be between (\S+) and (\S+?)\.$"), r"请填写 \1 到 \2 之间的数"),
    (re.compile(r"Field must be equal to (\S+?)\."), r"两次填写的内容不一致"),
)


def in_chinese(message: str) -> str:
    """A library's message in our words; our own messages pass through."""
    message = str(message)
    if message in MESSAGES:
        return MESSAGES[message]
    for pattern, words in _PATTERNS:
        if pattern.match(message):
            return pattern.sub(words, message)
    return message


class _Translations:
    """WTForms asks for its messages here; installed on every form of ours."""

    def gettext(self, text: str) -> str:
        return MESSAGES.get(text, text)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return {
            "Field must be at least %(min)d character long.": "至少填写 %(min)d 个字",
            "Field cannot be longer than %(max)d character.": "最多填写 %(max)d 个字",
            "Field must be exactly %(max)d character long.": "请填写 %(max)d 个字",
        }.get(singular, singular if n == 1 else plural)


class _Chinese:
    """What the base form and the rows of a repeating part share. ``repairs``: (message, address) of refusals."""

    repairs: Sequence[tuple[str, str]] = ()

    class Meta:
        def get_translations(self, form: Any) -> _Translations:
            return _Translations()

    def refuse(self, broken: RuleBroken) -> None:
        """Put a rule's refusal beside its field (or on top, where it has none), with its repair link."""
        field = self._fields.get(broken.field or "")
        if field is None:
            self.form_errors.append(broken.message)
        else:
            field.errors = [*field.errors, broken.message]
        if broken.repair:
            self.repairs = [*self.repairs, (broken.message, broken.repair)]

    def all_errors(self) -> list[tuple[str, str, str]]:
        """(field id, label, message) of every error, in page order, for the summary on top."""
        return [("", "", in_chinese(m)) for m in self.form_errors] + list(_errors_of(self._fields.values()))


class Form(_Chinese, FlaskForm):
    """Base of every form on a page; carries the CSRF token.

    ``sections`` (optional): [(heading, [field names])] – the order and grouping of the page; without it all fields
    stand in one card in their order of definition.
    """

    class Meta(_Chinese.Meta, FlaskForm.Meta):
        pass

    sections: Sequence[tuple[str, Sequence[str]]] = ()


class RowForm(_Chinese, PlainForm):
    """One row of a repeating part (a party, an agent), used as ``FieldList(FormField(PartyRow))``. No token inside."""

    class Meta(_Chinese.Meta, PlainForm.Meta):
        pass


def _errors_of(fields: Iterable[Field], prefix: str = "") -> Iterable[tuple[str, str, str]]:
    for field in fields:
        label = str(field.label.text)
        if hasattr(field, "entries"):
            for number, entry in enumerate(field.entries, 1):
                inner = getattr(entry, "form", None)
                where = f"{prefix}{label} {number} · "
                if inner is not None:
                    yield from _errors_of(inner, where)
                else:
                    yield from ((entry.id, where.rstrip(" ·"), in_chinese(m)) for m in entry.errors)
            yield from ((field.id, prefix + label, in_chinese(m)) for m in field.errors if isinstance(m, str))
        elif hasattr(field, "form"):
            yield from _errors_of(field.form, f"{prefix}{label} · ")
        else:
            yield from ((field.id, prefix + label, in_chinese(m)) for m in field.errors)


# -- reading what people type ---------------------------------------------------------------------------------------


def half_width(text: str) -> str:
    """Full-width digits, letters and signs as half-width ones, blanks trimmed."""
    return unicodedata.normalize("NFKC", text or "").strip()


def parse_date(text: str) -> date | None:
    """2022-06-30, 2022/6/30, 2022.6.30, 20220630, 2022年6月30日; None for anything else."""
    clean = half_width(text)
    found = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", clean) or re.fullmatch(
        r"(\d{4})(\d{2})(\d{2})", clean
    )
    if not found:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def parse_money(text: str) -> Decimal | None:
    """Yuan from 12,345.6 · ¥12345 · 1.5万 · 3万元; None for anything else or more than 2 decimals of a yuan."""
    clean = re.sub(r"[\s,，¥￥]|人民币", "", half_width(text))
    found = re.fullmatch(r"(-?\d+(?:\.\d+)?)(万|亿)?元?", clean)
    if not found:
        return None
    try:
        amount = Decimal(found[1]) * {None: 1, "万": 10_000, "亿": 100_000_000}[found[2]]
    except InvalidOperation:
        return None
    rounded = amount.quantize(Decimal("0.01"))
    return rounded if rounded == amount else None


def id_number_is_valid(number: str) -> bool:
    """Whether an 18-digit resident ID number has a real birth date and the right check digit (GB 11643-1999)."""
    if not ID_NUMBER.fullmatch(number) or parse_date(number[6:14]) is None:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17]


def birth_date_of(number: str) -> date | None:
    """The birth date in an ID number (18 digits, or the old 15)."""
    if ID_NUMBER.fullmatch(number):
        return parse_date(number[6:14])
    return parse_date("19" + number[6:12]) if OLD_ID_NUMBER.fullmatch(number) else None


def is_female(number: str) -> bool | None:
    """The sex in an ID number: the last digit before the check digit is even for women. None if it is no ID number."""
    if ID_NUMBER.fullmatch(number):
        return int(number[16]) % 2 == 0
    return int(number[14]) % 2 == 0 if OLD_ID_NUMBER.fullmatch(number) else None


# -- fields ---------------------------------------------------------------------------------------------------------


class _Forgiving(StringField):
    """A text field that keeps what was typed when it cannot be read, so that the person corrects it in place."""

    typed: str | None = None

    def _value(self) -> str:
        return self.typed if self.typed is not None else self.show(self.data)

    def show(self, value: Any) -> str:
        return "" if value is None else str(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.typed = valuelist[0]
        text = half_width(self.typed)
        self.data = self.read(text) if text else None

    def read(self, text: str) -> Any:
        raise NotImplementedError


class PhoneField(Masked, _Forgiving):
    """A mobile number of 11 digits; blanks, dashes, full-width digits and +86 are forgiven. Data: digits or None."""

    mask = staticmethod(crypto.mask_phone)

    widget = TextInput()

    def __init__(self, label: str | None = None, validators: Any = None, *, landline: bool = False, **options: Any):
        self.landline = landline
        render = {"inputmode": "tel", "autocomplete": "off", **options.pop("render_kw", {})}
        super().__init__(label, validators, render_kw=render, **options)

    def read(self, text: str) -> str:
        phone = crypto.normalise_phone(text)
        if PHONE.fullmatch(phone) or (self.landline and re.fullmatch(r"0?\d{7,12}(转\d+)?", phone)):
            return phone
        raise ValueError("请输入 11 位手机号" + ("或带区号的座机号" if self.landline else ""))


class IdNumberField(Masked, _Forgiving):
    """A resident ID number with its check digit; ``kinds`` other than resident accept any number of 5–30 signs."""

    mask = staticmethod(crypto.mask_id_number)

    def __init__(self, label: str | None = None, validators: Any = None, *, resident: bool = True, **options: Any):
        self.resident = resident
        render = {"autocomplete": "off", "data-id-number": "1", **options.pop("render_kw", {})}
        super().__init__(label, validators, render_kw=render, **options)

    def read(self, text: str) -> str:
        number = crypto.normalise_id_number(text)
        if self.resident:
            if not ID_NUMBER.fullmatch(number):
                raise ValueError(f"居民身份证号应为 18 位，现在是 {len(number)} 位")
            if not id_number_is_valid(number):
                raise ValueError("身份证号的校验位不对，请核对")
        elif not re.fullmatch(r"[0-9A-Z（）()\-]{5,30}", number):
            raise ValueError("请填写 5 到 30 位的证件号码")
        return number


class MoneyField(_Forgiving):
    """A sum in yuan; 1.5万, 12,345.60 and ¥ are understood. Data: Decimal with two places, or None."""

    def __init__(self, label: str | None = None, validators: Any = None, **options: Any):
        render = {"inputmode": "decimal", "autocomplete": "off", "data-unit": "元", **options.pop("render_kw", {})}
        super().__init__(label, validators, render_kw=render, **options)

    def show(self, value: Any) -> str:
        return "" if value is None else f"{value:f}".removesuffix(".00")

    def read(self, text: str) -> Decimal:
        amount = parse_money(text)
        if amount is None:
            raise ValueError("请填写金额（元），如 12000 或 1.2万")
        if abs(amount) >= Decimal("1e15"):
            raise ValueError("金额太大，请核对")
        return amount


class DateField(HtmlDateField):
    """A date with the browser's own picker; also reads 2022.6.30, 20220630 and 2022年6月30日."""

    widget = DateInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            return
        found = parse_date(valuelist[0])
        if found is None:
            self.data = None
            raise ValueError("请填写日期，如 2022-06-30")
        self.data = found


def choices_of(pairs: Any) -> Any:
    """(value, label) pairs as WTForms wants them since 3.3, where plain tuples are deprecated."""
    if pairs is None or callable(pairs) or isinstance(pairs, dict):
        return pairs
    return [SelectChoice(*pair[:2]) if isinstance(pair, tuple) else pair for pair in pairs]


class SelectField(PlainSelectField):
    """A select over (value, label) pairs."""

    def __init__(self, label: str | None = None, validators: Any = None, *, choices: Any = None, **options: Any):
        super().__init__(label, validators, choices=choices_of(choices), **options)


class RadioField(PlainRadioField):
    """Radio buttons over (value, label) pairs."""

    def __init__(self, label: str | None = None, validators: Any = None, *, choices: Any = None, **options: Any):
        super().__init__(label, validators, choices=choices_of(choices), **options)


class SelectMultipleField(PlainSelectMultipleField):
    """Several of (value, label) pairs; ``render_kw={"data-boxes": "1"}`` draws check boxes."""

    def __init__(self, label: str | None = None, validators: Any = None, *, choices: Any = None, **options: Any):
        options.setdefault("invalid_choice_message", "请从列表中选择")
        super().__init__(label, validators, choices=choices_of(choices), **options)


class EnumField(SelectField):
    """A select over a LabelledEnum; data is the member, or None for the empty choice. ``members``: only these of it."""

    def __init__(
        self,
        label: str | None = None,
        validators: Any = None,
        *,
        enum: Any,
        members: Any = None,
        empty: str = "请选择",
        **options: Any,
    ):
        self.enum, self.members = enum, tuple(members or enum)
        choices = [("", empty), *((member.value, member.label) for member in self.members)]
        super().__init__(label, validators, choices=choices, coerce=self._member, **options)

    def _member(self, value: Any) -> Any:
        if value in (None, "", "None"):
            return None
        member = self.enum(value)
        if member not in self.members:
            raise ValueError(value)
        return member

    def pre_validate(self, form: Any) -> None:
        # An empty choice is judged by Required, a strange one already failed in coerce.
        return None

    def iter_choices(self) -> Any:
        held = self.data.value if self.data is not None else ""
        for choice in self.choices:
            yield Choice(choice.value, choice.label, choice.value == held, {})


class LookupField(SelectField):
    """One of a long list, found by typing.

    ``endpoint`` (URL or function giving it) answers ``[{"value", "label", "note"}]`` to ``?q=``; ``describe(value)``
    gives the label of a value, or None when it does not exist or is not this person's to pick.
    """

    def __init__(
        self,
        label: str | None = None,
        validators: Any = None,
        *,
        endpoint: Any,
        describe: Any,
        coerce: Any = int,
        placeholder: str = "输入文字查找",
        **options: Any,
    ):
        self.endpoint, self.describe, self._cast = endpoint, describe, coerce
        self.placeholder = placeholder
        super().__init__(label, validators, choices=[], coerce=self._value_of, validate_choice=False, **options)

    def _value_of(self, value: Any) -> Any:
        return None if value in (None, "", "None") else self._cast(value)

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and self.describe(self.data) is None:
            raise ValidationError("请从列表中选择一项")

    def iter_choices(self) -> Any:
        yield Choice("", "请选择", self.data is None, {})
        if self.data is not None:
            yield Choice(str(self.data), self.describe(self.data) or "（已不存在）", True, {})

    @property
    def source(self) -> str:
        """The address the browser asks while the person types."""
        return self.endpoint() if callable(self.endpoint) else self.endpoint


class Required(validators.DataRequired):
    """A field that must be filled; marked with a red star. message says what to do ("请填写登记日期")."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or "请填写这一项")


Optional = validators.Optional
Length = validators.Length
NumberRange = validators.NumberRange
