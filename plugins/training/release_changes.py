"""What one release changes in another (变更), a fact each, for the office before and the public after."""

from typing import Any

Content = dict[str, list[dict[str, Any]]]
Change = dict[str, Any]

#: The tables of a release, and what tells two rows of one table apart.
TABLES: dict[str, tuple[str, ...]] = {
    "years": ("key",),
    "tracks": ("code",),
    "authorities": ("code",),
    "institutions": ("year", "slug"),
    "institution_tracks": ("year", "slug", "track"),
}


def difference(old: Content, new: Content) -> list[Change]:
    """What ``new`` changes in ``old``, a fact each, in the order of the lists.

    An institution that is no longer listed is ``removed`` and no more is said: the notices do not
    say why one is left out, so an absence is never called an elimination.
    """
    changes: list[Change] = []
    for table in ("years", "institutions", "tracks", "authorities"):
        before, after = (
            {_key(table, row): row for row in side.get(table, [])} for side in (old, new)
        )
        for key in dict.fromkeys([*before, *after]):
            was, is_ = before.get(key, {}), after.get(key, {})
            changes += _changes_of(table, was, is_)
    return changes + _track_changes(old, new)


def _key(table: str, row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column] for column in TABLES[table])


def _changes_of(table: str, was: dict[str, Any], is_: dict[str, Any]) -> list[Change]:
    row = is_ or was
    about = {
        "year": row.get("year") or (row["key"] if table == "years" else None),
        "slug": row.get("slug"),
        "name_zh": row["name_zh"],
        "name_en": row["name_en"],
    }
    if not was or not is_:
        return [
            {
                **about,
                "what": "added" if is_ else "removed",
                "column": None,
                "old": None,
                "new": None,
            }
        ]
    return [
        {**about, "what": "changed", "column": column, "old": was.get(column), "new": value}
        for column, value in is_.items()
        if was.get(column) != value
    ]


def _track_changes(old: Content, new: Content) -> list[Change]:
    """The tracks of an institution that is on both lists, joined: 主题方向 → 区域发展、主题方向."""
    names = {row["code"]: row["name_zh"] for side in (old, new) for row in side.get("tracks", [])}

    def tracks(side: Content) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], list[str]] = {}
        for row in side.get("institution_tracks", []):
            found.setdefault((row["year"], row["slug"]), []).append(names[row["track"]])
        return {key: "、".join(sorted(value)) for key, value in found.items()}

    before, after = tracks(old), tracks(new)
    was = {_key("institutions", row) for row in old.get("institutions", [])}
    return [
        {
            "year": row["year"], "slug": row["slug"], "name_zh": row["name_zh"],
            "name_en": row["name_en"], "what": "changed", "column": "tracks",
            "old": before.get(key), "new": after.get(key),
        }
        for row in new.get("institutions", [])
        if (key := _key("institutions", row)) in was and before.get(key) != after.get(key)
    ]  # fmt: skip
