"""User management: accounts from registration over activation to removal."""
