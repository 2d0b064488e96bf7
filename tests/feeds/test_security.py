"""Which endpoint is chosen, which certificate trusted, and what is never sent."""

import os
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest
from asyncua import ua
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from keyring.errors import KeyringLocked

from twinviewer.feeds import passwords
from twinviewer.feeds.opcua_security import POLICIES, Choice, check_offer, choose, on_this_machine
from twinviewer.feeds.options import FeedOptions
from twinviewer.feeds.source import ANOTHER_CERTIFICATE, Refused
from twinviewer.feeds.trust import TrustStore, fingerprint_of, first_certificate
from twinviewer.model.errors import FeedError

FAR, HERE = "opc.tcp://plc.example:4840", "opc.tcp://127.0.0.1:4840"
SERVER_URI = "urn:server"
SIGN, ENCRYPT = ua.MessageSecurityMode.Sign, ua.MessageSecurityMode.SignAndEncrypt
NONE_URI = "http://opcfoundation.org/UA/SecurityPolicy#None"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    """One key for all certificates of these tests: keys take long to make."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(
    key: rsa.RSAPrivateKey, name: str, issuer: str = "", days: int = 10, ca: bool = False, number: int = 7
) -> x509.Certificate:
    """A certificate for the server's URI, valid from a month ago until in `days`."""
    now = datetime.now(UTC)

    def named(common: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])

    builder = x509.CertificateBuilder(named(issuer or name), named(name), key.public_key(), number)
    builder = builder.not_valid_before(now - timedelta(days=30)).not_valid_after(now + timedelta(days=days))
    builder = builder.add_extension(x509.BasicConstraints(ca, None), True)
    names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(SERVER_URI)])
    return builder.add_extension(names, False).sign(key, hashes.SHA256())


def der(made: x509.Certificate) -> bytes:
    """As bytes."""
    return made.public_bytes(serialization.Encoding.DER)


def endpoint(
    policy: str = "",
    mode: ua.MessageSecurityMode = ua.MessageSecurityMode.None_,
    shown: bytes = b"",
    tokens: tuple[tuple[ua.UserTokenType, str], ...] = ((ua.UserTokenType.Anonymous, ""),),
) -> ua.EndpointDescription:
    """An endpoint as a server lists it."""
    found = ua.EndpointDescription()
    found.EndpointUrl = FAR
    found.SecurityPolicyUri = POLICIES[policy].URI if policy else NONE_URI
    found.SecurityMode = mode
    found.ServerCertificate = shown
    found.Server.ApplicationUri = SERVER_URI
    found.UserIdentityTokens = [ua.UserTokenPolicy(TokenType=kind, SecurityPolicyUri=uri) for kind, uri in tokens]
    return found


BOTH = ((ua.UserTokenType.Anonymous, ""), (ua.UserTokenType.UserName, ""))


@pytest.fixture
def shown(key: rsa.RSAPrivateKey) -> bytes:
    """The server's certificate."""
    return der(certificate(key, "server"))


@pytest.fixture
def store(tmp_path: Path, shown: bytes) -> TrustStore:
    """A store that trusts it."""
    made = TrustStore(tmp_path / "pki")
    made.reject(shown)
    made.trust(fingerprint_of(shown))
    return made


def test_auto_takes_the_best_that_is_offered(store: TrustStore, shown: bytes):
    offered = [
        endpoint(),
        endpoint("Aes256_Sha256_RsaPss", SIGN, shown),
        endpoint("Basic256Sha256", ENCRYPT, shown),
        endpoint("Aes128_Sha256_RsaOaep", ENCRYPT, shown),
    ]
    assert choose(offered, FAR, FeedOptions(), store).text == "Basic256Sha256, SignAndEncrypt"
    assert choose(offered[:2], FAR, FeedOptions(), store).text == "Aes256_Sha256_RsaPss, Sign"


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("Basic256Sha256,Sign", "Basic256Sha256, Sign"),
        ("basic256sha256, sign and encrypt", "Basic256Sha256, SignAndEncrypt"),
        ("Aes128Sha256RsaOaep", "Aes128_Sha256_RsaOaep, SignAndEncrypt"),
        ("none", "None"),
    ],
)
def test_what_a_person_asked_for_is_taken(store: TrustStore, shown: bytes, asked: str, text: str):
    offered = [endpoint(), endpoint("Basic256Sha256", SIGN, shown)]
    offered += [endpoint(p, ENCRYPT, shown) for p in POLICIES]
    assert choose(offered, FAR, FeedOptions(security=asked), store).text == text


