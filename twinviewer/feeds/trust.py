"""Certificates: our own, made at first use, and the servers' that a person trusted once."""

import contextlib
import ipaddress
import os
import socket
import stat
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from twinviewer.model.errors import FeedError

_YEARS = 10

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Identity:
    """Our application certificate: its file, its private key's file, and the application URI in it."""

    certificate: Path
    key: Path
    uri: str


def fingerprint_of(der: bytes) -> str:
    """SHA-256 of a certificate as people compare it: "AB:CD:…"."""
    return x509.load_der_x509_certificate(der).fingerprint(hashes.SHA256()).hex(":").upper()


def first_certificate(der: bytes) -> bytes:
    """The server's own certificate out of a chain of DER certificates; empty when there is none."""
    if len(der) < 4 or der[0] != 0x30:
        return b""
    if der[1] < 0x80:
        return der[: der[1] + 2]
    width = der[1] & 0x7F
    return der[: int.from_bytes(der[2 : 2 + width], "big") + 2 + width]


class TrustStore:
    """A folder with `own/`, `trusted/`, `issuers/` and `rejected/`.

    A server is trusted when its very certificate lies in `trusted/`, or when a certificate authority whose
    certificate lies in `issuers/` signed it and no list in `issuers/` (*.crl) revokes it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def identity(self) -> Identity:
        """Our certificate; made now if there is none, or if the one that we made ran out. Raises FeedError."""
        own = self.folder / "own"
        files = own / "twinviewer.der", own / "twinviewer.key.pem"
        try:
            if all(f.exists() for f in files):
                known = x509.load_der_x509_certificate(files[0].read_bytes())
                uris = application_uris(files[0].read_bytes())
                if uris and known.not_valid_after_utc > datetime.now(UTC):
                    return Identity(*files, uris[0])
                if known.issuer != known.subject:  # somebody put it there: not ours to replace
                    raise ValueError("it ran out" if uris else "it names no application URI")
            own.mkdir(parents=True, exist_ok=True, mode=0o700)
            uri = f"urn:{socket.gethostname()}:twinviewer:{uuid.uuid4()}"
            certificate, key = _make_certificate(uri)
            _write_private(files[1], key)
            files[0].write_bytes(certificate)
        except (OSError, ValueError) as error:
            remedy = "Replace it, or remove this folder: then a new one is made, and servers must trust it."
            raise FeedError(f"our own certificate cannot be used: {error}", str(own), remedy) from error
        return Identity(*files, uri)

    def trusts(self, der: bytes) -> str:
        """ "pinned" when this certificate was trusted by a person, "issued" through an authority, "" otherwise."""
        certificate = x509.load_der_x509_certificate(der)
        if any(f.read_bytes() == der for f in self._files("trusted", "*.der")):
            return "pinned"
        now = datetime.now(UTC)
        for file in self._files("issuers", "*.der"):
            issuer = _read(file, x509.load_der_x509_certificate)
            usable = _is_authority(issuer) and issuer.not_valid_before_utc <= now <= issuer.not_valid_after_utc
            if usable and _issued_by(certificate, issuer) and not self._revoked(certificate, issuer):
                return "issued"
        return ""

    def reject(self, der: bytes) -> Path:
        """Keep an unknown certificate, so that a person can trust it by its fingerprint."""
        return self._put("rejected", der)

    def trust(self, fingerprint: str) -> Path:
        """Trust a rejected certificate from now on, by its fingerprint or the beginning of it. Raises FeedError."""
        wanted = fingerprint.replace(":", "").replace(" ", "").lower().removeprefix("sha256")
        found = [f for f in self._files("rejected", "*.der") if f.stem.startswith(wanted)] if len(wanted) >= 8 else []
        if len(found) != 1:
            known = ", ".join(waiting for waiting, _ in self.waiting()) or "none"
            raise FeedError(
                f"no certificate with this fingerprint waits to be trusted: {fingerprint}",
                str(self.folder / "rejected"),
                f"Connect once, so that the server's certificate is known. Waiting: {known}",
            )
        path = self._put("trusted", found[0].read_bytes())
        found[0].unlink(missing_ok=True)
        return path

    def waiting(self) -> list[tuple[str, str]]:
        """(fingerprint, subject) of the certificates that were rejected and wait for a person, the one that was shown
        last at the end; broken ones are not among them."""
        found = []
        for file in sorted(self._files("rejected", "*.der"), key=_shown_at):
            with contextlib.suppress(OSError, ValueError):
                der = file.read_bytes()
                subject = x509.load_der_x509_certificate(der).subject.rfc4514_string()
                found.append((fingerprint_of(der), subject))
        return found

    def about(self, fingerprint: str) -> str:
        """What a person should know of a certificate that waits before trusting it; "" where none does."""
        for file in self._files("rejected", f"{fingerprint.replace(':', '').lower()}.der"):
            with contextlib.suppress(OSError, ValueError):
                der = file.read_bytes()
                until = x509.load_der_x509_certificate(der).not_valid_after_utc
                made = f"Made for {', '.join(application_uris(der)) or 'no named application'}"
                facts = [f"{made}, valid until {until:%Y-%m-%d}", expiry(der)]
                if before := self.replaced(der):
                    facts.append(f"Another one was trusted for it before: {before[:23]}…")
                return "".join(f"{fact[0].upper()}{fact[1:]}. " for fact in facts if fact).strip()
        return ""

    def replaced(self, der: bytes) -> str:
        """The fingerprint of a certificate that a person trusted for the same application, "" for the first one."""
        uris = set(application_uris(der))
        for file in self._files("trusted", "*.der"):
            known = _read(file, bytes)
            if known != der and uris & set(application_uris(known)):
                return fingerprint_of(known)
        return ""

    def _put(self, where: str, der: bytes) -> Path:
        folder = self.folder / where
        path = folder / f"{fingerprint_of(der).replace(':', '').lower()}.der"
        try:
            if path.is_file() and path.read_bytes() == der:
                path.touch()
                return path
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.write_bytes(der)
        except OSError as error:
            raise FeedError(f"the certificate cannot be kept: {error}", str(path)) from error
        return path

    def _files(self, where: str, pattern: str) -> list[Path]:
        folder = self.folder / where
        return sorted(folder.glob(pattern)) if folder.is_dir() else []

    def _revoked(self, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
        for file in self._files("issuers", "*.crl"):
            crl = _read(file, x509.load_der_x509_crl)
            signed = crl.issuer == issuer.subject and crl.is_signature_valid(
                issuer.public_key()  # pyright: ignore[reportArgumentType] (it signed the certificate)
            )
            if signed and crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
                return True
        return False


def _shown_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:  # trusted meanwhile
        return 0.0


def _read(file: Path, load: Callable[[bytes], _T]) -> _T:
    """What a file that a person put into the store holds. Raises FeedError: it may say whom not to trust."""
    try:
        return load(file.read_bytes())
    except (OSError, ValueError) as error:
        remedy = "Replace it by one in DER form, or take it out."
        raise FeedError(f"a file of the trust store cannot be read: {error}", str(file), remedy) from error


def expiry(der: bytes) -> str:
    """A sentence when the certificate is not valid now, else nothing."""
    certificate = x509.load_der_x509_certificate(der)
    now = datetime.now(UTC)
    if now > certificate.not_valid_after_utc:
        return f"the server's certificate ran out on {certificate.not_valid_after_utc:%Y-%m-%d}"
    if now < certificate.not_valid_before_utc:
        return f"the server's certificate is valid only from {certificate.not_valid_before_utc:%Y-%m-%d}"
    return ""


def application_uris(der: bytes) -> list[str]:
    """The application URIs that a certificate names."""
    try:
        names = x509.load_der_x509_certificate(der).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return []
    return names.value.get_values_for_type(x509.UniformResourceIdentifier)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _make_certificate(uri: str) -> tuple[bytes, bytes]:
    """(DER certificate, PEM key) as OPC UA Part 6, 6.2.2 asks of an application instance."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    host = socket.gethostname()
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "twinviewer"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, host[:64]),
        ]
    )
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=True,
        data_encipherment=True,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri), _host_name(host)]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(usage, True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False)
    )
    certificate = builder.sign(key, hashes.SHA256())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(serialization.Encoding.DER), pem


def _host_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host.encode("ascii", "replace").decode().replace("?", "-"))


def _write_private(path: Path, content: bytes) -> None:
    """A file that only its owner can read, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR), "wb") as file:
        file.write(content)


def standard_store() -> TrustStore:
    """The trust store of the person at this computer."""
    import platformdirs

    return TrustStore(platformdirs.user_config_path("twinviewer", appauthor=False) / "pki")
