"""Whether the process of this container is well: its own HTTP port answers 200 (Docker's HEALTHCHECK; exit 0 or 1).

HEALTH_URL names what to ask, such as http://127.0.0.1:9180/healthz; several, separated by blanks, must all answer.
Without it the check says that there is nothing to ask.
"""

import os
import ssl
import sys
from urllib.request import urlopen

_OWN = ssl.create_default_context()
_OWN.check_hostname = False  # it is this container asked by itself, under another name than its certificate's
_OWN.verify_mode = ssl.CERT_NONE


def main() -> int:
    """Ask, and say why not if it is not well."""
    urls = os.environ.get("HEALTH_URL", "").split()
    if not urls:
        sys.stderr.write("HEALTH_URL is not set: nothing to ask\n")
        return 1
    for url in urls:
        try:
            urlopen(url, timeout=5, context=_OWN if url.startswith("https:") else None).close()  # noqa: S310  from our own settings
        except OSError as failed:
            sys.stderr.write(f"{url}: {failed}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