def test_without_security_only_when_chosen_or_on_this_machine(store: TrustStore):
    with pytest.raises(Refused, match="only connections without security"):
        choose([endpoint()], FAR, FeedOptions(), store)
    assert choose([endpoint()], FAR, FeedOptions(security="none"), store).text == "None"
    assert choose([endpoint()], HERE, FeedOptions(), store).text == "None"


def test_an_unknown_certificate_is_never_passed_over_on_a_network(tmp_path: Path, shown: bytes):
    store = TrustStore(tmp_path)
    offered = [endpoint(), endpoint("Basic256Sha256", ENCRYPT, shown)]
    with pytest.raises(Refused, match="not known here") as refusal:
        choose(offered, FAR, FeedOptions(), store)
    assert refusal.value.fingerprint == fingerprint_of(shown)
    assert refusal.value.retry_s == 5, "a person may trust it on the command line"
    assert choose(offered, HERE, FeedOptions(), store).text == "None"
    with pytest.raises(Refused):
        choose(offered, HERE, FeedOptions(security="Basic256Sha256"), store)


@pytest.mark.parametrize("asked", ["Basic128", "Basic256Sha256,Loud", "yes"])
def test_unknown_words_are_refused(store: TrustStore, asked: str):
    with pytest.raises(Refused, match="not known"):
        choose([endpoint()], FAR, FeedOptions(security=asked), store)


def test_what_is_not_offered_is_refused_with_what_is(store: TrustStore, shown: bytes):
    offered = [endpoint("Basic256Sha256", SIGN, shown), endpoint()]
    with pytest.raises(Refused, match="does not offer Aes256") as refusal:
        choose(offered, FAR, FeedOptions(security="Aes256_Sha256_RsaPss"), store)
    assert "Basic256Sha256,Sign; none" in refusal.value.remedy
    with pytest.raises(Refused, match="does not offer connections without security"):
        choose(offered[:1], FAR, FeedOptions(security="none"), store)


def test_a_password_never_crosses_a_network_readable(store: TrustStore, shown: bytes):
    user = FeedOptions(user="op", password="secret")
    plain = [endpoint(tokens=BOTH)]
    for options, url in ((user, HERE), (FeedOptions(security="none", user="op"), FAR)):
        with pytest.raises(Refused, match="readable by anybody"):
            choose(plain, url, options, store)
    allowed = FeedOptions(security="none", user="op", plain_password=True)
    assert choose(plain, FAR, allowed, store).text == "None"
    signed = [endpoint("Basic256Sha256", SIGN, shown, ((ua.UserTokenType.UserName, NONE_URI),))]
    with pytest.raises(Refused, match="readable by anybody"):
        choose(signed, FAR, user, store)
    signed = [endpoint("Basic256Sha256", SIGN, shown, BOTH)]
    assert choose(signed, FAR, user, store).text == "Basic256Sha256, Sign"
    sealed = [endpoint("Basic256Sha256", ENCRYPT, shown, ((ua.UserTokenType.UserName, NONE_URI),))]
    assert choose(sealed, FAR, user, store).policy == "Basic256Sha256"


def test_a_user_does_not_fall_back_to_a_connection_without_security(tmp_path: Path, shown: bytes):
    offered = [endpoint(tokens=BOTH), endpoint("Basic256Sha256", ENCRYPT, shown, BOTH)]
    with pytest.raises(Refused, match="not known here"):
        choose(offered, HERE, FeedOptions(user="op", password="x"), TrustStore(tmp_path))
    both = ((ua.UserTokenType.Certificate, ""),)
    offered = [endpoint(tokens=both), endpoint("Basic256Sha256", ENCRYPT, shown, both)]
    with pytest.raises(Refused, match="not known here"):
        choose(offered, HERE, FeedOptions(user_certificate="me.der"), TrustStore(tmp_path))


