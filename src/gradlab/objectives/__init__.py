"""Floor 3: what logits mean and what they cost. It knows nothing of the network that gives them."""

from gradlab.objectives._objective import (
    Link as Link,
    Objective as Objective,
    apply_link as apply_link,
    build_objective as build_objective,
)
