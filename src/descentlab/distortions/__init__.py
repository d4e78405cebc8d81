"""Changes of pictures before a network sees them. It knows nothing of networks or of data sets."""

from descentlab.distortions._disturb import add_noise as add_noise, change_contrast as change_contrast
from descentlab.distortions._move import move as move
