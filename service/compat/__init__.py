"""Other services' APIs, so that clients made for them work unchanged."""
