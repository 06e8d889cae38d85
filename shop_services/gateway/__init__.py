"""One address for shoppers: passes requests to the services and shows their interface as one."""
