"""The routes, a file for each domain; a router carries its whole path, so that a route reads as it is called."""

from fastapi.routing import APIRoute

from farthing.api.routes import (
    accounts,
    assertions,
    attachments,
    auth,
    categories,
    etl,
    exports,
    fetching,
    history,
    imports,
    jobs,
    learning,
    me,
    merchants,
    pending_links,
    raw,
    rebuilds,
    rules,
    secrets,
    system,
    tenants,
    transactions,
    transfers,
    users,
    webhooks,
)

ROUTERS = (
    system.router,
    auth.router,
    me.router,
    tenants.router,
    accounts.router,
    assertions.router,
    exports.router,
    raw.router,
    transactions.router,
    attachments.router,
    transfers.router,
    pending_links.router,
    history.router,
    fetching.router,
    rebuilds.router,
    imports.router,
    etl.router,
    webhooks.router,
    learning.router,
    categories.router,
    merchants.router,
    rules.router,
    secrets.router,
    jobs.router,
    users.router,
)


def api_routes() -> list[APIRoute]:
    return [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
