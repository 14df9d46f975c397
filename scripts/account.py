"""Accounts from the shell: make, reset, close and unlock them, end sessions, second factors."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from training import accounts, api_tokens, database, second_factor, sessions
from training.system_user import system_user

HERE = Path(__file__).resolve().parent.parent

on_record = click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
    help="The record; its accounts are beside it.",
)


def with_scope(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say as what somebody signs in."""
    for option in (
        click.option("--province", help="Six-digit code of the authority of a province account."),
        click.option("--institution", help="Slug of the institution of an institution account."),
        click.option("--role", required=True, type=click.Choice(list(accounts.ROLES))),
    ):
        command = option(command)
    return command


@contextmanager
def opened(db: Path, **scope: Any) -> Iterator[sqlite3.Connection]:
    """The accounts beside ``db``; what they refuse ends the command with exit status 1."""
    if not db.exists():
        raise click.UsageError(f"there is no record at {db}: run scripts/build.py")
    conn = accounts.open(accounts.beside(db))
    try:
        if scope:
            record = database.connect(db, read_only=True)
            accounts.require_on_record(record, **scope)
            record.close()
        yield conn
    except accounts.AccountFault as fault:
        raise click.ClickException(str(fault)) from fault
    finally:
        conn.close()


def show_password(username: str, password: str) -> None:
    click.echo(f"{username}  one-time password: {password}")
    click.echo("It is not shown again and must be changed at the first sign-in.")


@click.group(help=__doc__)
def account() -> None:
    pass


@account.command()
@click.argument("username")
@with_scope
@click.option("--name", help="The person's name as pages show it; the user name by default.")
@on_record
def create(
    username: str,
    role: str,
    institution: str | None,
    province: str | None,
    name: str | None,
    db: Path,
) -> None:
    """Make an account and print its one-time password."""
    with opened(db, institution=institution, province=province) as conn:
        password = accounts.create(
            conn,
            username,
            role=role,
            institution=institution,
            province=province,
            display_name=name,
            actor=system_user(),
        )
    show_password(username, password)


@account.command()
@on_record
def first(db: Path) -> None:
    """Make the account `admin` of the office if there is no account at all yet."""
    with opened(db) as conn:
        if accounts.everybody(conn):
            return
        show_password("admin", accounts.create(conn, "admin", role="office", actor=system_user()))


@account.command()
@click.argument("username")
@on_record
def reset(username: str, db: Path) -> None:
    """Give an account a one-time password, lift its lock and end its sessions."""
    with opened(db) as conn:
        show_password(username, accounts.set_password(conn, username, actor=system_user()))


@account.command()
@click.argument("username")
@with_scope
@on_record
def role(username: str, role: str, institution: str | None, province: str | None, db: Path) -> None:
    """Give an account another role or scope and end its sessions."""
    with opened(db, institution=institution, province=province) as conn:
        accounts.change_role(
            conn,
            username,
            role,
            institution=institution,
            province=province,
            actor=system_user(),
        )
    click.echo(f"{username}: {role} {institution or province or ''}".rstrip())


@account.command()
@click.argument("username")
@on_record
def disable(username: str, db: Path) -> None:
    """Close an account and end its sessions."""
    with opened(db) as conn:
        accounts.disable(conn, username, actor=system_user())
    click.echo(f"{username}: disabled")


@account.command()
@click.argument("username")
@on_record
def enable(username: str, db: Path) -> None:
    """Open a closed account again."""
    with opened(db) as conn:
        accounts.enable(conn, username, actor=system_user())
    click.echo(f"{username}: enabled")


@account.command()
@click.argument("username")
@on_record
def unlock(username: str, db: Path) -> None:
    """Forgive the wrong passwords of an account before the 15 minutes are over."""
    with opened(db) as conn:
        accounts.unlock(conn, username, actor=system_user())
    click.echo(f"{username}: unlocked")


@account.command("totp-off")
@click.argument("username")
@on_record
def totp_off(username: str, db: Path) -> None:
    """Drop the second factor of an account whose owner has lost the telephone."""
    with opened(db) as conn:
        if not second_factor.in_force(conn, username):
            raise click.ClickException(f"{username} has no second factor")
        second_factor.remove(conn, username, actor=system_user())
    click.echo(f"{username}: second factor off")


@account.command("totp-required")
@click.argument("role", type=click.Choice(list(accounts.ROLES)))
@click.argument("state", type=click.Choice(["on", "off"]))
@on_record
def totp_required(role: str, state: str, db: Path) -> None:
    """Make the second factor a duty of a role, or no longer."""
    with opened(db) as conn:
        second_factor.require(conn, role, state == "on", actor=system_user())
    click.echo(f"{role}: {'required' if state == 'on' else 'optional'}")


@account.command("list")
@on_record
def list_accounts(db: Path) -> None:
    """List all accounts: user name, role, scope, name, state."""
    with opened(db) as conn:
        for one in accounts.everybody(conn):
            state = "disabled" if one.disabled else "one-time" if one.must_change_password else "ok"
            scope = one.institution or one.province or "-"
            click.echo("\t".join((one.username, one.role, scope, one.display_name, state)))


@account.command("sessions")
@click.argument("username")
@click.option("--end", "ended", metavar="ID", help="End this one, or 'all'.")
@on_record
def list_sessions(username: str, ended: str | None, db: Path) -> None:
    """List the open sessions of an account: since, last seen, address, id; or end them."""
    with opened(db) as conn:
        if ended:
            only = None if ended == "all" else ended
            count = sessions.end_sessions(conn, username, only=only, actor=system_user())
            if not count:
                raise accounts.AccountFault("session-unknown")
            click.echo(f"{username}: {count} ended")
            return
        for one in sessions.sessions_of(conn, username):
            keys = ("opened_at", "last_seen_at", "address", "public_id")
            click.echo("\t".join(str(one[key]) for key in keys))


@account.command("tokens")
@click.argument("username")
@click.option("--revoke", "revoked", metavar="ID", help="Revoke this one, or 'all'.")
@on_record
def list_tokens(username: str, revoked: str | None, db: Path) -> None:
    """List the tokens of an account: id, until, last used, databases, acts, name; or revoke them."""
    with opened(db) as conn:
        if revoked:
            only = None if revoked == "all" else revoked
            count = api_tokens.revoke(conn, username, only=only, actor=system_user())
            if not count:
                raise accounts.AccountFault("token-unknown")
            click.echo(f"{username}: {count} revoked")
            return
        for one in api_tokens.tokens_of(conn, username):
            scope = (",".join(one["databases"]), ",".join(one["acts"]))
            day = one["last_used_on"] or "-"
            click.echo("\t".join((one["public_id"], one["expires_at"], day, *scope, one["name"])))


if __name__ == "__main__":
    account()
