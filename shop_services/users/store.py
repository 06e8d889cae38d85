"""What user management remembers."""

from shop_services.chassis.refusals import Unknown
from shop_services.chassis.rows import Tables
from shop_services.users.domain import Account


class Store:
    """Accounts by id and by name."""

    def __init__(self, tables: Tables) -> None:
        self.next_user_id = lambda: tables.next_id("user")
        self._accounts = tables.rows(Account, indexes=("username",))

    def account(self, user_id: int) -> Account:
        """The account; raises Unknown."""
        if (account := self.find_account(user_id)) is None:
            raise Unknown(f"there is no user {user_id}")
        return account

    def find_account(self, user_id: int) -> Account | None:
        """The account of that number."""
        return self._accounts.get(user_id)

    def account_named(self, username: str) -> Account | None:
        """The account of that name."""
        return next(iter(self._accounts.find(username=username)), None)

    def keep(self, account: Account) -> None:
        """Add or replace an account."""
        self._accounts.put(account)

    def forget(self, account: Account) -> None:
        """Remove an account with all it says about its owner."""
        self._accounts.delete(account.user_id)
