"""`twinviewer trust`: from a refused certificate to a trusted one."""

from pathlib import Path

import pytest

from twinviewer.__main__ import main
from twinviewer.feeds import trust
from twinviewer.feeds.trust import TrustStore, fingerprint_of


def test_a_refused_certificate_is_listed_and_trusted_by_its_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    store = TrustStore(tmp_path)
    monkeypatch.setattr(trust, "standard_store", lambda: store)
    assert main(["trust"]) == 1
    shown = TrustStore(tmp_path / "server").identity().certificate.read_bytes()
    store.reject(shown)
    assert main(["trust"]) == 0
    assert fingerprint_of(shown) in capsys.readouterr().out
    assert main(["trust", "00:11:22:33"]) == 2
    assert "no certificate with this fingerprint" in capsys.readouterr().err
    assert main(["trust", fingerprint_of(shown)[:23]]) == 0
    assert store.trusts(shown) == "pinned"
    assert main(["trust"]) == 1
