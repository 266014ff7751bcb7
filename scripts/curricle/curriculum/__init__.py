"""The domain: topic specs, curricula, their graph, the rules, the planner, the diff."""
