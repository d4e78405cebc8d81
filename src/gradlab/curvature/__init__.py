"""Floor 7: the shape of the loss around a point: sharpness, spectrum, the limit of stability, where descent stopped."""
