"""Whoever is shown by a log or a traceback is shown masked, however it is drawn."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import msgspec
from rich.pretty import pretty_repr

import liandong
from liandong.consumers.api.app import ApiRequest
from liandong.consumers.api.requests import CertificateIn
from liandong.consumers.api.tokens import Caller
from liandong.consumers.gate.subjects import Subject
from liandong.schemas.masking import Masked
from liandong.schemas.people.certificates import Certificate, CertificateType

NUMBER = "11010519491231002X"


def structs(of: type[msgspec.Struct] = msgspec.Struct) -> Iterator[type[msgspec.Struct]]:
    for one in of.__subclasses__():
        yield one
        yield from structs(one)


def test_rich_shows_no_more_than_repr() -> None:
    certificate = Certificate(CertificateType.CN_ID, NUMBER)
    subject = Subject((certificate,), "李某")
    body = b'{"subject": {"certificates": [{"type": "CN_ID", "number": "%s"}]}}' % NUMBER.encode()
    request = ApiRequest(body, "/v1/checks", Caller("counter-1", frozenset()), "en")
    for one in (certificate, subject, CertificateIn("CN_ID", NUMBER), request):
        assert NUMBER not in pretty_repr({"local": one})
        assert repr(one) in pretty_repr(one)


def test_every_document_that_masks_itself_does_so_for_rich_too() -> None:
    for room in ("schemas", "topics", "producers", "consumers", "monitoring"):
        for module in pkgutil.walk_packages([f"{liandong.__path__[0]}/{room}"], f"liandong.{room}."):
            import_module(module.name)
    ours = [one for one in structs() if one.__module__.startswith("liandong.")]
    masking = [one for one in ours if "__repr__" in vars(one)]
    assert len(masking) > 5
    assert [one for one in masking if not issubclass(one, Masked)] == []
