"""From the files of a request to judged uploads."""

from flask import request

from mediation_admin.core.pictures import ENDINGS, MOST_BYTES, PICTURES, Upload, judge

PAPERS = tuple(ENDINGS)


def upload_of(field: str, allowed: tuple[str, ...] = PICTURES) -> Upload:
    """The upload of a form's field, judged. Refused: as ``core.pictures.judge``."""
    sent = request.files.get(field)
    # One byte more than allowed is read, never the whole of a file without end.
    content = sent.stream.read(MOST_BYTES + 1) if sent is not None and sent.filename else b""
    return judge(content, sent.filename or "" if sent is not None else "", field=field, allowed=allowed)
