"""Which endpoint of a server is used, whether its certificate is trusted, and who we say we are."""
# asyncua types its structures with integer and string classes of its own that it does not ask for:
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from asyncua import ua
from asyncua.crypto import security_policies as policies

from twinviewer.feeds.options import FeedOptions
from twinviewer.feeds.source import ANOTHER_CERTIFICATE, Refused
from twinviewer.feeds.trust import TrustStore, application_uris, expiry, fingerprint_of, first_certificate

POLICIES: dict[str, type[policies.SecurityPolicy]] = {
    "Aes128_Sha256_RsaOaep": policies.SecurityPolicyAes128Sha256RsaOaep,
    "Basic256Sha256": policies.SecurityPolicyBasic256Sha256,
    "Aes256_Sha256_RsaPss": policies.SecurityPolicyAes256Sha256RsaPss,
}
_NAMES = {policy.URI: name for name, policy in POLICIES.items()}
_NONE_URI = policies.SecurityPolicyNone.URI
_MODES = {"sign": ua.MessageSecurityMode.Sign, "signandencrypt": ua.MessageSecurityMode.SignAndEncrypt}
_IDENTITIES = {
    ua.UserTokenType.Anonymous: "visitors without a name",
    ua.UserTokenType.UserName: "a user name and password",
    ua.UserTokenType.Certificate: "a user certificate",
}
_LOOK_AGAIN_S = 5.0  # somebody may have trusted the certificate elsewhere
_SPELLED = {name.replace("_", "").lower(): name for name in POLICIES}


@dataclass(frozen=True, slots=True)
class Choice:
    """One endpoint, decided. `policy` "" means no security; `note` says what a person should know."""

    policy: str
    mode: ua.MessageSecurityMode
    certificate: bytes
    note: str = ""

    @property
    def text(self) -> str:
        """As it is shown: "None" or "Basic256Sha256, SignAndEncrypt"."""
        return f"{self.policy}, {self.mode.name}" if self.policy else "None"


def rank(endpoint: ua.EndpointDescription) -> tuple[int, int]:
    """Better endpoints rank higher: first the mode, then the policy; (0, 0) for none; (-1, 0) for unknown ones."""
    if endpoint.SecurityPolicyUri == _NONE_URI:
        return (0, 0)
    name = _NAMES.get(endpoint.SecurityPolicyUri)
    return (int(endpoint.SecurityMode) - 1, list(POLICIES).index(name) + 1) if name else (-1, 0)


def wanted(text: str) -> tuple[str, ua.MessageSecurityMode] | None:
    """The policy and mode that an option names; ("", None_) for "none"; None for "auto". Raises Refused."""
    plain = text.strip().lower()
    if plain in ("auto", ""):
        return None
    if plain == "none":
        return "", ua.MessageSecurityMode.None_
    name, _, mode = plain.partition(",")
    policy = _SPELLED.get(name.replace("_", "").strip())
    chosen = _MODES.get(mode.replace("&", "and").replace(" ", "") or "signandencrypt")
    if policy is None or chosen is None:
        remedy = f"Use auto, none, or one of {', '.join(POLICIES)} followed by ,Sign or ,SignAndEncrypt."
        raise Refused("this security is not known", text, remedy)
    return policy, chosen