def test_identities_that_the_server_does_not_take_are_refused_before_anything_is_sent(store: TrustStore, shown: bytes):
    offered = [endpoint("Basic256Sha256", ENCRYPT, shown, ((ua.UserTokenType.UserName, ""),))]
    with pytest.raises(Refused, match="visitors without a name"):
        choose(offered, FAR, FeedOptions(), store)
    with pytest.raises(Refused, match="a user certificate"):
        choose(offered, FAR, FeedOptions(user_certificate="me.der"), store)


def test_a_pinned_certificate_that_ran_out_is_used_and_said(tmp_path: Path, key: rsa.RSAPrivateKey):
    old = der(certificate(key, "old", days=-1))
    store = TrustStore(tmp_path)
    store.reject(old)
    store.trust(fingerprint_of(old))
    assert "ran out" in choose([endpoint("Basic256Sha256", ENCRYPT, old)], FAR, FeedOptions(), store).note


def test_certificates_of_a_trusted_authority(tmp_path: Path, key: rsa.RSAPrivateKey):
    store = TrustStore(tmp_path)
    issuers = tmp_path / "issuers"
    issuers.mkdir()
    (issuers / "plant-ca.der").write_bytes(der(certificate(key, "Plant CA", ca=True)))
    signed = certificate(key, "server", issuer="Plant CA")
    assert store.trusts(der(signed)) == "issued"
    assert choose([endpoint("Basic256Sha256", ENCRYPT, der(signed))], FAR, FeedOptions(), store).note == ""
    old = der(certificate(key, "server", issuer="Plant CA", days=-1))
    with pytest.raises(Refused, match="ran out"):
        choose([endpoint("Basic256Sha256", ENCRYPT, old)], FAR, FeedOptions(), store)
    other = endpoint("Basic256Sha256", ENCRYPT, der(signed))
    other.Server.ApplicationUri = "urn:somebody:else"
    with pytest.raises(Refused, match="not one of urn:somebody:else"):
        choose([other], FAR, FeedOptions(), store)
    assert store.trusts(der(certificate(key, "server", issuer="Other CA"))) == ""
    (issuers / "old-ca.der").write_bytes(der(certificate(key, "Old CA", ca=True, days=-1)))
    assert store.trusts(der(certificate(key, "server", issuer="Old CA"))) == ""  # the authority itself ran out
    now = datetime.now(UTC)
    crl = x509.CertificateRevocationListBuilder(signed.issuer, now, now + timedelta(days=1))
    gone = x509.RevokedCertificateBuilder(signed.serial_number, now).build()
    revoked = crl.add_revoked_certificate(gone).sign(key, hashes.SHA256())
    (issuers / "plant-ca.crl").write_bytes(revoked.public_bytes(serialization.Encoding.DER))
    assert store.trusts(der(signed)) == ""


