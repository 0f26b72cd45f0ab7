"""A zip file written front to back, its entries deflated by isal while the next rows are being made.

The standard library's zipfile is bound to zlib, which on such XML takes four times as long at its fastest. Deflating lets go of
Python's lock, so it runs in a thread beside the row maker; at most a few blocks wait between them.
"""

import queue
import struct
import threading
from typing import BinaryIO

from isal import isal_zlib

_LEVEL = 1  # on such XML a third larger than zlib's level 6 in a twelfth of its time, and smaller than zlib's level 1
_WAITING_BLOCKS = 4
_DOS_TIME, _DOS_DATE = 0, (44 << 9) | (1 << 5) | 1  # 2024-01-01: the same rows make the same bytes
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_CENTRAL_HEADER = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_END_64_LOCATOR = struct.Struct("<4sLQL")
_DEFLATED = 8
_FULL_16, _FULL_32 = 0xFFFF, 0xFFFFFFFF


class ZipStream:
    """Writes entries one after the other to a file that can seek.

    One entry holds less than 4 GiB, packed or not (the caller splits sheets before that), so that its header needs no
    zip64 fields, which some readers cannot cope with; the file as a whole may be larger, and then its directory has them.
    """

    def __init__(self, file: BinaryIO, *, zip64_from: int = _FULL_32) -> None:
        self._file = file
        self._zip64_from = zip64_from
        self._directory: list[tuple[bytes, int, int, int, int]] = []
        self._entry: _Entry | None = None

    def begin(self, name: str) -> None:
        """Start an entry."""
        if self._entry is not None:
            raise RuntimeError("an entry is still open")
        self._entry = _Entry(self._file, name.encode("ascii"))

    def write(self, data: bytes) -> None:
        """Add to the entry begun last."""
        self._entry.write(data)

    def end(self) -> None:
        """Finish the entry begun last."""
        entry, self._entry = self._entry, None
        self._directory.append(entry.finish())

    def add(self, name: str, data: bytes) -> None:
        """A whole entry at once."""
        self.begin(name)
        self.write(data)
        self.end()

    def abandon(self) -> None:
        """Stop the thread of an unfinished entry; the file is left as it is."""
        if self._entry is not None:
            entry, self._entry = self._entry, None
            entry.abandon()

    def close(self) -> None:
        """Write the directory. The file itself stays open."""
        start = self._file.tell()
        wide = False
        for name, checksum, packed, size, offset in self._directory:
            extra = b""
            if offset >= self._zip64_from:
                wide, extra, offset = True, struct.pack("<2HQ", 1, 8, offset), _FULL_32
            self._file.write(
                _CENTRAL_HEADER.pack(
                    b"PK\1\2", 45, 45 if extra else 20, 0, _DEFLATED, _DOS_TIME, _DOS_DATE,
                    checksum, packed, size, len(name), len(extra), 0, 0, 0, 0, offset,
                )
                + name
                + extra
            )  # fmt: skip
        length = self._file.tell() - start
        count = len(self._directory)
        if wide or start >= self._zip64_from or count >= _FULL_16:
            end_64 = self._file.tell()
            self._file.write(_END_64.pack(b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, start))
            self._file.write(_END_64_LOCATOR.pack(b"PK\6\7", 0, end_64, 1))
            start, count = _FULL_32, min(count, _FULL_16)
        self._file.write(_END.pack(b"PK\5\6", 0, 0, count, count, length, start, 0))


class _Entry:
    """One entry being written: a queue, and a thread that deflates what comes out of it."""

    def __init__(self, file: BinaryIO, name: bytes) -> None:
        self._file = file
        self._name = name
        self._offset = file.tell()
        file.write(_local_header(name, 0, 0, 0))
        self._checksum = self._packed = self._size = 0
        self._blocks: queue.Queue[bytes | None] = queue.Queue(_WAITING_BLOCKS)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._deflate, name="sheet-deflate", daemon=True)
        self._thread.start()

    def _deflate(self) -> None:
        try:
            packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, -15)
            while (block := self._blocks.get()) is not None:
                self._checksum = isal_zlib.crc32(block, self._checksum)
                self._size += len(block)
                self._put(packer.compress(block))
            self._put(packer.flush())
        except BaseException as error:
            self._error = error
            while self._blocks.get() is not None:
                pass  # so that the writer never waits on a full queue

    def _put(self, packed: bytes) -> None:
        self._packed += len(packed)
        self._file.write(packed)

    def write(self, data: bytes) -> None:
        if self._error is not None:
            raise self._error
        self._blocks.put(data)

    def finish(self) -> tuple[bytes, int, int, int, int]:
        self.abandon()
        if self._error is not None:
            raise self._error
        if self._size >= _FULL_32 or self._packed >= _FULL_32:
            raise OverflowError("a zip entry holds less than 4 GiB")
        end = self._file.tell()
        self._file.seek(self._offset)
        self._file.write(_local_header(self._name, self._checksum, self._packed, self._size))
        self._file.seek(end)
        return self._name, self._checksum, self._packed, self._size, self._offset

    def abandon(self) -> None:
        self._blocks.put(None)
        self._thread.join()


def _local_header(name: bytes, checksum: int, packed: int, size: int) -> bytes:
    fixed = _LOCAL_HEADER.pack(
        b"PK\3\4", 20, 0, _DEFLATED, _DOS_TIME, _DOS_DATE, checksum, packed, size, len(name), 0
    )  # fmt: skip
    return fixed + name
