"""How courts are found by typing: pinyin of their names."""

from pypinyin import Style, lazy_pinyin


def court_pinyin(name: str) -> tuple[str, str]:
    """(full, initials) of a court's name: ("nanyangshiwanchengqurenminfayuan", "nyswcqrmfy")."""
    syllables = lazy_pinyin(name, style=Style.NORMAL, errors="ignore", v_to_u=False)
    return "".join(syllables), "".join(syllable[0] for syllable in syllables)
