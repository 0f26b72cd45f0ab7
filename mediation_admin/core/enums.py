"""Enums that carry their Chinese words: the value goes to the database, the label to the screen."""

from enum import StrEnum
from typing import Self


class LabelledEnum(StrEnum):
    """A string enum whose members know the words and the colour a screen shows.

    Written ``OPEN = "open", "未结"`` or ``OPEN = "open", "未结", "info"``. The tone is one of good, info, warn,
    bad, mute, plain; it colours a status tag and is never the only sign.
    """

    label: str
    tone: str

    def __new__(cls, value: str, label: str = "", tone: str = "plain") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label or value
        member.tone = tone
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """(value, label) pairs in the order of definition, as WTForms select fields want them."""
        return [(member.value, member.label) for member in cls]

    @classmethod
    def labels(cls) -> dict[str, str]:
        """value → label, for the places that show many rows at once."""
        return {member.value: member.label for member in cls}

    @classmethod
    def from_label(cls, text: str) -> Self | None:
        """The member whose label (or value) is ``text``; None if there is none."""
        wanted = text.strip()
        for member in cls:
            if wanted in (member.label, member.value):
                return member
        return None
