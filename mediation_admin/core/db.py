"""The database: one declarative base with named constraints, and the column types every subject shares."""

from datetime import datetime
from typing import Annotated, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Enum, Identity, MetaData, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from mediation_admin.core.enums import LabelledEnum

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class _Ground(DeclarativeBase):
    """Names constraints so that messages and tests can find them; moments are stored with their zone."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: DateTime(timezone=True)}
    )


db = SQLAlchemy(model_class=_Ground, session_options={"autoflush": False})
Base = db.Model

pk = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]


def enum_column(enum: type[LabelledEnum], **options: Any) -> Any:
    """A column that stores an enum by value as text, with a CHECK that names the column."""
    return mapped_column(enum_type(enum, options.pop("name_of_check", None)), **options)


def enum_type(enum: type[LabelledEnum], name: str | None = None) -> Enum:
    """The SQL type of a labelled enum: varchar + CHECK, by value, so that adding a word is one plain migration."""
    return Enum(
        enum,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=name or _snake(enum.__name__),
        values_callable=lambda members: [member.value for member in members],
    )


def _snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


class Recorded:
    """When the row came and when it last changed (UTC)."""

    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )
