"""Commands of the room `topics`: the embedded Kafka, the participants, the topics, the schemas."""

import typer

from . import kafka, participants, recount, root, schemas, supervise, topics


def mount(app: typer.Typer) -> None:
    """Add this room's commands to the root command."""
    app.add_typer(kafka.app, name="kafka")
    participants.mount(app)
    topics.mount(app)
    schemas.mount(app)
    recount.mount()
    root.mount()
    supervise.mount(app)
