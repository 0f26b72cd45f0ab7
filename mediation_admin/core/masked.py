"""Form fields that hold personal data: what is there already is shown masked, and left as it is it stays what it was.

So the page of a form holds no whole number (S32); who needs one looks at it on the row's page, with a reason.
"""

from collections.abc import Callable
from typing import Any

from wtforms import StringField, TextAreaField, ValidationError

_STARS = "**"


class Masked:
    """Mixin before a text field. ``mask`` makes what is shown of the value held; ``hold(value)`` tells that value where
    the form was made without it (rows of a list come back in any order)."""

    mask: Callable[[str], str]
    held: str | None = None

    def process_data(self, value: Any) -> None:
        super().process_data(value)
        self.held = value or None

    def hold(self, value: str | None) -> None:
        """This is what the row has: shown masked, and what a mask sent back means."""
        self.held = value or None
        if self.is_unchanged(self.data):
            self.data = self.held

    def is_unchanged(self, text: Any) -> bool:
        """Whether the text is the mask of what is held, and so says nothing new."""
        return bool(self.held) and (text or "").strip() == type(self).mask(self.held)

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist and self.is_unchanged(valuelist[0]):
            self.data = self.held
            return
        super().process_formdata(valuelist)

    def pre_validate(self, form: Any) -> None:
        if isinstance(self.data, str) and _STARS in self.data and self.data != self.held:
            raise ValidationError("这里有隐藏的部分（星号）：不改请保持原样，要改请填写完整。")
        super().pre_validate(form)

    def _value(self) -> str:
        if self.held is not None and self.data == self.held:
            return type(self).mask(self.held)
        return super()._value()


def masked_field(mask: Callable[[str], str], *, long: bool = False) -> type[Any]:
    """A text field whose held value is shown by this mask."""
    base = TextAreaField if long else StringField
    return type("MaskedTextArea" if long else "MaskedText", (Masked, base), {"mask": staticmethod(mask)})
