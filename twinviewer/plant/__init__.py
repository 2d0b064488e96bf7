"""The embedded plant: machines that run, wait, wear and fail, and the OPC UA server that shows them."""
