"""One upgrade of the matrix: what happens to it, and how to do the same again."""

from upgrade import judge


class Case:
    """An upgrade in which something dies. `name` repeats it: ./dev crash --case NAME."""

    def __init__(self, name):
        self.name = name

    def make(self, world, programs):
        """The upgrade of a new world. `programs`: the folder of each build, by its name."""
        raise NotImplementedError

    def run(self, upgrade):
        """From its start to the judgement; gives the problems."""
        return judge(upgrade, upgrade.run())

    def came(self):
        """The kinds of what really happened, once for each time."""
        raise NotImplementedError


class DeathsCase(Case):
    """Deaths of which each is of some kind: (kind, death)."""

    def __init__(self, name, deaths):
        super().__init__(name)
        self.deaths = deaths

    def came(self):
        return [kind for kind, death in self.deaths if death.came]