def test_authorities_with_other_keys_revoke_too(tmp_path: Path, key: rsa.RSAPrivateKey):
    """A plant's authority may sign with an elliptic curve what servers use with RSA."""
    issuers, now = tmp_path / "issuers", datetime.now(UTC)
    issuers.mkdir()
    of_authority = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Plant CA")])
    builder = x509.CertificateBuilder(named, named, of_authority.public_key(), 1, now, now + timedelta(days=1))
    authority = builder.add_extension(x509.BasicConstraints(True, None), True).sign(of_authority, hashes.SHA256())
    (issuers / "plant-ca.der").write_bytes(der(authority))
    server = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])
    builder = x509.CertificateBuilder(named, server, key.public_key(), 7, now, now + timedelta(days=1))
    signed = builder.sign(of_authority, hashes.SHA256())
    assert TrustStore(tmp_path).trusts(der(signed)) == "issued"
    gone = x509.RevokedCertificateBuilder(7, now).build()
    crl = x509.CertificateRevocationListBuilder(named, now, now + timedelta(days=1)).add_revoked_certificate(gone)
    (issuers / "forged.crl").write_bytes(crl.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))
    assert TrustStore(tmp_path).trusts(der(signed)) == "issued"  # anybody could have made that list
    (issuers / "plant-ca.crl").write_bytes(
        crl.sign(of_authority, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    )
    assert TrustStore(tmp_path).trusts(der(signed)) == ""


def test_only_the_very_certificate_is_trusted_and_only_by_enough_of_its_fingerprint(store: TrustStore, shown: bytes):
    assert store.trusts(shown) == "pinned"
    almost = shown[:-1] + bytes([shown[-1] ^ 1])
    assert store.trusts(almost) == ""
    store.reject(almost)
    for few in ("", fingerprint_of(almost)[:2], fingerprint_of(almost).replace(":", "")[:7]):
        with pytest.raises(FeedError, match="no certificate with this fingerprint"):
            store.trust(few)
    assert store.trusts(almost) == ""


def test_a_certificate_that_changed_afterwards_is_refused_and_said(
    tmp_path: Path, key: rsa.RSAPrivateKey, shown: bytes
):
    store = TrustStore(tmp_path)
    store.reject(shown)
    store.trust(fingerprint_of(shown))
    new = der(certificate(key, "server", days=-1, number=8))
    with pytest.raises(Refused, match=f"{ANOTHER_CERTIFICATE} .*{fingerprint_of(shown)[:23]}.*ran out") as refusal:
        choose([endpoint("Basic256Sha256", ENCRYPT, new)], FAR, FeedOptions(), store)
    assert refusal.value.fingerprint == fingerprint_of(new)
    with pytest.raises(Refused, match=ANOTHER_CERTIFICATE):
        choose([endpoint(), endpoint("Basic256Sha256", ENCRYPT, new)], HERE, FeedOptions(), store)
    about = store.about(fingerprint_of(new))
    assert f"Another one was trusted for it before: {fingerprint_of(shown)[:23]}…." in about
    assert "The server's certificate ran out" in about
    assert store.about("00") == ""


def test_a_certificate_of_another_application_is_said_before_it_is_trusted(tmp_path: Path, shown: bytes):
    other = endpoint("Basic256Sha256", ENCRYPT, shown)
    other.Server.ApplicationUri = "urn:somebody:else"
    with pytest.raises(Refused, match="not one of urn:somebody:else"):
        choose([other], FAR, FeedOptions(), TrustStore(tmp_path))


def test_what_was_shown_last_waits_at_the_end(tmp_path: Path, key: rsa.RSAPrivateKey, shown: bytes):
    store = TrustStore(tmp_path)
    other = der(certificate(key, "other"))
    for at, shown_now in enumerate((shown, other, shown)):
        path = store.reject(shown_now)
        os.utime(path, (at, at))
    assert [name for _, name in store.waiting()] == ["CN=other", "CN=server"]
    assert store.reject(other).stat().st_mtime > 2, "it was shown again"


def test_a_certificate_without_authority_signs_nothing(tmp_path: Path, key: rsa.RSAPrivateKey):
    (tmp_path / "issuers").mkdir()
    (tmp_path / "issuers" / "x.der").write_bytes(der(certificate(key, "Machine", ca=False)))
    assert TrustStore(tmp_path).trusts(der(certificate(key, "server", issuer="Machine"))) == ""


@pytest.mark.parametrize("broken", [b"", b"nonsense", b"\x30\x82\x01"])
def test_a_broken_certificate_is_refused(store: TrustStore, broken: bytes):
    with pytest.raises(Refused):
        choose([endpoint("Basic256Sha256", ENCRYPT, broken)], FAR, FeedOptions(), store)


def test_what_is_broken_in_the_store_is_named_and_hides_nothing(tmp_path: Path, key: rsa.RSAPrivateKey, shown: bytes):
    store = TrustStore(tmp_path)
    store.reject(shown)
    (tmp_path / "rejected" / "aa.der").write_bytes(b"junk")
    assert [fingerprint for fingerprint, _ in store.waiting()] == [fingerprint_of(shown)]
    with pytest.raises(FeedError, match=fingerprint_of(shown)):
        store.trust("00112233")
    (tmp_path / "issuers").mkdir()
    (tmp_path / "issuers" / "factory.der").write_bytes(b"junk")
    with pytest.raises(FeedError, match=r"factory\.der"):
        store.trusts(shown)


def test_trust_all_is_said(tmp_path: Path, shown: bytes):
    options = FeedOptions(trust_all=True)
    choice = choose([endpoint("Basic256Sha256", ENCRYPT, shown)], FAR, options, TrustStore(tmp_path))
    assert choice.note == "any server certificate is accepted"


def test_a_chain_begins_with_the_server(key: rsa.RSAPrivateKey, shown: bytes):
    assert first_certificate(shown + der(certificate(key, "CA"))) == shown


def test_hidden_endpoints_are_noticed(shown: bytes):
    before = [endpoint(), endpoint("Basic256Sha256", SIGN, shown)]
    check_offer(before, before, FAR)
    check_offer(before, before[:1], FAR)
    with pytest.raises(Refused, match="hid what the server offers"):
        check_offer(before, [*before, endpoint("Basic256Sha256", ENCRYPT, shown)], FAR)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("opc.tcp://localhost:1", True),
        ("opc.tcp://[::1]:1", True),
        ("opc.tcp://127.9.0.1:1", True),
        ("opc.tcp://localhost.evil:1", False),
        ("opc.tcp://10.0.0.1:1", False),
        ("opc.tcp://", False),
    ],
)
def test_what_counts_as_this_machine(url: str, here: bool):
    assert on_this_machine(url) is here


