"""The parts of `dateline.geography.locate`: the names of an article on its trees, what ties them to an event, and the weighing."""
