"""What-if: a flow model of the plant, a compiled discrete-event engine, scenarios and their answers."""
