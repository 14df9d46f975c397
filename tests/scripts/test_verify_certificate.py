"""Verifying a printed certificate with nothing but its file or QR code and the published key."""

import sqlite3
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from training import certificate_keys, certificates
from training.certificate_desk import CertificateDesk

from scripts.verify_certificate import verify_certificate
from tests.conftest import YEAR, World
from tests.worlds import add_class, add_consents, add_people


@pytest.fixture
def number(world: World, conn: sqlite3.Connection) -> str:
    """The number of a certificate that lies beside the record as one.pdf, the key as key.pem."""
    add_people(conn, 1, state="completed", cohort_id=add_class(conn))
    add_consents(conn)
    shown = certificates.preview(conn, YEAR, "", "2023-02-01")
    (issued,) = certificates.issue(conn, world.folder, shown, "office", "script")
    file = CertificateDesk(world.db, {"id": "office", "role": "office"}).pdf(issued)
    assert file
    (world.folder / "one.pdf").write_bytes(file.content)
    published = conn.execute("select public_key from certificate_keys").fetchone()[0]
    (world.folder / "key.pem").write_text(certificate_keys.pem(published))
    return issued


def verify(what: object, key: Path) -> Result:
    return CliRunner().invoke(verify_certificate, [str(what), "--key", str(key)])


def scanned(file: Path) -> str:
    """What a telephone reads from the QR code on paper."""
    picture = pypdfium2.PdfDocument(file)[0].render(scale=3).to_pil()
    return zxingcpp.read_barcodes(picture)[0].text


def test_file_and_qr_code_are_genuine(world: World, number: str) -> None:
    paper, key = world.folder / "one.pdf", world.folder / "key.pem"
    for what in (paper, scanned(paper)):
        said = verify(what, key)
        assert (said.exit_code, said.output.split()[0]) == (0, "genuine")
        assert number in said.output
        assert "示例" in said.output


def test_one_changed_character_is_found(world: World, number: str) -> None:
    link = scanned(world.folder / "one.pdf")
    place = link.index("LJ1.") + 30
    changed = link[:place] + ("A" if link[place] != "A" else "B") + link[place + 1 :]
    said = verify(changed, world.folder / "key.pem")
    assert said.exit_code == 1
    assert "NOT genuine" in said.output
    assert number not in said.output


def test_another_key_did_not_sign_it(world: World, number: str) -> None:
    other = world.folder / "other.pem"
    text = certificate_keys.public_text(Ed25519PrivateKey.generate().public_key())
    other.write_text(certificate_keys.pem(text))
    assert verify(world.folder / "one.pdf", other).exit_code == 1


def test_a_revoked_one_is_still_signed_and_its_state_is_asked_online(
    world: World, conn: sqlite3.Connection, number: str
) -> None:
    certificates.revoke(conn, number, "弄虚作假", "office", "script")
    said = verify(world.folder / "one.pdf", world.folder / "key.pem")
    assert said.exit_code == 0
    assert "revoked or replaced since, ask /verify online" in said.output


def test_wrong_calls(world: World, number: str) -> None:
    junk = world.folder / "junk.pem"
    junk.write_text("no key")
    assert verify(world.folder / "one.pdf", junk).exit_code == 2
    assert verify(world.folder / "none.pdf", world.folder / "key.pem").exit_code == 2
    assert verify("nothing signed", world.folder / "key.pem").exit_code == 1
