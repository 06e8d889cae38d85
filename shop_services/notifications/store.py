"""What the notification service remembers."""

from shop_services.chassis.refusals import Unknown
from shop_services.chassis.rows import Tables
from shop_services.notifications.domain import Recipient, Sent


class Store:
    """Whom to address how, and what was sent."""

    def __init__(self, tables: Tables) -> None:
        self.next_notification_id = lambda: tables.next_id("notification")
        self._recipients = tables.rows(Recipient)
        self._sent = tables.rows(Sent, indexes=("subject",))

    def recipient(self, user_id: int) -> Recipient:
        """The user's name; raises Unknown."""
        if (recipient := self._recipients.get(user_id)) is None:
            raise Unknown(f"user {user_id} is not known to the notification service")
        return recipient

    def keep_recipient(self, recipient: Recipient) -> None:
        """Add or replace a recipient."""
        self._recipients.put(recipient)

    def forget_recipient(self, user_id: int) -> None:
        """Remove a recipient."""
        self._recipients.delete(user_id)

    def keep_sent(self, sent: Sent) -> None:
        """Remember a notification."""
        self._sent.put(sent)

    def sent_about(self, subject: str) -> list[Sent]:
        """The notifications about `order/9` or `user/alice`, oldest first."""
        return self._sent.find(subject=subject)
