"""How much of a foreign file is read, and what reading may cost."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in the units the names say.

    ``data_rows`` is what people are promised; ``spare_rows`` allows for titles, headings, totals and notes above and
    below. A full ledger of 100,000 rows × 30 columns unpacks to about 115 MB, with inline strings to about 200 MB.
    """

    file_megabytes: int = 60
    unpacked_megabytes: int = 300
    entries: int = 2_000
    ratio: int = 250  # unpacked : packed, judged only above ratio_from_megabytes
    ratio_from_megabytes: int = 30
    data_rows: int = 100_000
    spare_rows: int = 500
    last_row: int = 200_000  # a ledger may have blank lines between its rows
    columns: int = 512
    cells: int = 8_000_000  # of the rectangle that holds all values: the parser allocates it
    text_characters: int = 100_000  # of one CSV cell
    merges: int = 200_000
    formulas: int = 300_000  # recomputed ones
    formula_steps: int = 5_000_000  # cells looked at while recomputing, per sheet
    memory_megabytes: int = 640  # address space of the reading process
    cpu_seconds: int = 60
    wall_seconds: int = 90

    def as_dict(self) -> dict[str, int]:
        """For handing over to the reading process."""
        return asdict(self)


DEFAULT_LIMITS = Limits()
