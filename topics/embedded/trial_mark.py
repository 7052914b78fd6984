"""How a cluster of a rehearsal is known from all others: by its id, which it gets once, when its disks are formatted.

An id cannot be given to a cluster that exists, is not copied by any tool that copies topics, and every client is told it with the
first metadata. That another cluster's random id begins so has a chance of one in 2^78. So no topic, no file and no
setting that could stray makes a production cluster look like a rehearsal.
"""

MARK = "LiandongTrial"


def marked(cluster_id: str) -> str:
    """Return a random id as one of a rehearsal: still sixteen bytes in URL-safe base64, fifty bits of them random."""
    return MARK + cluster_id[len(MARK) :]


def is_trial(cluster_id: str | None) -> bool:
    """Whether a cluster was made by `liandong kafka up --trial`."""
    return cluster_id is not None and cluster_id.startswith(MARK)
