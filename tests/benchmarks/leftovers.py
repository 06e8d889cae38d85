"""What a contestant leaves on the broker goes before the next one starts: every run is the first of its kind."""

from contextlib import closing

from kafka import KafkaAdminClient

from shop_services.contracts.topics import SHOP_TOPICS

HITS = "hits-"  # topics of this prefix stay: they are compared in the end


def clear(bootstrap: str) -> None:
    """Delete every group, and every topic but the load and what was found."""
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        groups = [group["group_id"] for group in admin.list_groups()]
        if groups:
            admin.delete_groups(groups)
        left = [name for name in admin.list_topics() if name not in SHOP_TOPICS and not name.startswith((HITS, "__"))]
        if left:
            admin.delete_topics(left)
