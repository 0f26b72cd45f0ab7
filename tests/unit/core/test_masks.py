"""What masked values show: enough to recognise, never enough to find somebody."""

import pytest

from mediation_admin.core.crypto import mask_address, mask_email, mask_id_number, mask_numbers, mask_phone


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("虚构市虚构区虚构路171号", "虚构市虚构区虚构路***"),
        ("虚构路171号", "虚构路***"),
        ("虚构路１７１号３幢５０２室", "虚构路***"),
        ("虚构省虚构市虚构县虚构镇虚构村3组12号", "虚构省虚构市虚构县虚构镇***"),
        ("虚构区虚构街道幸福大街八号院2号楼3单元401", "虚构区虚构街道幸福大街***"),
        ("虚构区中山路街道幸福巷三号", "虚构区中山路街道幸福巷***"),
        ("虚构区虚构花园5栋1单元301室", "虚构区***"),
        ("虚构市虚构区虚构路一百七十一号", "虚构市虚构区虚构路***"),
        ("虚构区虚构胡同A座", "虚构区虚构胡同***"),
        ("虚构自治州虚构县", "虚构自治州虚构县"),
        ("虚构市虚构区虚构路", "虚构市虚构区虚构路"),
        ("171号", "1***"),
        ("虚构花园", "虚***"),
        ("某处", "***"),
        ("", ""),
        (None, ""),
    ],
)
def test_s32_an_address_keeps_the_street_or_town_and_nothing_finer(address, shown):
    assert mask_address(address) == shown


def test_s32_a_mask_of_a_mask_says_no_more():
    assert mask_address(mask_address("虚构路171号")) == "虚构路***"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("张某 13900001234", "张某 139****1234"),
        ("张某 13900001234\n李某 0512-65001234", "张某 139****1234\n李某 0512-650****1234"),
        ("身份证 41130219900101123X", "身份证 411302********123X"),
        ("第 12 组", "第 12 组"),
        ("", ""),
    ],
)
def test_s32_numbers_in_a_text_are_masked(text, shown):
    assert mask_numbers(text) == shown


def test_s32_phones_numbers_and_mail_addresses():
    assert mask_phone("13900001234") == "139****1234"
    assert mask_id_number("411302199001011234") == "411302********1234"
    assert mask_email("zhang@example.cn") == "z***@example.cn"
    assert mask_email(None) == ""
