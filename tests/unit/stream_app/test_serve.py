import pytest
from aiokafka.errors import NodeNotReadyError, TopicAuthorizationFailedError

from stream_app.batching.errors import StoreUnwritable
from stream_app.errors import BrokerUnreachable, StateUnwritable
from stream_app.serve import tell


def test_a_broker_that_dies_while_the_worker_joins_is_a_sentence() -> None:
    with pytest.raises(BrokerUnreachable, match=r"NodeNotReadyError.*start it again"):
        tell(NodeNotReadyError())


def test_a_full_disk_is_a_sentence() -> None:
    with pytest.raises(StateUnwritable, match="free some space"):
        tell(StoreUnwritable("no space left on device"))


@pytest.mark.parametrize("reason", [None, ValueError("a bug"), TopicAuthorizationFailedError()])
def test_what_waiting_does_not_mend_stays_what_it_is(reason: BaseException | None) -> None:
    tell(reason)
