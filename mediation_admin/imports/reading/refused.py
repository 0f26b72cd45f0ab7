"""Why a file cannot be read, in sentences that tell the person what to do about it."""

from mediation_admin.core.errors import RuleBroken

SAVE_AS = "请用 Excel 或 WPS 打开它，选“另存为”，类型选“Excel 工作簿（*.xlsx）”，再上传新文件"


class FileRefused(RuleBroken):
    """The file cannot be read.

    ``code`` is a short stable word for tests and statistics, ``message`` the Chinese sentence for the screen.
    """

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(SENTENCES[code].format(save_as=SAVE_AS, **facts), field="file")
        self.code = code
        self.facts = facts


SENTENCES = {
    "missing": "文件没有传上来，请重新选择文件。",
    "empty": "这是一个空文件（0 字节）。请确认选对了文件，并在关闭 Excel 之后再上传。",
    "too_large": "文件有 {megabytes} MB，超过上限 {limit} MB。请去掉图片和不用的工作表，或按月份拆成几个文件分别上传。",
    "wrong_type": "这不是表格文件，而是{what}。请上传 Excel 文件（xlsx、xls）或 CSV 文件。",
    "extension": "文件名的后缀是“{found}”，不是表格。请上传 Excel 文件（xlsx、xls）或 CSV 文件。",
    "html": "这个文件虽然叫 xls，里面其实是网页（从某个系统“导出”时常见）。{save_as}。",
    "xml_2003": "这是 XML 格式的旧表格。{save_as}。",
    "other_spreadsheet": "暂不能读{what}。{save_as}。",
    "encrypted": "这个文件设了打开密码，系统打不开。请在 Excel 或 WPS 里取消密码（文件 → 信息 → 保护工作簿 → 用密码进行加密，清空密码）后保存，再上传。",
    "broken": "文件不完整或已损坏，读不出来。请先确认它能用 Excel 或 WPS 打开；若能打开，{save_as}；若打不开，请找原文件。",
    "bomb": "这个文件打开后会胀到异常的大小（{detail}），为安全起见没有读它。如确是正常台账，{save_as}。",
    "unpacked": "文件打开后有 {megabytes} MB，超过上限 {limit} MB。请去掉不用的工作表，或按月份拆成几个文件分别上传。",
    "entities": "文件里有不该出现的 XML 定义，为安全起见没有读它。{save_as}。",
    "far_cell": "工作表“{sheet}”的 {cell} 格里有内容，远在表格之外（最多读到第 {rows} 行、第 {columns} 列）。请按 Ctrl+End 找到它，删掉多余的行和列，保存后再上传。",
    "too_many_rows": "工作表“{sheet}”有 {found} 行内容，一次最多 {limit} 行。请按月份或年份拆成几个文件分别上传。",
    "too_many_cells": "工作表“{sheet}”的范围是 {rows} 行 × {columns} 列，太大了。请删掉表格之外多余的行和列，保存后再上传。",
    "no_sheet": "文件里没有可读的工作表：{detail}。请取消隐藏，或确认选对了文件。",
    "nothing_in_it": "文件里没有任何内容。请确认选对了文件，并在填好、保存之后再上传。",
    "encoding": "看不出这个文本文件用的是什么编码（试过 UTF-8、UTF-16 和 GB18030）。{save_as}。",
    "csv_quotes": "CSV 第 {line} 行附近有一格特别长，多半是引号没有成对。请检查这一行，或{save_as}。",
    "memory": "读这个文件需要的内存超过上限，没有读完。请去掉图片和不用的工作表，或按月份拆成几个文件分别上传。",
    "timeout": "读这个文件用了 {seconds} 秒还没有读完，已停止。请去掉不用的工作表和公式，或按月份拆成几个文件分别上传。",
    "died": "读这个文件的程序中途停了，文件可能有问题。{save_as}；如仍不行，请把文件交给技术支持。",
    "no_table": "没有找到表头。{detail}请确认表里有一行写着各列的名称（如“{example}”），名称下面一行一条记录。",
}
