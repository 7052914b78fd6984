"""What kinds of participants are called; apart from the manifest, so that the command line loads no more than it needs."""

from ...schemas.phrases import Phrase

KIND_WORDS: dict[str, Phrase] = {
    "court": Phrase("court", "法院"),
    "publisher": Phrase("publisher", "发布方"),
    "agency": Phrase("agency", "协助单位"),
    "approver": Phrase("approver", "批准机构"),
    "notary": Phrase("notary", "见证节点"),
    "supervisor": Phrase("supervisor", "监督机构"),
}
"""What kinds of participants are called."""
