"""The shop being watched: five services, a gateway and the shoppers that keep them busy.

Reading order: `contracts` (what flows over Kafka), one service such as `cart` (domain, handlers, store, routes, app),
`chassis` (what the services share), `gateway`. Only `contracts` may be imported from outside.
"""
