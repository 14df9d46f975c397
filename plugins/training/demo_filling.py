"""Whom each roster of a demonstration year brings: the person, his origin, his state by now."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from training.demo_people import Crowd, Person
from training.demo_plan import DEMO_AUTHORITY, SILENT_AUTHORITY, Sending

_TRAINED = {"enrolled", "completed", "certified", "alumni"}
#: Shares of 自主选拔 and 推荐 on each track; the rest is both.
_ORIGINS = {
    "regional_development": (0.60, 0.30),
    "thematic": (0.997, 0.003),
    "srdi": (0.20, 0.70),
    "large_sme_integration": (0.20, 0.70),
}
_LARGE = {"110000", "310000", "320000", "330000", "370000", "410000", "440000", "510000"}

#: How many people are still to come in manufacturing (True), elsewhere (False), unknown (None).
Pool = Counter[bool | None]


@dataclass(frozen=True)
class Member:
    """One line of a roster."""

    state: str
    person: Person
    origin: str

    @property
    def recommending_authority(self) -> str | None:
        """The authority of the person's place, for whoever is recommended."""
        return None if self.origin == "self_selected" else self.person.province


class Filler:
    """Fills rosters; one for the whole demonstration, so that nobody comes twice."""

    def __init__(self, conn: sqlite3.Connection, random: Random) -> None:
        self._random = random
        provinces = conn.execute("select code, short_zh from provinces order by seq").fetchall()
        self._provinces = [row["code"] for row in provinces]
        self._weights = [4 if code in _LARGE else 1 for code in self._provinces]
        self._home = dict(conn.execute("select slug, province_code from institutions").fetchall())
        self.crowd = Crowd(random, provinces)

    def members(self, sending: Sending, on: date, trained: Pool) -> Iterator[Member]:
        """The people of one roster, aged as on the day ``on``.

        Those who are trained are drawn from ``trained``; of the others three in ten are in
        manufacturing.
        """
        before: Person | None = None
        flag: bool | None = False
        states = [state for state, count in sending.states.items() for _ in range(count)]
        for place, state in enumerate(states, start=1):
            pool = trained if state in _TRAINED else Pool({True: 3, False: 7})
            beside = before if _shares_enterprise(sending, place) and pool[flag] else None
            flag = flag if beside else self._draw(pool)
            pool[flag] -= 1
            province = beside.province if beside else self._province(sending)
            before = self.crowd.person(province, flag, on, neighbour=beside)
            yield Member(state, before, self._origin(sending, province))

    def _draw(self, pool: Pool) -> bool | None:
        return self._random.choices(list(pool), [pool[flag] for flag in pool])[0]

    def _province(self, sending: Sending) -> str:
        home = self._home[sending.institution]
        if sending.authority or (home and self._random.random() < 0.5):
            return sending.authority or home
        return self._random.choices(self._provinces, self._weights)[0]

    def _origin(self, sending: Sending, province: str) -> str:
        if sending.authority:
            return "recommended"
        # The demonstration roster of that authority is on this track and must find it empty.
        reserved = province == DEMO_AUTHORITY and sending.track == "srdi"
        chosen, recommended = _ORIGINS[sending.track]
        chance = self._random.random()
        if province == SILENT_AUTHORITY or reserved or chance < chosen:
            return "self_selected"
        return "recommended" if chance < chosen + recommended else "both"


def _shares_enterprise(sending: Sending, place: int) -> bool:
    """One in 37 shares with the one before; Fudan has three of one, more than the hint of Q08."""
    return place % 37 == 0 or (sending.institution == "fudan" and place == 38)
