"""The rules that take several columns of one row to decide.

Each takes the values it names, None where a cell has none, and returns what it objects to: the
column at which the fault is shown, and its code.
"""

from training.lookups import References

Objections = tuple[tuple[str, str], ...]


def recommendation(
    origin: str | None, authority: str | None, track: str | None, references: References
) -> Objections:
    """Whoever is recommended has an authority that does it (notice 三(五)), and into a track
    for which the notice asks the authorities (三(四) leaves 主题方向 out)."""
    if origin not in ("recommended", "both"):
        return ()
    found = () if authority else (("recommending_authority", "recommender-missing"),)
    return (
        found
        if references.takes_recommended(track)
        else (*found, ("track", "thematic-recommended"))
    )


def organiser(institution: str | None, track: str | None, references: References) -> Objections:
    """The special topics are the talent exchange centre's, the others the institutions' (二)."""
    if institution is None or track is None or references.runs(institution, track):
        return ()
    return (("track", "track-institution"),)


def sexes(sex: str | None, sex_from_id: str | None) -> Objections:
    """The sex as written against the one that the identity number tells."""
    return (("sex", "sex-mismatch"),) if sex and sex_from_id and sex != sex_from_id else ()


def industries(named: str | None, code: str | None, references: References) -> Objections:
    """行业代码 against 行业名称 where a roster has both."""
    if code is None or named is None or references.industries.agree(code, named):
        return ()
    return (("industry_code", "industry-mismatch"),)
