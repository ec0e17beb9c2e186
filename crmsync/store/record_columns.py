"""The columns that `--where` knows for records.

Text columns are NULL when the field is empty. `email`, `phone`, `url` and the address parts are those of the first
entry, `emails`, `phones`, `urls`, `categories` all of them with spaces between. `sync` is 1 where the acting user has
the record on the phone, `created` and `edited` are ISO 8601 in UTC.
"""

from __future__ import annotations

from crmsync.store.expression import Columns
from crmsync.values import SHAPES, Shape


def record_columns(user: int) -> Columns:
    """The columns, with `sync` as that user sees it (0: nobody, nothing is flagged)."""
    sql = {
        name: f"json_extract(r.fields, '$.{name}')"
        for name, shape in SHAPES.items()
        if shape in (Shape.TEXT, Shape.FLAG, Shape.NUMBER)
    }
    for one, many in (("email", "emails"), ("phone", "phones"), ("url", "urls")):
        sql[one] = f"json_extract(r.fields, '$.{many}[0].value')"
        sql[many] = f"(SELECT group_concat(e.value ->> 'value', ' ') FROM json_each(r.fields, '$.{many}') e)"
    for part in ("street", "city", "region", "postcode", "country"):
        sql[part] = f"json_extract(r.fields, '$.addresses[0].value.{part}')"
    sql["categories"] = "(SELECT group_concat(e.value, ' ') FROM json_each(r.fields, '$.categories') e)"
    sql |= {column: f"r.{column}" for column in ("id", "type", "created", "edited")}
    sql |= {column: f"nullif(r.{column}, '')" for column in ("name", "organization")}
    sql["sync"] = f"(r.id IN (SELECT f.record FROM flags f WHERE f.user = {user:d}))"
    return Columns(
        "records r", frozenset(["records", "flags", "json_each"]), sql, "json_extract(r.fields, '$.\"custom.{}\"')"
    )
