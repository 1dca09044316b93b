"""Which points of a way back are tried: of points that are alike, one.

The way there tries every point. On the way back from the gate the controller's appends are all
tried too, and of the agents everything that one host of each role does. The ways back from earlier
turns do less of the same: of each append one of its kinds of facts, and of the effects of each role
one before, one in and one after it.
"""

import collections


def choose_points(road, points):
    """Those of a road's points that are to be tried, in their order."""
    if not road.turn:
        return points
    alike = collections.defaultdict(list)
    passed = collections.Counter()
    for point in points:
        said = (point.member, point.place, point.what)
        passed[said] += 1
        key = _of_whole if road.turn.whole else _of_part
        alike[key(point, passed[said])].append(point)
    chosen = {id(group[n % len(group)]) for n, group in enumerate(alike.values())}
    return [point for point in points if id(point) in chosen]


def _of_whole(point, time):
    """`time`: how often the member has passed the place with these words by now."""
    if not point.of_agent:
        return point.name
    return _role(point), point.place, _words(point), time


def _of_part(point, _):
    if point.place.startswith("effect"):
        return _role(point), point.place
    return _role(point), point.place, _words(point)


def _role(point):
    return point.member.rstrip("0123456789")


def _words(point):
    return point.what.replace(point.member, _role(point))
