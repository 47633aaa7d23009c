"""What the flows share."""

import contextlib


@contextlib.contextmanager
def refused(kind, code=None):
    """The block is to raise this exception, with this code of Tableau's."""
    try:
        yield
    except kind as error:
        assert code is None or error.code == code, f"code {error.code}, not {code}: {error}"
    else:
        raise AssertionError(f"no {kind.__name__}")


def arguments(*values):
    """The arguments that a flow's server is started with."""

    def mark(flow):
        flow.arguments = list(values)
        return flow

    return mark


def one(items, name):
    """The item of that name."""
    found = [item for item in items if item.name == name]
    assert len(found) == 1, f"{len(found)} items called {name}"
    return found[0]


def ended(server, job):
    """The job as the list of jobs shows it once it has ended. Only the list has jobs that create
    extracts."""
    for _ in range(5):
        listed = next(known for known in server.jobs.get()[0] if known.id == job.id)
        if listed.ended_at:
            return listed
    raise AssertionError(f"{job.id} did not end")


def rule(grantee, **capabilities):
    import tableauserverclient as TSC

    return TSC.PermissionsRule(grantee, capabilities)
