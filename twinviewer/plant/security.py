"""Who may talk to the plant: user and password, the plant's own certificate, and the clients it trusts."""
# asyncua's own types (NodeId's arguments, private exports) do not fit what it accepts and returns at run time.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportOptionalMemberAccess=false, reportCallIssue=false

import datetime
import hmac
import ipaddress
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asyncua import Server, ua
from asyncua.common.utils import ServiceError
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.crypto.uacrypto import x509_from_der
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from twinviewer.model.errors import FeedError

USER = "operator"
APPLICATION_URI = "urn:twinviewer:plant:server"
_POLICIES = [
    ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
    ua.SecurityPolicyType.Basic256Sha256_Sign,
    ua.SecurityPolicyType.Aes128Sha256RsaOaep_SignAndEncrypt,
    ua.SecurityPolicyType.Aes128Sha256RsaOaep_Sign,
    ua.SecurityPolicyType.Aes256Sha256RsaPss_SignAndEncrypt,
    ua.SecurityPolicyType.Aes256Sha256RsaPss_Sign,
]


@dataclass(frozen=True, slots=True)
class Access:
    """How the plant is protected.

    `security` is "none" (only unsecured endpoints), "offered" (both) or "required" (only secured ones). With a
    `password`, the user "operator" must give it and nobody is anonymous. `certificate_dir` keeps the plant's
    certificate (a fresh folder: a new one). `trusted_dir` holds the certificates (DER or PEM) of the only clients
    that may connect securely; None trusts all.
    """

    security: str = "none"
    password: str = ""
    certificate_dir: Path | None = None
    trusted_dir: Path | None = None


class Operators:
    """asyncua's user manager: nobody is an administrator; a password is asked for where there is one."""

    def __init__(self, password: str) -> None:
        self._password = password

    def get_user(
        self, iserver: Any, username: str | None = None, password: str | bytes | None = None, certificate: Any = None
    ) -> User | None:
        """The user, or None to refuse."""
        if self._password:
            given = password if isinstance(password, bytes) else (password or "").encode()
            if username != USER or not hmac.compare_digest(given, self._password.encode()):
                return None
        return User(role=UserRole.User, name=username)


async def _identify(server: Server, folder: Path) -> None:
    """Give the server the certificate in the folder, made now where there is none. Raises FeedError."""
    certificate, key = folder / "plant.der", folder / "plant.pem"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (certificate.exists() and key.exists()):
            make_certificate(certificate, key)
        await server.load_certificate(certificate)
        await server.load_private_key(key)
    except (OSError, ValueError) as error:
        remedy = "Name a folder that may be written to; plant.der and plant.pem in it are made where they are missing."
        raise FeedError(f"The plant's certificate cannot be used: {error}.", str(folder), remedy) from error


async def protect(server: Server, access: Access, certificate_dir: Path) -> None:
    """Set endpoints, certificate, trust and identity tokens of a server that does not serve yet. Raises FeedError."""
    server.allow_remote_admin(False)
    policies = [] if access.security == "required" else [ua.SecurityPolicyType.NoSecurity]
    if access.security != "none":
        await _identify(server, certificate_dir)
        policies += _POLICIES
    server.set_security_policy(policies)
    tokens: list[type] = []
    if not access.password:
        tokens.append(ua.AnonymousIdentityToken)
    if access.password or access.security != "none":
        tokens.append(ua.UserNameIdentityToken)
    if not access.password and access.security != "none":
        tokens.append(ua.X509IdentityToken)
    server.set_identity_tokens(tokens)
    if access.trusted_dir is not None:
        server.set_certificate_validator(_Trust(access.trusted_dir))


class _Trust:
    """Refuses client certificates that do not lie in a folder; the folder is read anew for each client."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def __call__(self, certificate: x509.Certificate, application: ua.ApplicationDescription) -> None:
        wanted = certificate.public_bytes(serialization.Encoding.DER)
        for path in sorted(self._folder.glob("*")):
            raw = path.read_bytes()
            try:
                known = x509.load_pem_x509_certificate(raw) if raw.startswith(b"-----") else x509_from_der(raw)
            except ValueError:
                continue
            if known is not None and known.public_bytes(serialization.Encoding.DER) == wanted:
                return
        raise ServiceError(ua.StatusCodes.BadCertificateUntrusted)


def make_certificate(certificate: Path, key: Path) -> None:
    """Write a self-signed application certificate (OPC UA Part 6, 6.2.2) as DER and its key as PEM, for a year."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "twinviewer plant")])
    now = datetime.datetime.now(datetime.UTC)
    hosts: list[x509.GeneralName] = [
        x509.UniformResourceIdentifier(APPLICATION_URI),
        x509.DNSName("localhost"),
        x509.DNSName(socket.gethostname()),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=True, data_encipherment=True,
        key_agreement=False, key_cert_sign=True, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=False)
        .add_extension(usage, critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    key.touch(mode=0o600)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.DER))
