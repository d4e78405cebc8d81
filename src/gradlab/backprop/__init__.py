"""Floor 7: back-propagation as an account, layer by layer and number by number, checked against two other ways."""
