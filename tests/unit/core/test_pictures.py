"""Uploaded pictures are what they say, large enough, and carry nothing a camera wrote into them (S28)."""

import struct

import pytest

from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.pictures import ENDINGS, MOST_BYTES, judge
from tests.factories.support import a_jpeg, a_png

PLACE = b"GPS 33.0N 112.5E"


def _exif(turn: int, order: str = ">") -> bytes:
    head = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(order + "I", 8)
    pad = struct.pack(order + "HH", turn, 0)
    entry = struct.pack(order + "HHI", 0x0112, 3, 1) + pad
    return head + struct.pack(order + "H", 1) + entry + struct.pack(order + "I", 0) + PLACE


def test_s28_a_picture_is_judged_by_its_content_and_its_name():
    assert judge(a_png(), "证件.PNG", field="front").mime == "image/png"
    assert judge(a_jpeg(), "a.jpeg", field="front").mime == "image/jpeg"
    for content, name in [
        (b"", "a.png"),
        (b"<svg onload=alert(1)>" * 50, "a.png"),
        (a_png(), "a.jpg"),
        (a_png(), "a"),
        (b"%PDF-1.7 " + b"x" * 600, "a.pdf"),
        (b"MZ" + b"\0" * 600, "a.png"),
    ]:
        with pytest.raises(RuleBroken) as refused:
            judge(content, name, field="front")
        assert refused.value.field == "front"


def test_a_paper_may_be_a_pdf_where_that_is_allowed():
    content = b"%PDF-1.7 " + b"x" * 600
    assert judge(content, "a.pdf", field="proof", allowed=tuple(ENDINGS)).content == content


def test_s28_what_is_too_large_or_a_bomb_is_refused():
    with pytest.raises(RuleBroken, match="MB"):
        judge(a_png() + b"\0" * MOST_BYTES, "a.png", field="front")
    bomb = a_png()
    bomb = bomb[:16] + struct.pack(">II", 50_000, 50_000) + bomb[24:]
    with pytest.raises(RuleBroken, match="像素过多"):
        judge(bomb, "a.png", field="front")
    with pytest.raises(RuleBroken, match="太小"):
        judge(a_jpeg(200, 150), "a.jpg", field="front")


@pytest.mark.parametrize("cut", [30, 45, -3])
def test_a_broken_picture_is_refused(cut):
    for content, name in ((a_png(), "a.png"), (a_jpeg(), "a.jpg")):
        with pytest.raises(RuleBroken):
            judge(content[:cut], name, field="front")


def test_nothing_a_camera_wrote_is_kept():
    png = a_png(640, 400, (b"tEXt", b"Comment\0" + PLACE), (b"eXIf", _exif(6)))
    assert PLACE in png
    kept = judge(png, "a.png", field="front")
    assert PLACE not in kept.content
    assert kept.content == a_png()
    jpeg = a_jpeg(exif=_exif(1), comment=PLACE, tail=a_jpeg(exif=_exif(1)))
    kept = judge(jpeg, "a.jpg", field="front")
    assert PLACE not in kept.content
    assert kept.content == a_jpeg()


@pytest.mark.parametrize("order", ["<", ">"])
def test_of_a_turned_photo_the_turn_alone_is_kept(order):
    kept = judge(a_jpeg(exif=_exif(6, order)), "a.jpg", field="front")
    assert PLACE not in kept.content
    assert kept.content[2:4] == b"\xff\xe1"
    again = judge(kept.content, "a.jpg", field="front")
    assert again.content == kept.content
    assert (kept.width, kept.height) == (640, 400)
