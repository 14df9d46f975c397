"""Passwords: what a good one is, how it is hashed, and where the hashing happens.

The hash is that of datasette-auth-passwords (PBKDF2-SHA256). It is slow on purpose, so a server
runs it on two threads of its own (:func:`apart`) and never on the thread that answers requests.
"""

import asyncio
import base64
import secrets
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

Result = TypeVar("Result")

#: Rounds of PBKDF2. Each stored hash names its own number, so this may be raised at any time.
ITERATIONS = 480_000
MIN_LENGTH = 10
MAX_LENGTH = 256
#: After this long a password is changed, as at the first sign-in: what evaluations at level 3 of
#: GB/T 22239-2019 (8.1.4.1 a, 定期更换) take for regular; a year's clerk meets it four times.
MAX_AGE = timedelta(days=90)
#: A replaced password may not come back until this many others have been used.
REMEMBERED = 5
#: Characters of one-time passwords: none that people confuse when they read one aloud.
_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_DIGITS = "23456789"

_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")
_places = threading.BoundedSemaphore(32)


class Busy(Exception):
    """More people are waiting for a password check than the server serves in a few seconds."""


async def apart(work: Callable[[], Result]) -> Result:
    """Run password work on its own threads; raise :class:`Busy` instead of queueing without end."""
    if not _places.acquire(blocking=False):
        raise Busy
    try:
        return await asyncio.get_running_loop().run_in_executor(_pool, work)
    finally:
        _places.release()


def hash_password(password: str) -> str:
    """``pbkdf2_sha256$rounds$salt$hash``; takes about 0.2 seconds."""
    # Imported where it is used: the package brings all of Datasette along, which only the two
    # functions that hash have any reason to pay for.
    from datasette_auth_passwords import utils

    return str(utils.hash_password(password, iterations=ITERATIONS))


def verify(password: str, password_hash: str | None) -> bool:
    """Whether ``password`` has that hash; None (no such account) takes as long as a wrong one."""
    from datasette_auth_passwords import utils

    return bool(utils.verify_password(password[:MAX_LENGTH], password_hash or _hash_of_nobody()))


def _hash_of_nobody() -> str:
    """A hash in the usual form that no password has."""
    noise = base64.b64encode(secrets.token_bytes(32)).decode()
    return f"pbkdf2_sha256${ITERATIONS}${secrets.token_hex(16)}${noise}"


def fault(password: str, username: str, earlier: Iterable[str] = ()) -> str | None:
    """The code of the first rule that ``password`` breaks, or None.

    Ten characters of three classes out of four, without the user name, none of the last five, as
    evaluations under GB/T 22239-2019 ask. ``earlier`` holds the hashes of the last five, the
    present one included.
    """
    if len(password) < MIN_LENGTH:
        return "password-short"
    if len(password) > MAX_LENGTH:
        return "password-long"
    if username.casefold() in password.casefold():
        return "password-username"
    if _classes(password) < 3:
        return "password-simple"
    if any(verify(password, one) for one in earlier):
        return "password-reused"
    return None


def _classes(password: str) -> int:
    """How many of the four classes occur: lower case, upper case, digits, anything else."""
    kinds = {
        "lower" if c.islower() else "upper" if c.isupper() else "digit" if c.isdigit() else "other"
        for c in password
    }
    return len(kinds)


def one_time_password() -> str:
    """Sixteen random characters in four groups that satisfy the rule, fit to be read aloud."""
    while True:
        pool = _LETTERS + _LETTERS.upper() + _DIGITS
        groups = ["".join(secrets.choice(pool) for _ in range(4)) for _ in range(4)]
        text = "-".join(groups)
        if _classes(text) == 4:
            return text