def test_our_certificate_is_made_once_and_its_key_is_private(tmp_path: Path):
    store = TrustStore(tmp_path)
    first = store.identity()
    assert store.identity() == first
    ours = x509.load_der_x509_certificate(first.certificate.read_bytes())
    names = ours.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [first.uri]
    assert ours.not_valid_after_utc > datetime.now(UTC) + timedelta(days=3000)
    if sys.platform != "win32":
        assert stat.S_IMODE(first.key.stat().st_mode) == 0o600


def test_a_broken_certificate_of_ours_is_said(tmp_path: Path):
    store = TrustStore(tmp_path)
    store.identity().certificate.write_bytes(b"nonsense")
    with pytest.raises(FeedError, match="our own certificate"):
        store.identity()


def test_a_certificate_of_an_authority_is_never_replaced_by_one_of_ours(tmp_path: Path, key: rsa.RSAPrivateKey):
    store = TrustStore(tmp_path)
    ours = store.identity().certificate
    ours.write_bytes(der(certificate(key, "us", issuer="Plant CA", days=-1)))
    with pytest.raises(FeedError, match="it ran out"):
        store.identity()
    ours.write_bytes(der(certificate(key, "us", issuer="Plant CA")))
    assert store.identity().uri == SERVER_URI
    ours.write_bytes(der(certificate(key, "us", days=-1)))
    assert store.identity().uri != SERVER_URI, "one that we made ourselves is made anew"


def test_the_password_stays_out_of_sight():
    options = FeedOptions(user="op", password="secret")
    assert "secret" not in repr(options)
    assert FeedOptions.from_json(options.to_json()) == options
    for text in ("[]", "{", '{"unknown": 1}', "3"):
        with pytest.raises(FeedError):
            FeedOptions.from_json(text)
    assert FeedOptions.from_json("") == FeedOptions()


def test_no_keyring_means_no_password_and_a_sentence():
    assert passwords.stored_password(FAR, "op") == ""
    with pytest.raises(FeedError, match="there is none that keeps anything"):
        passwords.store_password(FAR, "op", "x")


def test_a_keyring_that_cannot_be_opened_is_said(monkeypatch: pytest.MonkeyPatch):
    def locked(service: str, name: str) -> str:
        raise KeyringLocked("the person said no.")

    with monkeypatch.context() as patch:
        patch.setattr(keyring, "get_password", locked)
        with pytest.raises(Refused, match=r"cannot be read: the person said no\. Unlock it") as caught:
            passwords.stored_password(FAR, "op")
        assert caught.value.retry_s is not None  # it may be unlocked meanwhile
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    try:
        with pytest.raises(Refused, match=r"this system has no keyring\. Install"):
            passwords.stored_password(FAR, "op")
        with pytest.raises(FeedError, match="cannot be kept"):
            passwords.store_password(FAR, "op", "x")
    finally:
        keyring.set_keyring(before)


def test_a_choice_shows_what_it_is():
    assert Choice("", ua.MessageSecurityMode.None_, b"").text == "None"
