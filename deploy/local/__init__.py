"""Everything on one machine. Reading order: `jars`, `broker`, `topics`."""
