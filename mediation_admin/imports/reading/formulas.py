"""A small evaluator for formulas that came without a stored value (written by programs, never opened in Excel).

It knows what ledgers use: + - * / & comparisons, numbers, texts, references and ranges on the same sheet, and the
functions named in ``FUNCTIONS``. Nothing else is computed: not TODAY and NOW (they would change the record from day to
day), no other sheets, no files, no names. It computes values; it never executes anything.

It is kinder than Excel in one thing: texts and eight-digit numbers that read as dates count as dates where one date is
taken from another (2022年1月15日 − 2022.1.6), for that is what the keeper of the ledger meant.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from mediation_admin.imports.reading.cells import Cell, CellError, Uncomputed, column_index
from mediation_admin.imports.reading.functions import (
    FUNCTIONS,
    Broken,
    Budget,
    Refused,
    as_cell,
    as_number,
    as_text,
    as_truth,
    less,
    minus,
    over,
    plus,
    same,
)

Coordinates = tuple[int, int]
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)
    |"(?P<text>(?:[^"]|"")*)"
    |(?P<elsewhere>'[^']*'!|\[[^\]]*\][^!]*!|[^\W\d]\w*!)
    |(?P<range>\$?[A-Z]{1,3}\$?\d{1,7}:\$?[A-Z]{1,3}\$?\d{1,7})
    |(?P<cell>\$?[A-Z]{1,3}\$?\d{1,7})(?![A-Za-z0-9_(!.])
    |(?P<name>[^\W\d][\w.]*)
    |(?P<sign><=|>=|<>|[-+*/^&=<>(),%!:{}\[\]'#@;])
    )""",
    re.X,
)
_DEPTH = 40
_LONGEST = 2_000


@lru_cache(maxsize=2_048)
def _tokens(formula: str) -> tuple[tuple[str, str], ...]:
    if len(formula) > _LONGEST:
        raise Refused("公式太长")
    out, at = [], 0
    formula = formula.strip()
    while at < len(formula):
        match = _TOKEN.match(formula, at)
        if not match or match.end() == at:
            raise Refused("公式里有不认识的写法")
        kind = match.lastgroup or ""
        out.append((kind, match[kind]))
        at = match.end()
    return tuple(out)


def _corner(text: str, shift: Coordinates) -> Coordinates:
    match = re.fullmatch(r"(\$?)([A-Z]{1,3})(\$?)(\d{1,7})", text)
    if not match:
        raise Refused("引用写法不认识")
    row = int(match[4]) - 1 + (0 if match[3] else shift[0])
    column = column_index(match[2]) + (0 if match[1] else shift[1])
    return row, column


def references(formula: str, shift: Coordinates = (0, 0)) -> Iterator[tuple[Coordinates, Coordinates]]:
    """The rectangles a formula looks at, as (first, last); nothing for a formula that cannot be read."""
    try:
        for kind, text in _tokens(formula):
            if kind == "cell":
                corner = _corner(text, shift)
                yield corner, corner
            elif kind == "range":
                first, last = text.split(":")
                yield _corner(first, shift), _corner(last, shift)
    except Refused:
        return


class Sheet:
    """The cells that formulas look at, and the formulas among them. ``compute`` answers each once."""

    def __init__(
        self, values: dict[Coordinates, Cell], formulas: dict[Coordinates, tuple[str, Coordinates]], steps: int
    ) -> None:
        self.values = values
        self.formulas = formulas
        self.steps = steps
        self._done: dict[Coordinates, Cell] = {}
        self._open: set[Coordinates] = set()

    def compute(self, at: Coordinates) -> Cell:
        """The value of the formula in this cell; an error value, or ``Uncomputed`` with the reason."""
        if at in self._done:
            return self._done[at]
        formula, shift = self.formulas[at]
        if at in self._open:
            return Uncomputed(f"={formula}", "公式引用了自己")
        if len(self._open) > _DEPTH:
            return Uncomputed(f"={formula}", "公式一个引用一个，层数太多")
        self._open.add(at)
        answer: Cell
        try:
            reader = _Reader(_tokens(formula), self, at, shift)
            answer = as_cell(reader.whole())
        except Refused as refused:
            answer = Uncomputed(f"={formula}", str(refused))
        except Broken as broken:
            answer = CellError(str(broken))
        except Budget:
            answer = Uncomputed(f"={formula}", "公式要看的格子太多")
        except RecursionError:
            answer = Uncomputed(f"={formula}", "公式套得太深")
        except (ArithmeticError, ValueError, IndexError):
            answer = CellError("#VALUE!")
        finally:
            self._open.discard(at)
        self._done[at] = answer
        return answer

    def value(self, at: Coordinates) -> Cell:
        """The value of any cell."""
        self.steps -= 1
        if self.steps < 0:
            raise Budget
        value = self.compute(at) if at in self.formulas else self.values.get(at)
        if isinstance(value, CellError):
            raise Broken(value.text)
        if isinstance(value, Uncomputed):
            raise Refused(value.why)
        return value


