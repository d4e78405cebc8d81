"""Laboratory `atlas`: what becomes of a network over two hyperparameters."""

from descentlab.labs.atlas._atlas import AtlasResult as AtlasResult, atlas as atlas, resume_atlas as resume_atlas
