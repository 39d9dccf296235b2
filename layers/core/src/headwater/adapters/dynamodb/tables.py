"""Row classes to real tables: the template names the tables, so the name comes at run time."""

from typing import TypeVar

from pynamodb.models import Model

Row = TypeVar("Row", bound=Model)


def bind(row: type[Row], table: str) -> type[Row]:
    """The row class for the table of that name. Region and endpoint come from the AWS settings."""
    return type(row.__name__, (row,), {"Meta": type("Meta", (), {"table_name": table})})