class _Reader:
    """Reads and computes one formula; arguments of IF that are not needed are read but their errors do not count."""

    def __init__(self, tokens: tuple[tuple[str, str], ...], sheet: Sheet, at: Coordinates, shift: Coordinates) -> None:
        self.tokens = tokens
        self.sheet = sheet
        self.cell = at
        self.shift = shift
        self.at = 0

    def whole(self) -> Any:
        value = self.single(self.comparison())
        if self.at < len(self.tokens):
            raise Refused("公式里有不认识的写法")
        return value

    def peek(self) -> str | None:
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "sign":
            return self.tokens[self.at][1]
        return None

    def take(self, *signs: str) -> str | None:
        sign = self.peek()
        if sign in signs:
            self.at += 1
            return sign
        return None

    def need(self, sign: str) -> None:
        if not self.take(sign):
            raise Refused("公式里有不认识的写法")

    @staticmethod
    def single(value: Any) -> Any:
        if isinstance(value, list):
            if len(value) != 1:
                raise Refused("公式把一片区域当一格用")
            return value[0]
        return value

    def comparison(self) -> Any:
        left = self.joined()
        while sign := self.take("=", "<>", "<", ">", "<=", ">="):
            right = self.single(self.joined())
            left = self.single(left)
            left = {
                "=": lambda a, b: same(a, b),
                "<>": lambda a, b: not same(a, b),
                "<": less,
                ">": lambda a, b: less(b, a),
                "<=": lambda a, b: not less(b, a),
                ">=": lambda a, b: not less(a, b),
            }[sign](left, right)
        return left

    def joined(self) -> Any:
        left = self.sum()
        while self.take("&"):
            left = as_text(self.single(left)) + as_text(self.single(self.sum()))
        return left

    def sum(self) -> Any:
        left = self.product()
        while sign := self.take("+", "-"):
            right = self.single(self.product())
            left = (plus if sign == "+" else minus)(self.single(left), right)
        return left

    def product(self) -> Any:
        left = self.signed()
        while sign := self.take("*", "/"):
            right = self.single(self.signed())
            left = self.single(left)
            left = as_number(left) * as_number(right) if sign == "*" else over(left, right)
        return left

    def signed(self) -> Any:
        if self.take("-"):
            return -as_number(self.single(self.signed()))
        if self.take("+"):
            return self.signed()
        value = self.atom()
        while self.take("%"):
            value = as_number(self.single(value)) / 100
        return value

    def atom(self) -> Any:
        if self.take("("):
            value = self.comparison()
            self.need(")")
            return value
        if self.at >= len(self.tokens):
            raise Refused("公式不完整")
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "elsewhere":
            raise Refused("公式引用了别的工作表或文件")
        if kind == "number":
            return float(text)
        if kind == "text":
            return text.replace('""', '"')
        if kind == "cell":
            return self.sheet.value(_corner(text, self.shift))
        if kind == "range":
            return self.area(text)
        if kind == "name":
            return self.named(text.upper())
        raise Refused("数组公式不重算" if text == "{" else "公式里有不认识的写法")

    def area(self, text: str) -> list[Any]:
        first, last = text.split(":")
        (top, left), (bottom, right) = _corner(first, self.shift), _corner(last, self.shift)
        if (abs(bottom - top) + 1) * (abs(right - left) + 1) > self.sheet.steps:
            raise Budget
        rows = range(min(top, bottom), max(top, bottom) + 1)
        columns = range(min(left, right), max(left, right) + 1)
        return [self.sheet.value((row, column)) for row in rows for column in columns]

    def named(self, name: str) -> Any:
        if name in ("TRUE", "FALSE") and self.peek() != "(":
            return name == "TRUE"
        if name in ("TODAY", "NOW", "RAND", "RANDBETWEEN"):
            raise Refused(f"{name} 的结果天天在变")
        if self.peek() != "(":
            raise Refused("公式用了自定义名称")
        if name not in FUNCTIONS and name not in ("IF", "IFERROR", "ROW"):
            raise Refused(f"不重算 {name} 函数")
        arguments = self.arguments()
        if name == "ROW":
            if arguments:
                raise Refused("不重算带参数的 ROW 函数")
            return self.cell[0] + 1
        if name == "IF":
            if not 2 <= len(arguments) <= 3:
                raise Refused("IF 的参数个数不对")
            chosen = as_truth(self.single(arguments[0]()))
            return arguments[1]() if chosen else arguments[2]() if len(arguments) == 3 else False
        if name == "IFERROR":
            if len(arguments) != 2:
                raise Refused("IFERROR 的参数个数不对")
            try:
                return arguments[0]()
            except (Broken, ArithmeticError):
                return arguments[1]()
        return FUNCTIONS[name]([argument() for argument in arguments])

    def arguments(self) -> list[Callable[[], Any]]:
        """The arguments as things to compute when they are needed: IF must not fail on the branch it does not take."""
        self.need("(")
        arguments: list[Callable[[], Any]] = []
        if self.take(")"):
            return arguments
        while True:
            start = self.at
            depth = 0
            while self.at < len(self.tokens):
                sign = self.peek()
                if not depth and sign in (",", ")"):
                    break
                depth += (sign == "(") - (sign == ")")
                self.at += 1
            piece = self.tokens[start : self.at]
            arguments.append(_Reader(piece, self.sheet, self.cell, self.shift).argument)
            if self.take(")"):
                return arguments
            self.need(",")

    def argument(self) -> Any:
        if not self.tokens:
            return None
        value = self.comparison()
        if self.at < len(self.tokens):
            raise Refused("公式里有不认识的写法")
        return value
