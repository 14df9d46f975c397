"""Who is at the keyboard when a command runs; apart, so that a command need not load a whole build."""

import getpass


def system_user() -> str:
    """The operating-system user behind a command, as the audit log shows him."""
    return f"os:{getpass.getuser()}"
