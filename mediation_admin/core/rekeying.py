"""Changing the keys of a live platform: every encrypted column and blind index of every table, found from the models.

A batch of rows is locked, written anew under the present keys and given back; a row somebody else holds is left for
later, so that nobody waits long and nobody waits for each other. What is already under the present keys is not
touched: a run that was killed is simply started again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import Column, LargeBinary, MetaData, Table, literal, select, text, tuple_, type_coerce
from sqlalchemy.orm import Session

from mediation_admin.core.crypto import Encrypted, IndexOf, decrypt, encrypt, is_current


@dataclass(frozen=True)
class Sealed:
    """One table that holds encrypted values, and what has to be written anew in it."""

    table: Table
    encrypted: dict[str, str]  # column → what is bound into its values
    indexes: dict[str, IndexOf]

    @property
    def name(self) -> str:
        """The name of the table."""
        return self.table.name


@dataclass
class Batch:
    """What became of some rows."""

    last: tuple[Any, ...] | None  # primary key of the last row looked at, None when there was none left
    seen: int = 0
    changed: int = 0
    busy: list[tuple[Any, ...]] = field(default_factory=list)  # held by somebody else
    damaged: list[tuple[Any, ...]] = field(default_factory=list)  # under no listed key, or not what was written


def sealed_tables(metadata: MetaData) -> Iterator[Sealed]:
    """Every table with encrypted columns or blind indexes."""
    for table in metadata.sorted_tables:
        encrypted = {column.name: column.type.purpose for column in table.columns if isinstance(column.type, Encrypted)}
        indexes = {column.name: column.info["index_of"] for column in table.columns if "index_of" in column.info}
        if encrypted or indexes:
            yield Sealed(table, encrypted, indexes)


def rekey_after(session: Session, sealed: Sealed, after: tuple[Any, ...] | None, size: int) -> Batch:
    """The next ``size`` rows in the order of the primary key. The caller commits."""
    key = _key(sealed)
    statement = select(*key).order_by(*key).limit(size)
    if after is not None:
        statement = statement.where(tuple_(*key) > tuple_(*map(literal, after)))
    return rekey_rows(session, sealed, [tuple(row) for row in session.execute(statement)])


def rekey_rows(session: Session, sealed: Sealed, keys: list[tuple[Any, ...]]) -> Batch:
    """These rows, as far as nobody else holds them. The caller commits."""
    batch = Batch(keys[-1] if keys else None, seen=len(keys))
    if not keys:
        return batch
    columns = [
        type_coerce(sealed.table.c[name], LargeBinary).label(name) for name in (*sealed.encrypted, *sealed.indexes)
    ]
    rows = session.execute(
        select(*_key(sealed), *columns)
        .where(tuple_(*_key(sealed)).in_(keys))
        .with_for_update(skip_locked=True, of=sealed.table)
    ).mappings()
    free, changes = set(), []
    for row in rows:
        ident = tuple(row[column.name] for column in _key(sealed))
        free.add(ident)
        try:
            fresh = _fresh(sealed, row)
        except (InvalidTag, KeyError):
            batch.damaged.append(ident)
            continue
        if fresh:
            held = {name: row[name] for name in (*sealed.encrypted, *sealed.indexes)}
            changes.append({**held, **fresh, **{f"key_{i}": value for i, value in enumerate(ident)}})
    if changes:
        # In plain SQL: neither updated_at nor the row's version tells people of a change that changed nothing.
        told = ", ".join(f"{name} = :{name}" for name in (*sealed.encrypted, *sealed.indexes))
        where = " AND ".join(f"{column.name} = :key_{i}" for i, column in enumerate(_key(sealed)))
        session.execute(text(f"UPDATE {sealed.name} SET {told} WHERE {where}"), changes)  # noqa: S608 names from the models
    batch.changed = len(changes)
    batch.busy = [ident for ident in keys if ident not in free]
    return batch


def _fresh(sealed: Sealed, row: Any) -> dict[str, bytes]:
    """The columns that have to change, under the present keys."""
    plain, changed = {}, {}
    wanted = {made.of for made in sealed.indexes.values()}
    for name, purpose in sealed.encrypted.items():
        blob = row[name]
        if blob is None or (is_current(bytes(blob)) and name not in wanted):
            continue
        plain[name] = decrypt(bytes(blob), purpose)
        if not is_current(bytes(blob)):
            changed[name] = encrypt(plain[name], purpose)
    for name, made in sealed.indexes.items():
        # An index whose value was erased stays as it is: it can no longer be made, and finds nothing that is left.
        if row[name] is not None and made.of in plain:
            index = made.of_value(plain[made.of])
            if index != bytes(row[name]):
                changed[name] = index
    return changed


def _key(sealed: Sealed) -> list[Column[Any]]:
    return list(sealed.table.primary_key.columns)
