"""What a sender does that is a process of its own: forked from one that has everything loaded already."""

import multiprocessing
import os

from coordapp.app import create_app
from coordapp.outbox.sender import Sender

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])


def send_all(settings: dict) -> None:
    """Send what is due and end."""
    os.environ["INSTANCE_PATH"] = settings["INSTANCE_PATH"]
    with create_app(settings).app_context():
        sender = Sender()
        while sender.send_next():
            pass
        sender.close()
