"""Write mails, hand them out to senders, and record what became of them."""


def enqueue(
    template,
    *,
    to,
    language,
    key,
    name="",
    calendar=None,
    calendar_method=None,
    in_reply_to=None,
    expires_at=None,
    is_secret=False,
    **facts,
) -> bool:
    """Write a mail unless one with this key exists; return whether it was written."""
    raise NotImplementedError