def on_this_machine(url: str) -> bool:
    """Whether an address cannot leave this computer."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def choose(endpoints: Sequence[ua.EndpointDescription], url: str, options: FeedOptions, store: TrustStore) -> Choice:
    """Decide for one endpoint. Raises Refused with what a person can do."""
    asked = wanted(options.security)
    usable = sorted((e for e in endpoints if _usable(e)), key=rank, reverse=True)
    if asked is None:
        return _best(usable, url, options, store)
    policy, mode = asked
    uri = POLICIES[policy].URI if policy else _NONE_URI
    for endpoint in usable:
        if endpoint.SecurityPolicyUri == uri and endpoint.SecurityMode == mode:
            return _decide(endpoint, url, options, store)
    what = options.security if policy else "connections without security"
    raise Refused(f"the server does not offer {what}", url, f"It offers {_offer(usable)}.")


def _best(usable: Sequence[ua.EndpointDescription], url: str, options: FeedOptions, store: TrustStore) -> Choice:
    secure = [e for e in usable if rank(e)[0] > 0]
    open_ones = [e for e in usable if rank(e)[0] == 0]
    if secure:
        try:
            return _decide(secure[0], url, options, store)
        except Refused as refusal:
            # Within one machine nothing crosses a network: an unknown certificate need not stop a first look. One that
            # changed must, and a person who signs on is not sent a less safe way unasked.
            signs_on = options.user or options.user_certificate
            if not (open_ones and on_this_machine(url)) or signs_on or ANOTHER_CERTIFICATE in refusal.text:
                raise
    if open_ones and on_this_machine(url):
        return _decide(open_ones[0], url, options, store)
    if open_ones:
        remedy = "Set up security on the server, or choose security none if that is acceptable in this network."
        raise Refused("the server offers only connections without security", url, remedy)
    raise Refused("the server offers no connection that twinviewer can use", url, f"It offers {_offer(usable)}.")


def _decide(endpoint: ua.EndpointDescription, url: str, options: FeedOptions, store: TrustStore) -> Choice:
    _check_identity(endpoint, url, options)
    certificate = first_certificate(bytes(endpoint.ServerCertificate or b""))
    if rank(endpoint)[0] == 0:
        return Choice("", ua.MessageSecurityMode.None_, certificate)
    note = check_certificate(certificate, endpoint.Server.ApplicationUri or "", url, options, store)
    return Choice(_NAMES[endpoint.SecurityPolicyUri], endpoint.SecurityMode, certificate, note)


def check_certificate(der: bytes, uri: str, url: str, options: FeedOptions, store: TrustStore) -> str:
    """What a person should know about a server's certificate that may be used. Raises Refused when it may not."""
    if not der:
        raise Refused("the server offers security but shows no certificate", url)
    try:
        print_ = fingerprint_of(der)
        if options.trust_all:
            return "any server certificate is accepted"
        trust = store.trusts(der)
    except ValueError as error:
        raise Refused(f"the server's certificate cannot be read: {error}", url) from error
    old = expiry(der)
    if trust == "pinned":  # a person knows this very key; that it grew old does not make it another's
        return old
    if trust == "issued":
        if old:
            raise Refused(old, url, "Renew the server's certificate.", retry_s=60)
        if uri and uri not in application_uris(der):
            raise Refused(f"the server's certificate is not one of {uri}", url, "Correct the server's certificate.")
        return ""
    store.reject(der)
    remedy = (
        f"Compare this fingerprint with the one that the server shows: SHA-256 {print_}. If they are the same, "
        f'choose "Trust" in the window, or run: twinviewer trust {print_.replace(":", "")[:16]}'
    )
    text = "the server's certificate is not known here"
    if before := store.replaced(der):
        text = f"the server shows {ANOTHER_CERTIFICATE} (SHA-256 {before[:23]}…)"
        remedy = f"Ask its administrator whether it was renewed: if not, somebody stands between. {remedy}"
    text += f"; {old}" if old else ""
    if uri and uri not in application_uris(der):
        text += f"; it is not one of {uri}, as the server calls itself"
    refusal = Refused(text, url, remedy, retry_s=_LOOK_AGAIN_S)
    refusal.fingerprint = print_
    raise refusal


def _check_identity(endpoint: ua.EndpointDescription, url: str, options: FeedOptions) -> None:
    """Refuse before anything is sent that the endpoint could not take, or that should not cross it."""
    kinds = {token.TokenType for token in endpoint.UserIdentityTokens}
    if options.user_certificate:
        kind = ua.UserTokenType.Certificate
    else:
        kind = ua.UserTokenType.UserName if options.user else ua.UserTokenType.Anonymous
    if kinds and kind not in kinds:
        takes = ", ".join(sorted(_IDENTITIES.get(k, k.name) for k in kinds))
        remedy = f"It accepts {takes}; say who you are in the window, or with --user or --user-certificate."
        raise Refused(f"the server does not accept {_IDENTITIES[kind]}", url, remedy)
    encrypted = endpoint.SecurityMode == ua.MessageSecurityMode.SignAndEncrypt
    if kind is not ua.UserTokenType.UserName or encrypted or options.plain_password:
        return
    token = next((t for t in endpoint.UserIdentityTokens if t.TokenType == kind), None)
    token_policy = (token.SecurityPolicyUri if token else "") or endpoint.SecurityPolicyUri
    if rank(endpoint)[0] == 0 or token_policy == _NONE_URI:
        remedy = "Choose a connection that encrypts, or allow plain passwords for this server."
        raise Refused("the password would cross the network readable by anybody", url, remedy)


def check_offer(before: Sequence[ua.EndpointDescription], after: Sequence[ua.EndpointDescription], url: str) -> None:
    """What the server offers within the session must be what it offered before: else somebody came between.

    The first list comes over a connection without security (OPC UA Part 4, 5.7.2). Raises Refused.
    """
    hidden = {_pair(e) for e in after if rank(e)[0] > 0} - {_pair(e) for e in before}
    if hidden:
        names = ", ".join(sorted(f"{_NAMES.get(uri, uri)} {mode.name}" for uri, mode in hidden))
        text = f"somebody on the way hid what the server offers ({names})"
        raise Refused(text, url, "Look for a device between this computer and the server.")


def _pair(endpoint: ua.EndpointDescription) -> tuple[str, ua.MessageSecurityMode]:
    return endpoint.SecurityPolicyUri, endpoint.SecurityMode


def _usable(endpoint: ua.EndpointDescription) -> bool:
    transport = endpoint.TransportProfileUri or ""
    plain = (endpoint.EndpointUrl or "").startswith("opc.tcp") and (
        not transport or transport.endswith("uatcp-uasc-uabinary")
    )
    return plain and rank(endpoint)[0] >= 0


def _offer(endpoints: Sequence[ua.EndpointDescription]) -> str:
    names = [
        f"{_NAMES.get(e.SecurityPolicyUri, '')},{e.SecurityMode.name}" if rank(e)[0] else "none (no security)"
        for e in endpoints
    ]
    return "; ".join(dict.fromkeys(names)) or "nothing that is known here"
