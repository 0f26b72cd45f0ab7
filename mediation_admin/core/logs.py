"""Lines of the log: one event is one line, and no phone, identity number or key stands in it.

Whatever gets into a message (a name with a line break, an address somebody typed) is escaped, so that nobody forges a
line (S37, ASVS 16.4.1), and masked as on the screens (S32). The traceback of an error keeps its lines, indented.
"""

import logging
import re

from mediation_admin.core.crypto import mask_numbers

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# key=value and "key": "value" of what must never be written down.
_CREDENTIAL = re.compile(
    r"(?i)\b(password|passwd|secret_key|token|csrf_token|otp|authorization|cookie)\b(['\"]?\s*[=:]\s*['\"]?)[^\s'\",;&]+"
)


def one_line(text: str) -> str:
    """The text with line breaks and other control characters written out (\\n), numbers and credentials masked."""
    text = _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
    return mask_numbers(_CREDENTIAL.sub(r"\1\2***", text))


class LineFormatter(logging.Formatter):
    """The format of every line this platform writes about itself."""

    def __init__(self, fmt: str = FORMAT) -> None:
        super().__init__(fmt)

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = one_line(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: object) -> str:
        lines = super().formatException(ei).splitlines()  # type: ignore[arg-type]
        # Indented: a line break inside an error's words does not begin a line of its own.
        return "\n".join(f"    {one_line(line)}" for line in lines)


def install(level: str) -> None:
    """Write the log in this format; called once by create_app."""
    logging.basicConfig(level=level, format=FORMAT)
    for handler in logging.getLogger().handlers:
        if type(handler.formatter) is logging.Formatter:
            handler.setFormatter(LineFormatter())
