"""Floor 7: the loss along lines and planes through weights, and the path that training took."""
